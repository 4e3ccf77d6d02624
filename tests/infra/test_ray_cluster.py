"""Big jobs on a real cluster of two nodes: one is killed, and so is the program itself."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import psutil
import pytest

from digits.commands import predict
from digits.recognition.recognizer import Recognizer
from tests.support.digit_drawings import draw, encode_png
from tests.support.paths import PROJECT

from ray._private.node import Node  # isort: skip
from ray.cluster_utils import Cluster  # isort: skip

PICTURES = 600
PART_SIZE = 6
PARTS = PICTURES // PART_SIZE
MOST_SECONDS = 240.0  # for one job, on a busy machine


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """Start two nodes of one core each, which notice in five seconds that one is gone."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    config = {"health_check_period_ms": 1000}
    cluster = Cluster(
        initialize_head=True,
        head_node_args={"num_cpus": 1, "include_dashboard": False, "_system_config": config},
    )
    cluster.add_node(num_cpus=1)
    cluster.wait_for_nodes()
    yield cluster
    cluster.shutdown()  # type: ignore[no-untyped-call]


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    """Write 600 pictures, one of them broken."""
    folder = tmp_path / "scans"
    folder.mkdir()
    files = [encode_png(draw(digit)) for digit in range(10)]
    for number in range(PICTURES):
        (folder / f"{number:03}.png").write_bytes(files[number % 10])
    (folder / "007.png").write_bytes(b"broken")
    return folder


def command(scans: Path, output: Path, cluster: Cluster) -> list[str]:
    options = f"--engine ray --part-size {PART_SIZE} --workers 2 --address {cluster.address}"
    return [str(scans), "--output", str(output), *options.split()]


def finished(output: Path) -> set[Path]:
    return set(output.glob("part-*.parquet"))


def wait_until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + MOST_SECONDS
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def check_answers(recognizer: Recognizer, scans: Path, output: Path) -> None:
    """Each picture is answered once, and as the local engine answers."""
    options = predict.PredictOptions(predict.list_pictures([scans]))
    local = predict.predict_rows(recognizer, options)
    expected = [row for rows in local for row in rows]
    table = pd.read_parquet(output).sort_values("file")
    assert table["file"].tolist() == [row["file"] for row in expected]
    assert table["status"].tolist() == [row["status"] for row in expected]
    digits = table["digit"].astype(object).where(table["digit"].notna(), None)
    assert digits.tolist() == [row["digit"] for row in expected]
    assert {path.name for path in output.iterdir()} == {
        "_job.json",
        *(f"part-{number:07}.parquet" for number in range(PARTS)),
    }


def test_every_picture_is_answered_once_though_a_node_is_killed(
    cluster: Cluster,
    scans: Path,
    tmp_path: Path,
    recognizer: Recognizer,
    capsys: pytest.CaptureFixture[str],
) -> None:
    output = tmp_path / "results"
    (node,) = cluster.worker_nodes
    raylet = raylet_of(node)
    at_kill: list[tuple[int, bool]] = []

    def kill() -> None:
        wait_until(lambda: len(finished(output)) >= PARTS // 10)
        is_at_work = has_workers(raylet)
        raylet.kill()
        at_kill.append((len(finished(output)), is_at_work))

    killer = threading.Thread(target=kill)
    killer.start()
    assert predict.main(command(scans, output, cluster)) == 1  # for the broken one
    killer.join()
    ((parts, is_at_work),) = at_kill
    assert 0 < parts < PARTS
    assert is_at_work
    assert capsys.readouterr().out == (
        f"{PICTURES} pictures in '{output}': {PICTURES - 1} digit, 1 error.\n"
    )
    check_answers(recognizer, scans, output)


def test_after_a_kill_no_finished_part_is_read_again(
    cluster: Cluster, scans: Path, tmp_path: Path, recognizer: Recognizer
) -> None:
    output = tmp_path / "results"
    call = [sys.executable, "predict.py", *command(scans, output, cluster)]
    with subprocess.Popen(call, cwd=PROJECT, stderr=subprocess.DEVNULL) as run:
        wait_until(lambda: len(finished(output)) >= PARTS // 10)
        run.kill()
    assert cluster.head_node is not None
    raylet = raylet_of(cluster.head_node)
    wait_until(lambda: not has_workers(raylet))  # the cluster ends what belonged to it
    before = {path: path.stat().st_mtime_ns for path in finished(output)}
    assert 0 < len(before) < PARTS
    whole = {path: path.read_bytes() for path in scans.iterdir()}
    for path in before:  # who reads these again finds no digit
        number = int(path.stem.removeprefix("part-")) * PART_SIZE
        for picture in range(number, number + PART_SIZE):
            spoil(scans / f"{picture:03}.png")
    predict.main(command(scans, output, cluster))
    assert {path: path.stat().st_mtime_ns for path in before} == before
    for path, data in whole.items():
        path.write_bytes(data)
    check_answers(recognizer, scans, output)


def has_workers(raylet: psutil.Process) -> bool:
    """Whether a node has loaded models, or loads them."""
    try:
        return any("MapWorker" in " ".join(child.cmdline()) for child in raylet.children())
    except psutil.NoSuchProcess:
        return has_workers(raylet) if raylet.is_running() else False


def raylet_of(node: Node) -> psutil.Process:
    """Return the process that a node is."""
    return psutil.Process(node.all_processes["raylet"][0].process.pid)


def spoil(path: Path) -> None:
    """Make a picture unreadable, without a trace in its size and time."""
    found = path.stat()
    path.write_bytes(bytes(found.st_size))
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))
