"""Time each part of a reading, and beside it the way of the tutorials.

    pytest benchmarks/speed/parts.py -n0 --benchmark-columns=median,iqr,rounds   # two minutes
    pytest benchmarks/speed/parts.py -n0 --benchmark-disable                     # each once

A group of the table is one task; in brackets is how many times the fastest way each
takes. -n0 as pytest-benchmark measures nothing in pytest's worker processes. Plain
`pytest` leaves this file out.
"""

import asyncio
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import cv2
import keras
import numpy as np
import numpy.typing as npt
import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from starlette.requests import Request
from starlette.types import Message

from benchmarks.speed import baselines
from digits.locations import MODEL_PATH
from digits.preprocessing.arrays import Image
from digits.preprocessing.image_io import MAX_PICTURE_BYTES, decode_image, load_image
from digits.preprocessing.normalization import ModelInput, preprocess
from digits.recognition.explanation import Explainer
from digits.recognition.recognizer import BATCH_SIZE, Recognizer
from digits.serving.api.uploads import receive_picture
from digits.training.keras_network import load_network
from tests.support.digit_drawings import DIGITS, draw, draw_number, encode_png

SHORT_BATCH = 4  # with --benchmark-disable: 256 calls of model.predict take half a minute
PHOTO = (
    Path(__file__).parents[2] / "digits" / "app" / "pictures" / "examples" / "sticky-note.jpg"
)  # 480 x 480 pixels
NUMBER = "4071"
UPLOAD = bytes(8 * 2**20)  # a phone's photo
CHUNK = 64 * 1024  # bytes that uvicorn hands over at once
LONG_ROUNDS = 3  # of what takes seconds


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    """Load the model that ships."""
    return Recognizer.load()


@pytest.fixture(scope="module")
def model() -> keras.Model:
    """The network in Keras, after the first call of `predict`, which traces."""
    model = load_network(MODEL_PATH).model
    model.predict(np.zeros((1, 28, 28, 1), np.float32), verbose=0)
    return model


@pytest.fixture(scope="module")
def canvas() -> Image:
    """A seven on a canvas: (280, 280, 4), white on black."""
    return draw(7)


@pytest.fixture(scope="module")
def photo() -> Image:
    """A photo as pixels: (480, 480, 3), dark on light."""
    return load_image(PHOTO)


@pytest.fixture(scope="module")
def canvases(request: pytest.FixtureRequest) -> list[Image]:
    """Canvases for one batch of the network."""
    is_short = request.config.getoption("benchmark_disable")
    count = SHORT_BATCH if is_short else BATCH_SIZE
    return [draw(number % len(DIGITS)) for number in range(count)]


@pytest.fixture(scope="module")
def expected(canvases: list[Image]) -> list[str | None]:
    """What those canvases show."""
    return [str(number % len(DIGITS)) for number in range(len(canvases))]


@pytest.fixture(scope="module")
def inputs(canvases: list[Image]) -> npt.NDArray[np.float32]:
    """The canvases as the network takes them: (n, 28, 28, 1)."""
    return np.stack([prepared(canvas) for canvas in canvases])


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    """An event loop."""
    with asyncio.Runner() as runner:
        yield runner


def prepared(image: Image) -> ModelInput:
    """Prepare a picture that has ink."""
    model_input = preprocess(image)
    assert model_input is not None
    return model_input


@pytest.mark.benchmark(group="decode a PNG of 280 x 280, RGBA")
def test_decode(benchmark: BenchmarkFixture, canvas: Image) -> None:
    image = benchmark(decode_image, encode_png(canvas))
    assert (image == canvas).all()


@pytest.mark.benchmark(group="decode a PNG of 280 x 280, RGBA")
def test_decode_by_opencv(benchmark: BenchmarkFixture, canvas: Image) -> None:
    data = np.frombuffer(encode_png(canvas), np.uint8)
    image = benchmark(cv2.imdecode, data, cv2.IMREAD_UNCHANGED)
    assert image.shape == canvas.shape


@pytest.mark.benchmark(group="prepare a canvas")
def test_prepare_canvas(benchmark: BenchmarkFixture, canvas: Image) -> None:
    assert benchmark(prepared, canvas).shape == (28, 28, 1)


@pytest.mark.benchmark(group="prepare a canvas")
def test_prepare_canvas_by_resize(benchmark: BenchmarkFixture, canvas: Image) -> None:
    assert benchmark(baselines.prepare, canvas).shape == (28, 28, 1)


@pytest.mark.benchmark(group="prepare a photo of 480 x 480")
def test_prepare_photo(benchmark: BenchmarkFixture, photo: Image) -> None:
    assert benchmark(prepared, photo).shape == (28, 28, 1)


@pytest.mark.benchmark(group="prepare a photo of 480 x 480")
def test_prepare_photo_by_resize(benchmark: BenchmarkFixture, photo: Image) -> None:
    assert benchmark(baselines.prepare, photo).shape == (28, 28, 1)


@pytest.mark.benchmark(group="network, one picture")
def test_network_for_one(
    benchmark: BenchmarkFixture, recognizer: Recognizer, inputs: npt.NDArray[np.float32]
) -> None:
    probabilities, _ = benchmark(recognizer.engine.predict, inputs[:1])
    assert probabilities[0].argmax() == 0


@pytest.mark.benchmark(group="network, one picture")
def test_network_for_one_by_predict(
    benchmark: BenchmarkFixture, model: keras.Model, inputs: npt.NDArray[np.float32]
) -> None:
    assert benchmark(baselines.read_input, model, inputs[0]) == "0"


@pytest.mark.benchmark(group="network, 256 pictures")
def test_network_for_many(
    benchmark: BenchmarkFixture,
    recognizer: Recognizer,
    inputs: npt.NDArray[np.float32],
    expected: list[str],
) -> None:
    probabilities, _ = benchmark(recognizer.engine.predict, inputs)
    assert list(map(str, probabilities.argmax(axis=1))) == expected


@pytest.mark.benchmark(group="network, 256 pictures")
def test_network_for_many_by_one_predict(
    benchmark: BenchmarkFixture,
    model: keras.Model,
    inputs: npt.NDArray[np.float32],
    expected: list[str],
) -> None:
    probabilities = benchmark(partial(model.predict, verbose=0), inputs)
    assert list(map(str, probabilities.argmax(axis=1))) == expected


@pytest.mark.benchmark(group="network, 256 pictures")
def test_network_for_many_by_predict_of_each(
    benchmark: BenchmarkFixture,
    model: keras.Model,
    inputs: npt.NDArray[np.float32],
    expected: list[str],
) -> None:
    read = benchmark.pedantic(lambda: [baselines.read_input(model, one) for one in inputs])
    assert read == expected


@pytest.mark.benchmark(group="read one canvas")
def test_read_one(benchmark: BenchmarkFixture, recognizer: Recognizer, canvas: Image) -> None:
    assert benchmark(recognizer.predict, canvas).label == "7"


@pytest.mark.benchmark(group="read one canvas")
def test_read_one_by_resize_and_predict(
    benchmark: BenchmarkFixture, model: keras.Model, canvas: Image
) -> None:
    assert benchmark(baselines.read, model, canvas).isdecimal()


@pytest.mark.benchmark(group="read one canvas")
def test_read_one_with_the_model_loaded_anew(benchmark: BenchmarkFixture, canvas: Image) -> None:
    read = benchmark.pedantic(baselines.load_and_read, [canvas], rounds=LONG_ROUNDS)
    assert read.isdecimal()


@pytest.mark.benchmark(group="read 256 canvases")
def test_read_many(
    benchmark: BenchmarkFixture,
    recognizer: Recognizer,
    canvases: list[Image],
    expected: list[str | None],
) -> None:
    read = benchmark(lambda: recognizer.predict_inputs([prepared(one) for one in canvases]))
    assert [one.label for one in read] == expected


@pytest.mark.benchmark(group="read 256 canvases")
def test_read_many_one_by_one(
    benchmark: BenchmarkFixture,
    recognizer: Recognizer,
    canvases: list[Image],
    expected: list[str | None],
) -> None:
    read = benchmark(lambda: [recognizer.predict(one) for one in canvases])
    assert [one.label for one in read] == expected


@pytest.mark.benchmark(group="read 256 canvases")
def test_read_many_by_resize_and_predict(
    benchmark: BenchmarkFixture, model: keras.Model, canvases: list[Image]
) -> None:
    read = benchmark.pedantic(lambda: [baselines.read(model, one) for one in canvases])
    assert len(read) == len(canvases)


@pytest.mark.benchmark(group="read a number of four digits")
def test_read_number(benchmark: BenchmarkFixture, recognizer: Recognizer) -> None:
    assert benchmark(recognizer.predict_number, draw_number(NUMBER)).text == NUMBER


@pytest.mark.benchmark(group="read a number of four digits")
def test_read_number_by_contours(benchmark: BenchmarkFixture, model: keras.Model) -> None:
    assert len(benchmark(baselines.predict_number, model, draw_number(NUMBER))) == len(NUMBER)


@pytest.mark.benchmark(group="explain one canvas")
def test_explain(benchmark: BenchmarkFixture, recognizer: Recognizer, canvas: Image) -> None:
    assert benchmark(Explainer(recognizer).explain, canvas).digit == "7"


@pytest.mark.benchmark(group="receive 8 MB")
def test_receive(benchmark: BenchmarkFixture, runner: asyncio.Runner) -> None:
    received = benchmark(
        lambda: runner.run(receive_picture(post_upload(), limit=MAX_PICTURE_BYTES))
    )
    assert received == UPLOAD


@pytest.mark.benchmark(group="receive 8 MB")
def test_receive_by_body(benchmark: BenchmarkFixture, runner: asyncio.Runner) -> None:
    assert benchmark(lambda: runner.run(post_upload().body())) == UPLOAD


def post_upload() -> Request:
    """Make a request whose body arrives in chunks."""
    starts = iter(range(0, len(UPLOAD), CHUNK))

    async def receive() -> Message:
        start = next(starts)
        more = start + CHUNK < len(UPLOAD)
        return {"type": "http.request", "body": UPLOAD[start : start + CHUNK], "more_body": more}

    return Request({"type": "http", "method": "POST", "headers": []}, receive)
