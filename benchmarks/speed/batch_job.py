"""Read many pictures with Ray on two nodes, kill one, kill the program, and measure speed.

    python -m benchmarks.speed.batch_job                          # 20,000 pictures, all three parts
    python -m benchmarks.speed.batch_job --only speed --repeats 5 --pictures scans/

- node: one of two nodes is killed (SIGKILL) with a third of the parts finished;
- resume: the program is killed half-way, and started again;
- speed: images a second, start-up apart, of 1 and 2 workers and of the local engine, in turn,
  with the same claim to the cores (Ray would let its workers give way to all else).

In the first two each picture must be answered once, with the local engine's digit and status.
Exit status: 0 all was as it should be, 1 it was not.
"""

import argparse
import csv
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import psutil

from benchmarks.speed.throughput import PROJECT, time_predict, write_pictures
from digits.arguments import existing_path, positive_int
from digits.serving.batch import ray_engine  # noqa: F401  # it sets Ray's usage statistics off

from ray.cluster_utils import Cluster  # isort: skip

TRIALS = ("node", "resume", "speed")
PART_SIZE = 256
MOST_SECONDS = 3600.0  # for one job, on a busy machine

os.environ["RAY_worker_niceness"] = "0"  # noqa: SIM112  # Ray spells it like this


def main(argv: Sequence[str] | None = None) -> int:
    """Print a line for each part; 1 when anything was not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    add = parser.add_argument
    add("--count", type=positive_int, default=20_000, help="pictures (default: 20,000)")
    add("--pictures", type=existing_path, metavar="FOLDER", help="to read (default: drawn ones)")
    add("--only", nargs="+", choices=TRIALS, default=TRIALS, help="which of them (default: all)")
    add("--repeats", type=positive_int, default=3, help="of the speeds (default: 3)")
    arguments = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as scratch:
        folder, scans = Path(scratch), arguments.pictures
        if scans is None:
            scans = folder / "scans"
            scans.mkdir()
            write_pictures(scans, arguments.count, mode="L")
        faults = []
        if {"node", "resume"} & set(arguments.only):
            local = read_locally(scans, folder / "local.csv")
            print(f"local engine: {count_statuses(local)}", flush=True)
        if "node" in arguments.only:
            faults += kill_node(scans, folder / "node", local)
        if "resume" in arguments.only:
            faults += kill_program(scans, folder / "resume", local)
        if "speed" in arguments.only:
            measure_speeds(scans, folder, repeats=arguments.repeats)
    print("\n".join(faults) or "all as it should be")
    return 1 if faults else 0


def read_locally(scans: Path, output: Path) -> pd.DataFrame:
    """Read all pictures with the local engine: file, status, digit."""
    command: list[str | Path] = [sys.executable, PROJECT / "predict.py", scans, "--output", output]
    subprocess.run(command, capture_output=True)
    with output.open(newline="") as file:
        rows = [(row["file"], row["status"], row["digit"]) for row in csv.DictReader(file)]
    return pd.DataFrame(rows, columns=["file", "status", "digit"])


def count_statuses(table: pd.DataFrame) -> str:
    """Say how many pictures have each status."""
    counts = table["status"].value_counts()
    return ", ".join(f"{count:,} {status}" for status, count in counts.items())


@contextmanager
def nodes(*cores: int) -> Iterator[Cluster]:
    """Start a cluster with a node for each number of cores."""
    cluster = Cluster(
        initialize_head=True, head_node_args={"num_cpus": cores[0], "include_dashboard": False}
    )
    for count in cores[1:]:
        cluster.add_node(num_cpus=count)
    cluster.wait_for_nodes()
    try:
        yield cluster
    finally:
        cluster.shutdown()  # type: ignore[no-untyped-call]


def start(scans: Path, output: Path, cluster: Cluster, *, workers: int) -> "subprocess.Popen[str]":
    """Start a job as a person would."""
    options = f"--engine ray --part-size {PART_SIZE} --workers {workers} --address"
    return subprocess.Popen(
        [sys.executable, "predict.py", str(scans), "--output", str(output), *options.split()]
        + [cluster.address],
        cwd=PROJECT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def finished(output: Path) -> dict[Path, int]:
    """List the parts that are there, with the time of each, in nanoseconds."""
    return {path: path.stat().st_mtime_ns for path in sorted(output.glob("part-*.parquet"))}


def wait_until(happened: Callable[[], bool]) -> None:
    """Wait for something, not for ever."""
    deadline = time.monotonic() + MOST_SECONDS
    while not happened():
        if time.monotonic() > deadline:
            raise SystemExit("Nothing happened for an hour.")
        time.sleep(0.01)


def kill_node(scans: Path, output: Path, local: pd.DataFrame) -> list[str]:
    """Kill one of two nodes while it works; return what is wrong afterwards."""
    parts = -(-len(local) // PART_SIZE)
    with nodes(1, 1) as cluster:
        (node,) = cluster.worker_nodes
        raylet = psutil.Process(node.all_processes["raylet"][0].process.pid)
        run = start(scans, output, cluster, workers=2)
        wait_until(lambda: len(finished(output)) >= parts // 3 or run.poll() is not None)
        was_at_work = any("MapWorker" in " ".join(p.cmdline()) for p in raylet.children())
        raylet.kill()
        there, killed = len(finished(output)), time.monotonic()
        said, error = run.communicate(timeout=MOST_SECONDS)
    print(
        f"node killed with {there} of {parts} parts finished, and"
        f" {'a' if was_at_work else 'NO'} model on it; the others took"
        f" {time.monotonic() - killed:.0f} s: {said.strip()}",
        flush=True,
    )
    wrong = [] if was_at_work and 0 < there < parts else ["the kill did not fall amid the work"]
    return wrong + compare(output, local) + (["a stack trace"] if "Traceback" in error else [])


def kill_program(scans: Path, output: Path, local: pd.DataFrame) -> list[str]:
    """Kill the program half-way and start it again; return what is wrong afterwards."""
    parts = -(-len(local) // PART_SIZE)
    with nodes(1, 1) as cluster:
        run = start(scans, output, cluster, workers=2)
        wait_until(lambda: len(finished(output)) >= parts // 2 or run.poll() is not None)
        run.kill()
        run.communicate()
        # The cluster ends the workers that belonged to it.
        time.sleep(10)
        before = finished(output)
        run = start(scans, output, cluster, workers=2)
        said, _ = run.communicate(timeout=MOST_SECONDS)
    after = finished(output)
    again = sum(after[path] != written for path, written in before.items())
    print(
        f"program killed; {len(before)} of {parts} parts were there when it was started again,"
        f" {again} of them were read twice: {said.strip()}",
        flush=True,
    )
    wrong = [] if 0 < len(before) < parts else ["the kill did not fall amid the work"]
    return wrong + ([f"{again} parts read twice"] if again else []) + compare(output, local)


def compare(output: Path, local: pd.DataFrame) -> list[str]:
    """Say what differs from the local engine's answers."""
    table = pd.read_parquet(output, columns=["file", "status", "digit"]).fillna({"digit": ""})
    twice = int(table["file"].duplicated().sum())
    both = local.merge(table, on="file", how="outer", suffixes=("_local", "_ray"))
    missing = int(both["status_ray"].isna().sum())
    is_other = both["status_local"] != both["status_ray"]
    other = int((is_other | (both["digit_local"] != both["digit_ray"])).sum())
    print(f"  {len(table):,} rows, {twice} twice, {missing} missing, {other} other answers")
    return [f"'{output.name}': {twice} twice, {missing} missing, {other} other"] * bool(
        twice or missing or other
    )


def measure_speeds(scans: Path, folder: Path, *, repeats: int) -> None:
    """Measure in turn, so that what else the machine does meets all alike."""
    count = sum(1 for _ in scans.iterdir())
    single = next(scans.iterdir())
    ratios = []
    with nodes(1, 1) as cluster:
        for number in range(repeats):
            start_up = time_predict(single, folder / "one.csv")
            local = count / (time_predict(scans, folder / "all.csv") - start_up)
            one, two = (
                ray_speed(scans, folder / f"speed-{number}-{workers}", cluster, workers=workers)
                for workers in (1, 2)
            )
            ratios.append(two / one)
            print(
                f"images a second: local engine {local:.0f}, 1 worker {one:.0f}, 2 workers"
                f" {two:.0f} ({two / one:.2f} times 1, {two / local:.2f} times local)",
                flush=True,
            )
    print(f"2 workers against 1: {statistics.median(ratios):.2f} times (median of {repeats})")


def ray_speed(scans: Path, output: Path, cluster: Cluster, *, workers: int) -> float:
    """Images a second while all work: between the first quarter of the parts and the last tenth."""
    start(scans, output, cluster, workers=workers).communicate(timeout=MOST_SECONDS)
    times = sorted(finished(output).values())
    first, last = len(times) // 4, len(times) - len(times) // 10 - 1
    return (last - first) * PART_SIZE / ((times[last] - times[first]) / 1e9)


if __name__ == "__main__":
    sys.exit(main())
