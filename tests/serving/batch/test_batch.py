"""Big jobs, part by part and without a cluster: inputs, rows, files, refusals."""

import io
import os
import pickle
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image
from pyarrow import fs
from ray._private.runtime_env.packaging import create_package
from ray.exceptions import RayTaskError

from digits.commands import predict
from digits.files import sha256_of
from digits.locations import MODEL_PATH, PACKAGE
from digits.preprocessing.ink_options import InkOptions
from digits.recognition.model_card import ModelCard
from digits.recognition.recognizer import Recognizer
from digits.recognition.result_rows import LINE
from digits.serving.batch import inputs as big_inputs
from digits.serving.batch import pictures as big_pictures
from digits.serving.batch import ray_engine
from digits.serving.batch.inputs import find_inputs
from digits.serving.batch.job import Job, begin
from digits.serving.batch.options import BatchOptions
from digits.serving.batch.ray_engine import LEFT_OUT
from digits.serving.batch.storage import Folder, StorageError, open_folder
from digits.serving.batch.worker import ModelFiles, Worker
from tests.support.digit_drawings import draw, draw_number, encode_png


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten digits, a number, a blank page, and whatever else may lie in a folder."""
    folder = tmp_path_factory.mktemp("scans")
    for digit in range(10):
        (folder / f"{digit}.png").write_bytes(encode_png(draw(digit)))
    Image.fromarray(draw_number("407")).save(folder / "number.png")
    Image.new("RGB", (50, 50), "white").save(folder / "blank.jpg")
    (folder / "broken.png").write_bytes(b"broken")
    (folder / "cut.png").write_bytes(encode_png(draw(3))[:300])
    (folder / "empty.png").touch()
    (folder / "gone.png").symlink_to("nowhere")
    os.mkfifo(folder / "pipe.png")
    (folder / "notes.txt").write_text("not a picture")
    return folder


@pytest.fixture
def make_worker(recognizer: Recognizer, tmp_path: Path) -> Callable[..., Worker]:
    """Make a worker that has the shared model."""

    def make(**given: Any) -> Worker:
        options = BatchOptions((), MODEL_PATH, str(tmp_path / "results"), **given)
        return Worker(options, lambda: recognizer)

    (tmp_path / "results").mkdir()
    return make


@pytest.fixture
def worker(make_worker: Callable[..., Worker]) -> Worker:
    """A worker that reads one digit a picture."""
    return make_worker()


@pytest.mark.parametrize("several", [False, True])
def test_a_worker_answers_as_the_local_engine(
    several: bool,
    scans: Path,
    tmp_path: Path,
    recognizer: Recognizer,
    make_worker: Callable[..., Worker],
) -> None:
    odd = tmp_path / os.fsdecode(b"byte \xff.png")
    odd.write_bytes(encode_png(draw(5)))
    (part,) = find_inputs([str(scans), str(odd)], shard_size=1024).shards
    rows = make_worker(several=several).predict(part)
    assert {row["status"] for row in rows} >= {"digit", "blank", "error"}
    assert all(row.pop("file_row" if several else "row") is None for row in rows)
    pictures = predict.list_pictures([scans, odd])
    local = predict.predict_rows(recognizer, predict.PredictOptions(pictures, several=several))
    expected = [row for rows_of_file in local for row in rows_of_file]
    expected[-1]["file"] = str(tmp_path / "byte \\xff.png")
    assert rows == expected


def test_rows_of_numbers_are_typed_and_keep_the_row_of_their_file(
    tmp_path: Path, make_worker: Callable[..., Worker]
) -> None:
    stream = io.BytesIO()
    Image.fromarray(draw_number("12")).save(stream, "PNG")
    table = pa.table({"image": [encode_png(draw(7) * 0), stream.getvalue()]})
    pq.write_table(table, tmp_path / "scans.parquet")
    worker = make_worker(several=True)
    (part,) = find_inputs([str(tmp_path / "scans.parquet")], shard_size=1024).shards
    worker({"number": 0, "shard": pickle.dumps(part)})
    written = pq.read_table(tmp_path / "results" / "part-0000000.parquet")
    assert written.column_names[:3] == ["file", "file_row", "number"]
    assert written.column_names[-6:] == ["message", *LINE]
    assert [str(written.schema.field(name).type) for name in LINE] == [
        "string", "int32", "int32", "string", "double",
    ]  # fmt: skip
    rows = written.to_pylist()
    assert [(row["file_row"], row["text"], row["row"]) for row in rows] == [
        (0, None, None), (1, "12", None), (1, "12", None),
    ]  # fmt: skip


def test_what_is_told_of_ink_reaches_the_worker(
    scans: Path, make_worker: Callable[..., Worker]
) -> None:
    part = find_inputs([str(scans / "3.png")], shard_size=1).shards[0]  # light on dark
    (row,) = make_worker(ink=InkOptions("dark", clean=False)).predict(part)
    assert row["digit"] != "3"


def test_a_folder_of_parts_is_one_typed_table(worker: Worker, scans: Path) -> None:
    found = find_inputs([str(scans)], shard_size=7)
    assert [len(part) for part in found.shards] == [7, 7, 3]
    for number, part in enumerate(found.shards):
        told = worker({"number": number, "shard": pickle.dumps(part)})
        assert told["pictures"] == len(part) == sum(list(told.values())[2:])
    table = pd.read_parquet(worker.options.output, dtype_backend="pyarrow")
    assert len(table) == 17
    assert list(table)[:5] == ["file", "row", "status", "digit", "confidence"]
    assert table.dtypes["row"].pyarrow_dtype == pa.int64()
    assert {str(table.dtypes[f"p{digit}"]) for digit in range(10)} == {"double[pyarrow]"}
    assert table.loc[table["file"].str.endswith("7.png"), "digit"].tolist() == ["7"]


def write_table(path: Path, cells: list[Any], name: str = "image", **options: Any) -> Path:
    pq.write_table(pa.table({name: cells, "n": list(range(len(cells)))}), path, **options)
    return path


def test_rows_of_parquet_are_read(worker: Worker, tmp_path: Path) -> None:
    files = [encode_png(draw(digit)) for digit in range(10)]
    cells = [*files, None, b"broken", b""]
    path = write_table(tmp_path / "plain.parquet", cells, row_group_size=3)
    found = find_inputs([str(tmp_path)], shard_size=6)
    assert [(part.first, len(part)) for part in found.shards] == [(0, 6), (6, 6), (12, 1)]
    rows = [row for part in found.shards for row in worker.predict(part)]
    assert [row["row"] for row in rows] == list(range(13))
    assert {row["file"] for row in rows} == {str(path)}
    assert [row["digit"] for row in rows[:10]] == list("0123456789")
    assert [row["message"] for row in rows[10:]] == [
        "Expected a picture, found none in this row.",
        "Expected a picture such as PNG or JPEG, found none.",
        "Expected a picture, found an empty file.",
    ]


def test_hugging_face_s_pictures_are_read(worker: Worker, tmp_path: Path) -> None:
    seven = encode_png(draw(7))
    cells = [{"bytes": seven, "path": "a.png"}, {"bytes": None, "path": "b.png"}, None]
    path = write_table(tmp_path / "train.parquet", cells, name="scan")
    (part,) = find_inputs([str(path)], shard_size=10).shards
    rows = worker.predict(part)
    assert [row["digit"] for row in rows] == ["7", None, None]
    assert [row["status"] for row in rows] == ["digit", "error", "error"]


def test_a_damaged_row_group_is_rows_of_errors(worker: Worker, tmp_path: Path) -> None:
    cells = [encode_png(draw(digit)) for digit in range(4)]
    path = write_table(tmp_path / "a.parquet", cells, row_group_size=2, compression="zstd")
    column = pq.ParquetFile(path).metadata.row_group(1).column(0)
    data = bytearray(path.read_bytes())
    start = column.dictionary_page_offset or column.data_page_offset
    data[start : start + column.total_compressed_size] = bytes(column.total_compressed_size)
    path.write_bytes(data)
    rows = [
        row
        for part in find_inputs([str(path)], shard_size=4).shards
        for row in worker.predict(part)
    ]
    assert [row["row"] for row in rows] == [0, 1, 2, 3]
    assert [row["status"] for row in rows[2:]] == ["error", "error"]
    assert "The row cannot be read" in rows[2]["message"] and "\n" not in rows[2]["message"]


@pytest.mark.parametrize(
    ("table", "column", "sentence"),
    [
        ({"label": [1]}, None, "columns of bytes are: none"),
        ({"a": [b"1"], "b": [b"2"]}, None, "columns of bytes are: 'a', 'b'"),
        ({"image": [b"1"], "label": [2]}, "label", "expected a column 'label' of bytes"),
        (None, None, "cannot be read as Parquet"),
    ],
)
def test_parquet_without_pictures_is_refused(
    table: dict[str, list[Any]] | None, column: str | None, sentence: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1") if table is None else pq.write_table(pa.table(table), path)
    with pytest.raises(StorageError, match=sentence):
        find_inputs([str(path)], shard_size=10, column=column)


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch, scans: Path) -> None:
    """An object store whose one bucket holds the scans."""
    system = fs.SubTreeFileSystem(str(scans.parent), fs.LocalFileSystem())

    def open_far(address: str) -> Folder:
        path = address.removeprefix("s3://")
        return open_folder(address) if path == address else Folder(address, system, path)

    monkeypatch.setattr(big_inputs, "open_folder", open_far)


@pytest.mark.usefixtures("store")
def test_pictures_of_a_store_are_read_as_those_of_a_folder(worker: Worker, scans: Path) -> None:
    far = f"s3://{scans.name}"
    found = find_inputs([far, f"{far}/7.png"], shard_size=1024)
    rows = worker.predict(found.shards[0])
    by_file = {row["file"]: row for row in rows}
    near = worker.predict(find_inputs([str(scans)], shard_size=1024).shards[0])
    assert rows[-1]["file"] == f"{far}/7.png" and rows[-1]["digit"] == "7"
    regular = [row for row in near if "pipe" not in row["file"] and "gone" not in row["file"]]
    assert len(by_file) == len(regular)
    for row in regular:
        assert by_file[f"{far}/{Path(row['file']).name}"]["message"] == row["message"]
        assert by_file[f"{far}/{Path(row['file']).name}"]["digit"] == row["digit"]


@pytest.mark.usefixtures("store")
def test_a_picture_that_left_the_store_is_a_row_but_a_silent_store_ends_the_job(
    worker: Worker, scans: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = find_inputs([f"s3://{scans.name}/8.png"], shard_size=1).shards[0]
    (scans / "8.png").rename(scans / "8.away")
    (row,) = worker.predict(part)
    (scans / "8.away").rename(scans / "8.png")
    assert row["message"] == "The file cannot be read: No such file or directory."

    def no_answer(size: int) -> None:
        raise OSError("AWS Error NETWORK_CONNECTION")

    monkeypatch.setattr(big_pictures, "check_size", no_answer)
    with pytest.raises(OSError, match="NETWORK"):
        worker.predict(part)


def test_other_places_are_refused_without_their_secrets() -> None:
    with pytest.raises(StorageError, match=r"received 'ftp://host/a'\.$"):
        open_folder("ftp://anna:secret@host/a?token=secret")


JOB = Job("m", "i", pictures=3, parts=2, several=False, polarity="found", clean=True)


def test_the_same_job_goes_on_and_others_are_refused(tmp_path: Path) -> None:
    folder = open_folder(str(tmp_path / "new" / "results"))
    assert begin(JOB, folder) == set()
    folder.write_whole("part-0000001.parquet", b"")
    assert begin(JOB, folder) == {1}
    for change, word in {
        "model": "another model",
        "inputs": "other pictures",
        "several": "--several",
        "polarity": "--polarity",
        "clean": "--no-cleaning",
    }.items():
        with pytest.raises(StorageError, match=word):
            begin(Job(**{**vars(JOB), change: "another"}), folder)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"model": 1}'])
def test_a_damaged_job_file_is_no_such_job(content: str, tmp_path: Path) -> None:
    (tmp_path / "_job.json").write_text(content)
    with pytest.raises(StorageError):
        begin(JOB, open_folder(str(tmp_path)))


def test_a_folder_of_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "part-0000000.parquet").touch()
    with pytest.raises(StorageError, match="holds other files"):
        begin(JOB, open_folder(str(tmp_path)))


def test_changed_or_further_pictures_are_other_inputs(scans: Path, tmp_path: Path) -> None:
    for name in ("1.png", "2.png"):
        (tmp_path / name).write_bytes((scans / name).read_bytes())
    digests = {find_inputs([str(tmp_path)], shard_size=size).digest for size in (1, 2)}
    os.utime(tmp_path / "1.png", (0, 0))
    digests.add(find_inputs([str(tmp_path)], shard_size=2).digest)
    (tmp_path / "3.png").touch()
    digests.add(find_inputs([str(tmp_path)], shard_size=2).digest)
    assert len(digests) == 4


def test_a_part_is_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = open_folder(str(tmp_path))

    def fill_disk(number: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch, pytest.raises(OSError, match="space"):
        patch.setattr(os, "fsync", fill_disk)
        folder.write_whole("part", b"half")
    assert folder.names() == set()
    (tmp_path / ".part.of-a-killed-worker.partial").touch()
    folder.write_whole("part", b"whole")
    folder.sweep()
    assert folder.names() == {"part"} and folder.read("part") == b"whole"


def test_a_worker_compiles_no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    files = ModelFiles.load(MODEL_PATH)
    assert files.compiled == MODEL_PATH.with_suffix(".tflite").read_bytes()
    monkeypatch.setattr("digits.recognition.compiled_files.read_pair", lambda *_: None)
    monkeypatch.setattr("digits.recognition.training_process.has_tensorflow", lambda: False)
    recognizer = pickle.loads(pickle.dumps(files)).make_recognizer()
    assert recognizer.predict(draw(7)).label == "7"


def test_a_part_s_other_kinds_of_classes_have_their_columns(scans: Path, tmp_path: Path) -> None:
    model = tmp_path / "letters.keras"
    model.write_bytes(MODEL_PATH.read_bytes())
    ModelCard(sha256_of(model), class_names=tuple("abcdefghij")).write(model)
    options = BatchOptions((), model, str(tmp_path), base=str(scans))
    worker = Worker(options, ModelFiles.load(model).make_recognizer)
    part = find_inputs([str(scans / "3.png")], shard_size=1).shards[0]
    worker({"number": 0, "shard": pickle.dumps(part)})
    row = pq.read_table(tmp_path / "part-0000000.parquet").to_pylist()[0]
    assert (row["digit"], row["p_d"]) == ("d", row["confidence"])


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--engine", "ray"], "needs a folder after --output"),
        (["--address", "auto"], "--address goes with --engine ray"),
        (["--part-size", "2"], "--part-size goes with --engine ray"),
        (["s3://bucket/a.png"], "'s3://bucket/a.png' is read with --engine ray"),
        (["--engine", "ray", "--workers", "0", "--output", "a"], "above 0"),
    ],
)
def test_a_wrong_call_ends_with_2(
    options: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        predict.main(["tests/assets/seven.png", *options])
    assert stop.value.code == 2
    assert sentence in capsys.readouterr().err


def call(arguments: list[Any], capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Run the command line with Ray; exit status and what it says of errors."""
    status = predict.main([*map(str, arguments), "--engine", "ray"])
    error = capsys.readouterr().err
    assert "Traceback" not in error
    return status, error


def test_without_ray_one_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("digits.serving.batch.command", "digits.serving.batch.ray_engine"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, "ray", None)
    status, error = call(["tests/assets", "--output", tmp_path / "results"], capsys)
    assert status == 1
    assert error == (
        "predict.py: --engine ray needs Ray. Run 'pip install -r requirements-scale.txt'.\n"
    )


@pytest.mark.parametrize("address", ["127.0.0.1:1", "nowhere.invalid:6379", "nonsense"])
def test_a_cluster_that_does_not_answer_is_one_sentence(
    address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "results"
    status, error = call(["tests/assets", "--output", output, "--address", address], capsys)
    assert status == 1
    assert f"No Ray cluster answers at '{address}'" in error and error.count("\n") == 1


def test_a_server_of_another_kind_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(ray_engine, "SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        output = tmp_path / "results"
        status, error = call(["tests/assets", "--output", output, "--address", address], capsys)
    assert status == 1 and "what answers is no Ray" in error


def test_what_a_worker_raised_is_one_sentence() -> None:
    """Wrapped as Ray wraps it."""
    full = OSError(28, "No space left on device")
    wrapped = RuntimeError("a long\nstory")
    wrapped.__cause__ = full
    told: Any = RayTaskError
    error = told("submit", "a long\ntraceback", wrapped).as_instanceof_cause()
    assert ray_engine.find_cause(error) is full


def test_a_missing_model_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--model", tmp_path / "no.keras", "--output", tmp_path / "results"]
    status, error = call(["tests/assets", *options], capsys)
    assert status == 1 and "Run 'python train.py'" in error


def test_ctrl_c_before_the_first_part_is_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(paths: Any, **given: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("digits.serving.batch.command.find_inputs", stop)
    status, error = call(["tests/assets", "--output", tmp_path / "results"], capsys)
    assert status == 130 and error.endswith("Stopped.\n")


def test_machines_of_a_cluster_get_code_and_nothing_else(tmp_path: Path) -> None:
    package = tmp_path / "sent.zip"
    create_package(
        str(PACKAGE),
        package,
        include_gitignore=True,
        include_parent_dir=True,
        excludes=LEFT_OUT,
    )
    with ZipFile(package) as sent:
        names = {name for name in sent.namelist() if not name.endswith("/")}
    assert {
        "digits/recognition/recognizer.py",
        "digits/preprocessing/ink.py",
        "digits/serving/batch/worker.py",
    } <= names
    assert all(name.startswith("digits/") for name in names)
    assert {Path(name).suffix for name in names} <= {".py", ".html", ".typed"}


def test_the_local_engine_reads_neither_ray_nor_arrow_for_it() -> None:
    """Checked in the sources: this process has loaded both."""
    for name in (
        "commands/predict.py",
        "serving/batch/options.py",
        "serving/batch/__init__.py",
    ):
        source = (PACKAGE / name).read_text()
        top = [line for line in source.splitlines() if line.startswith(("import", "from"))]
        assert not any("ray" in line.split() or "pyarrow" in line for line in top)
        assert not any("big_jobs" in line and "options" not in line for line in top)
