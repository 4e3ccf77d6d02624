"""Whatever file of strokes, drawings or digits comes, and whatever setting: a sentence at most."""

import gzip
import io
import json
import os
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digits.app.canvas.drawing import CANVAS_SIDE
from digits.app.canvas.drawing_files import DrawingError, open_drawing
from digits.app.kept.access import AccessPolicy, SettingsError, access_policy
from digits.app.kept.store import DrawingStore, StoreError
from digits.commands import evaluate, train
from digits.data.dataset import DatasetError
from digits.data.labelled_files import load_kept_drawings
from digits.data.mnist import load_mnist
from digits.data.rendering import draw_digits
from digits.training.mnist_split import split_mnist
from tests.support.corpus import PICTURES, pickled
from tests.support.digit_drawings import DIGITS

NUMBER: st.SearchStrategy[Any] = st.one_of(
    st.floats(),
    st.integers(-(10**400), 10**400),
    st.sampled_from([None, True, "1", "x", [], 1e308, -1e308, 1e7, 5e-324]),
)
POINT = st.lists(NUMBER, max_size=3)
STROKES = st.lists(st.lists(POINT, max_size=4), max_size=3) | st.none() | st.text() | st.integers()
LABEL: st.SearchStrategy[Any] = st.sampled_from(
    [0, "7", "none", "x", None, -1, 7.0, [], {}, "", "٣"]
)


def sentence(error: Exception) -> str:
    """See that an error can be shown to a person; return its text."""
    text = str(error)
    assert "\n" not in text and text.endswith((".", "'", ")", "]", "}", "anew")) or len(text) < 400
    assert "Traceback" not in text
    return text


def bad_lines() -> dict[str, str]:
    """Lines that are no drawing, by what is wrong with them."""
    whole = {"label": 7, "strokes": DIGITS[7]}
    lines = {
        "nan": '{"label": 7, "strokes": [[[NaN, 1], [2, 3]]]}',
        "infinite": '{"label": 7, "strokes": [[[1e999, 1], [2, 3]]]}',
        "huge": '{"label": 7, "strokes": [[[1e300, 1], [-1e300, 3]]]}',
        "huge integer": f'{{"label": 7, "strokes": [[[1{"0" * 400}, 1]]]}}',
        "endless integer": f'{{"label": 7, "strokes": [[[1{"0" * 9000}, 1]]]}}',
        "nested deep": "[" * 100_000,
        "cut": json.dumps(whole)[:40],
        "no strokes": '{"label": 7}',
        "no label": '{"strokes": [[[1, 2]]]}',
        "an empty stroke": '{"label": 7, "strokes": [[]]}',
        "a point of three": '{"label": 7, "strokes": [[[1, 2, 3]]]}',
        "a missing value": '{"label": 7, "strokes": [[[1, null]]]}',
        "a text": '{"label": 7, "strokes": [[["a", "b"]]]}',
        "a list": "[1]",
        "no JSON": "label=7",
    }
    return lines


@pytest.mark.parametrize("name", bad_lines())
def test_a_line_that_is_no_drawing_is_named(name: str, tmp_path: Path) -> None:
    path = tmp_path / "pens.jsonl"
    path.write_text(f'{{"label": 7, "strokes": {DIGITS[7]}}}\n{bad_lines()[name]}\n')
    with pytest.raises(DatasetError) as refused:
        load_kept_drawings(path)
    assert f"in line 2 of '{path}'" in sentence(refused.value)


@pytest.mark.parametrize(
    ("name", "content", "phrase"),
    [
        ("empty.jsonl", b"", "found none"),
        ("bytes.jsonl", b"\xff\xfe\x00", "of another kind"),
        ("cut.jsonl.gz", gzip.compress(b"{}" * 99, mtime=0)[:-20], "of another kind"),
        ("text.jsonl.gz", b"{}", "cannot be read"),
        (
            "broken.jsonl.gz",
            gzip.compress(bytes(range(99)), mtime=0)[:-9] + b"xxxxxxxxx",
            "damaged",
        ),
        ("text.tra", b".SEGMENT", "of another kind"),
        ("no-numbers.tra", b'.SEGMENT "7"\n.PEN_DOWN\n a b\n', "of another kind"),
        ("huge.tra", b'.SEGMENT "7"\n.PEN_DOWN\n 1e300 1\n', "above 10,000,000"),
        ("nan.tra", b'.SEGMENT "7"\n.PEN_DOWN\n nan 1\n', "of another kind"),
        ("text.tra.Z", b"no lzw", "of another kind"),
        ("cut.tra.Z", b"\x1f\x9d\x90", "found none"),
        ("wrong-label.jsonl", b'{"label": "q", "strokes": [[[1, 2]]]}', "Received: 'q'"),
    ],
)
def test_a_file_that_holds_no_drawings_is_named(
    name: str, content: bytes, phrase: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DatasetError) as refused:
        load_kept_drawings(tmp_path / name)
    assert phrase in sentence(refused.value)


def test_packed_strokes_are_unpacked_up_to_a_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("digits.data.stroke_files.MAX_STROKE_BYTES", 1 << 20)
    (tmp_path / "bomb.jsonl.gz").write_bytes(gzip.compress(b"\n" * (9 << 20)))
    with pytest.raises(DatasetError, match="at most 1 MB are expected, unpacked"):
        load_kept_drawings(tmp_path / "bomb.jsonl.gz")


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jsonl")
    with pytest.raises(DatasetError, match="a file is expected"):
        load_kept_drawings(tmp_path / "pipe.jsonl")


@given(st.lists(st.tuples(LABEL, STROKES), max_size=3))
def test_any_strokes_are_drawn_or_refused(records: list[tuple[Any, Any]]) -> None:
    lines = [json.dumps({"label": label, "strokes": strokes}) for label, strokes in records]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "pens.jsonl"
        path.write_text("\n".join(lines))
        try:
            drawings = load_kept_drawings(path)
        except DatasetError as error:
            sentence(error)
            return
    with np.errstate(all="raise", under="ignore"):
        digits = draw_digits(drawings, seed=0, augmentation=1.0)
    assert digits.images.shape == (len(drawings), 28, 28)


@given(st.fixed_dictionaries({"strokes": STROKES}, optional={"brushes": st.lists(NUMBER) | NUMBER}))
def test_any_saved_drawing_is_opened_or_refused(record: dict[str, Any]) -> None:
    try:
        drawing = open_drawing(json.dumps(record).encode())
    except DrawingError as error:
        sentence(error)
    else:
        assert drawing.draw().shape == (CANVAS_SIDE, CANVAS_SIDE)


@given(st.binary(max_size=300) | st.sampled_from([c.data for c in PICTURES if len(c.data) < 9999]))
def test_any_bytes_are_no_saved_drawing(data: bytes) -> None:
    with pytest.raises(DrawingError) as refused:
        open_drawing(data)
    sentence(refused.value)


@pytest.mark.usefixtures("loaded")
def test_evaluate_refuses_drawings_of_no_digit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "kept.jsonl"
    path.write_text(json.dumps({"label": "none", "strokes": DIGITS[7]}))
    assert evaluate.main(["--strokes", str(path)]) == 1
    error = capsys.readouterr().err
    assert "labelled 'none', which is none" in error and len(error.splitlines()) == 1


IMAGES = np.zeros((40, 28, 28), np.uint8)
LABELS = np.arange(40) % 10
ARRAYS: dict[str, Any] = {"x_train": IMAGES, "y_train": LABELS, "x_test": IMAGES, "y_test": LABELS}


def npz(**changed: Any) -> bytes:
    """Write digits in MNIST's layout, some of them changed."""
    file = io.BytesIO()
    np.savez(file, allow_pickle=True, **(ARRAYS | changed))
    return file.getvalue()


class Harm:
    """What makes a folder when it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, ("pickle-was-read",)


def lying_npy() -> bytes:
    """An npz whose first array claims to be of terabytes."""
    file = io.BytesIO()
    head = "{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999, 28, 28), }".ljust(117)
    with zipfile.ZipFile(file, "w") as archive:
        for name in ARRAYS:
            archive.writestr(f"{name}.npy", b"\x93NUMPY\x01\x00" + struct.pack("<H", 118)
                             + head.encode() + b"\n" + bytes(100))  # fmt: skip
    return file.getvalue()


def one_array() -> bytes:
    file = io.BytesIO()
    np.save(file, IMAGES)
    return file.getvalue()


NPZ: dict[str, Callable[[], bytes]] = {
    "empty": lambda: b"",
    "cut": lambda: npz()[:9000],
    "a pickle": pickled,
    "pickles within": lambda: npz(x_train=np.array([Harm()] * 40, dtype=object)),
    "pickled labels": lambda: npz(y_test=np.array([Harm()] * 40, dtype=object)),
    "one array alone": one_array,
    "a shape of terabytes": lying_npy,
    "floats": lambda: npz(x_train=IMAGES.astype(np.float32)),
    "other sizes": lambda: npz(x_test=IMAGES[:, :20]),
    "fewer labels": lambda: npz(y_train=LABELS[:3]),
    "labels above nine": lambda: npz(y_train=LABELS + 1),
    "labels that are no numbers": lambda: npz(y_train=np.full(40, np.nan)),
    "labels as texts": lambda: npz(y_train=np.array(["x"] * 40)),
    "no images": lambda: npz(x_test=IMAGES[:0], y_test=LABELS[:0]),
    "a text": lambda: b"no archive",
    "bytes changed": lambda: npz().replace(bytes(50), bytes(49) + b"x"),
}


@pytest.mark.parametrize("name", NPZ)
def test_npz_files_that_are_not_mnist_are_refused_and_never_unpickled(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mnist.npz").write_bytes(NPZ[name]())
    with pytest.raises(DatasetError) as refused:
        load_mnist(tmp_path / "mnist.npz")
    sentence(refused.value)
    assert [path.name for path in tmp_path.iterdir()] == ["mnist.npz"]


def idx(*shape: int, kind: int = 8, zeros: int = 0, content: int | None = None) -> bytes:
    """Write an IDX file, whose head may lie about its content."""
    head = struct.pack(f">HBB{len(shape)}I", zeros, kind, len(shape), *shape)
    return head + bytes(int(np.prod(shape)) if content is None else content)


IDX: dict[str, bytes] = {
    "empty": b"",
    "only a head": idx(40, 28, 28, content=0),
    "fewer bytes than said": idx(40, 28, 28, content=40 * 28 * 28 - 1),
    "more bytes than said": idx(40, 28, 28, content=40 * 28 * 28 + 1),
    "terabytes": idx(2**32 - 1, 2**32 - 1, 28, content=99),
    "products that overflow": idx(2**31, 2**31, 2**2, content=0),
    "floats": idx(40, 28, 28, kind=0x0D),
    "another kind": idx(40, 28, 28, zeros=7),
    "no dimensions": idx(content=784),
    "two hundred dimensions": b"\0\0\x08\xc8" + bytes(1000),
    "two dimensions": idx(40, 784),
    "other sides": idx(40, 20, 20),
    "more images than labels": idx(41, 28, 28),
    "text": b"no images",
}


@pytest.mark.parametrize("name", IDX)
@pytest.mark.parametrize("ending", ["", ".gz"])
def test_idx_files_that_lie_are_refused(name: str, ending: str, tmp_path: Path) -> None:
    for part in ("train", "t10k"):
        for kind, data in (("images-idx3", IDX[name]), ("labels-idx1", idx(40))):
            path = tmp_path / f"{part}-{kind}-ubyte{ending}"
            path.write_bytes(gzip.compress(data) if ending else data)
    with pytest.raises(DatasetError) as refused:
        load_mnist(tmp_path)
    sentence(refused.value)


@given(st.binary(max_size=64))
def test_any_bytes_are_no_idx_file(data: bytes) -> None:
    with TemporaryDirectory() as folder:
        for part in ("train", "t10k"):
            (Path(folder) / f"{part}-images-idx3-ubyte").write_bytes(data)
            (Path(folder) / f"{part}-labels-idx1-ubyte").write_bytes(idx(40))
        with pytest.raises(DatasetError) as refused:
            load_mnist(Path(folder))
    sentence(refused.value)


def test_too_few_digits_to_hold_some_out_are_refused(tmp_path: Path) -> None:
    (tmp_path / "mnist.npz").write_bytes(npz(x_train=IMAGES[:11], y_train=LABELS[:11]))
    with pytest.raises(DatasetError, match="at least two training images of each class"):
        split_mnist(load_mnist(tmp_path / "mnist.npz").train)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--mnist", "{tmp}/pipe"],
        ["--mnist", "{tmp}/mnist.npz", "--no-pendigits", "--drawings", "{tmp}/pipe"],
        ["--mnist", "{tmp}/mnist.npz", "--pendigits", "{tmp}/bad.jsonl"],
        ["--mnist", "{tmp}/mnist.npz", "--no-pendigits", "--letters", "{tmp}/bad.jsonl"],
        ["--mnist", "{tmp}/mnist.npz", "--no-pendigits", "--drawings", "{tmp}/pictures"],
        ["--mnist", "{tmp}/mnist.npz", "--no-pendigits", "--from", "{tmp}/bad.jsonl"],
    ],
)
def test_training_says_in_a_line_which_file_it_cannot_use(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "pictures" / "7").mkdir(parents=True)
    (tmp_path / "pictures" / "7" / "bad.png").write_bytes(b"no picture")
    (tmp_path / "bad.jsonl").write_text('{"label": 7, "strokes": [[[NaN, 1]]]}')
    x, y = np.tile(IMAGES, (5, 1, 1)), np.tile(LABELS, 5)
    (tmp_path / "mnist.npz").write_bytes(npz(x_train=x, y_train=y))
    os.mkfifo(tmp_path / "pipe")
    filled = [argument.format(tmp=tmp_path) for argument in arguments]
    assert train.main([*filled, "--output", str(tmp_path / "new.keras")]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1 and lines[0].startswith("train.py: ")
    assert not (tmp_path / "new.keras").exists() and not (tmp_path / "new.training").exists()


WORD = st.text(st.characters(codec="utf-8", exclude_characters="/\\?#\0"), max_size=6)
URL = st.builds("{}://{}:{}@{}:{}/{}?{}={}".format, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD)
SQLITE = st.builds(
    "sqlite://{}/{}{}".format,
    st.sampled_from(["", "host", ":80", "a:b@"]),
    st.sampled_from(["gone/", "/proc/", "kept.db/", "."]) | WORD,
    st.sampled_from(["", "?timeout=x", "?uri=true", "?mode=ro", "?check_same_thread=x", "?x"]),
)


@given(st.text(max_size=20) | URL | SQLITE | st.sampled_from(["postgresql://host:port/x", "//"]))
def test_any_address_of_a_database_is_opened_or_refused(url: str) -> None:
    before = os.getcwd()
    with TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            DrawingStore(url).count()
        except StoreError as error:
            sentence(error)
        finally:
            os.chdir(before)


@given(st.dictionaries(st.sampled_from(["keep", "database", "operator_password", "x"]), NUMBER))
def test_any_settings_are_followed_or_refused(settings: dict[str, Any]) -> None:
    try:
        policy = access_policy(address="0.0.0.0", settings=settings)
    except SettingsError as error:
        sentence(error)
    else:
        assert isinstance(policy, AccessPolicy) and not policy.is_local
