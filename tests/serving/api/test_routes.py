"""The API's routes: what programs get for pictures, and for what is none."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.routing import Mount, Route
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from digits.files import sha256_of
from digits.locations import MODEL_PATH
from digits.recognition.background_loader import start_loading
from digits.recognition.errors import ModelProcessError
from digits.recognition.model_card import ModelCard
from digits.recognition.predictions import NumberPrediction, Prediction
from digits.recognition.recognizer import Recognizer
from digits.serving.api.routes import make_api
from digits.serving.api.schemas import Number, number_fields, reading_fields
from digits.serving.api.settings import ApiSettingsError, Settings, load_api_settings
from tests.support.digit_drawings import DIGITS, draw, draw_number, encode_png
from tests.support.readings import make_line

SECONDS = 120  # for compiling on a busy machine
PROBLEM = "application/problem+json"
SEVEN = encode_png(draw(7))


def make_client(model_path: Path = MODEL_PATH, **settings: Any) -> TestClient:
    """Serve the API as server.py does, without the page."""
    api = make_api(Settings(**settings), model_path=model_path)
    routes = [Mount("/api", api), Route("/metrics", api.state.service.metrics.answer)]
    return TestClient(Starlette(routes=routes))


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    """A server whose model is loaded."""
    start_loading().result(SECONDS)
    with make_client() as client:
        yield client


def detail(response: Any, status: int) -> str:
    """Check that an answer is a problem, and return its sentence."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == PROBLEM
    problem = response.json()
    assert set(problem) == {"type", "title", "status", "detail"}
    assert problem["status"] == status
    assert isinstance(problem["detail"], str)
    return problem["detail"]


@pytest.mark.parametrize("digit", DIGITS)
def test_a_picture_as_the_body_is_read(client: TestClient, digit: int) -> None:
    answer = client.post("/api/predict", content=encode_png(draw(digit))).json()
    assert (answer["status"], answer["digit"]) == ("digit", digit)
    assert answer["confidence"] == max(answer["probabilities"]) > 0.9
    assert len(answer["probabilities"]) == 10
    assert answer["model"] == sha256_of(MODEL_PATH)[:12]


@pytest.mark.parametrize("kind", ["image/png", "application/octet-stream", ""])
def test_the_body_may_be_called_a_picture_bytes_or_nothing(client: TestClient, kind: str) -> None:
    answer = client.post("/api/predict", content=SEVEN, headers={"content-type": kind})
    assert answer.json()["digit"] == 7


def test_a_form_gives_what_the_body_gives(client: TestClient) -> None:
    body = client.post("/api/predict", content=SEVEN).json()
    form = client.post("/api/predict", files={"file": ("seven.png", SEVEN)}).json()
    assert form == body


def test_a_blank_picture_is_an_answer(client: TestClient) -> None:
    answer = client.post("/api/predict", content=encode_png(draw(7) * 0)).json()
    assert answer["status"] == "blank"
    assert answer["digit"] is None and answer["confidence"] is None
    assert answer["probabilities"] == []


def test_a_batch_keeps_its_order_and_says_what_it_cannot_read(client: TestClient) -> None:
    blank = encode_png(np.zeros((280, 280, 4), np.uint8))
    sent = [("3.png", encode_png(draw(3))), ("a.txt", b"no"), ("b", blank), ("7.png", SEVEN)]
    answer = client.post("/api/predict/batch", files=[("files", file) for file in sent])
    results = answer.json()["results"]
    assert [one["file"] for one in results] == ["3.png", "a.txt", "b", "7.png"]
    assert [one["status"] for one in results] == ["digit", "error", "blank", "digit"]
    assert [one.get("digit") for one in results] == [3, None, None, 7]
    assert "found none" in results[1]["message"]


def test_a_batch_reads_as_single_requests_do(client: TestClient) -> None:
    pictures = [encode_png(draw(digit)) for digit in DIGITS]
    single = [client.post("/api/predict", content=data).json() for data in pictures]
    files = [("files", (str(number), data)) for number, data in enumerate(pictures)]
    batch = client.post("/api/predict/batch", files=files).json()["results"]
    for alone, together in zip(single, batch, strict=True):
        assert together["digit"] == alone["digit"]
        assert together["probabilities"] == pytest.approx(alone["probabilities"], abs=1e-4)


def test_a_number_comes_with_the_place_of_each_digit(client: TestClient) -> None:
    picture = draw_number("407")
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "PNG")
    answer = client.post("/api/read", content=stream.getvalue()).json()
    assert (answer["number"], answer["text"], answer["status"]) == ("407", "407", "digit")
    (line,) = answer["lines"]
    assert line["text"] == "407" and line["confidence"] == answer["confidence"] > 0.5
    assert [digit["digit"] for digit in answer["digits"]] == [4, 0, 7]
    edges = [digit["x"] for digit in answer["digits"]]
    assert edges == sorted(edges)
    assert all(digit["height"] >= 100 for digit in answer["digits"])


def test_an_empty_page_has_no_number(client: TestClient) -> None:
    answer = client.post("/api/read", content=encode_png(draw(7) * 0))
    assert answer.json() == {
        "number": "", "text": "", "status": "blank", "confidence": None, "message": "",
        "lines": [], "digits": [],
    }  # fmt: skip


def test_signs_cells_and_messages_have_fields_of_their_own() -> None:
    lines = make_line("-7", message="A sign may be missing.", status="unsure", cells=[(0, 2)])
    reading = NumberPrediction((lines, make_line("12", line=1, cells=[(1, 0), (1, 2)])), "Cut off.")
    answer = Number(**number_fields(reading, "model")).model_dump()
    assert (answer["number"], answer["text"], answer["status"]) == ("7 12", "-7 12", "unsure")
    assert answer["message"] == "Cut off. A sign may be missing."
    assert answer["confidence"] == pytest.approx(reading.confidence, abs=1e-6)
    assert [line["text"] for line in answer["lines"]] == ["-7", "12"]
    assert [(d["line"], d["row"], d["column"], d["number_status"]) for d in answer["digits"]] == [
        (0, 0, 2, "unsure"), (1, 1, 0, "digit"), (1, 1, 2, "digit"),
    ]  # fmt: skip


def test_a_picture_without_digits_may_say_why() -> None:
    answer = Number(**number_fields(NumberPrediction((), "This looks like print."), "model"))
    assert (answer.status, answer.confidence) == ("blank", None)
    assert answer.message == "This looks like print."


def test_the_card_is_the_models(client: TestClient) -> None:
    card = client.get("/api/model").json()
    shipped = ModelCard.load(MODEL_PATH)
    assert card["sha256"] == shipped.sha256
    assert card["class_names"] == list(shipped.class_names)
    assert card["figures"] == json.loads(json.dumps(shipped.figures))


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"])
@pytest.mark.parametrize("path", ["/api/nope", "/api/predict/", "/api/", "/api/docs/nope.js"])
def test_an_unknown_path_is_not_found_by_any_method(
    client: TestClient, method: str, path: str
) -> None:
    response = client.request(method, path, follow_redirects=False)
    if path == "/api/docs/nope.js" and method != "GET":
        detail(response, 405)  # a folder of files, which takes nothing but GET
    else:
        assert "nothing at" in detail(response, 404)


@pytest.mark.parametrize("path", ["/api/predict", "/api/predict/batch", "/api/read"])
def test_a_wrong_method_is_told_the_right_one(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert "does not take GET, but POST" in detail(response, 405)
    assert response.headers["allow"] == "POST"


@pytest.mark.parametrize(
    ("content", "kind", "status", "words"),
    [
        (b"", "image/png", 400, "an empty file"),
        (SEVEN[:2000], "image/png", 400, "damaged or cut short"),
        (b"hello", "image/png", 415, "found none"),
        (SEVEN, "application/json", 415, "found 'application/json'"),
        (SEVEN, "multipart/form-data", 400, "form is damaged"),
        (SEVEN, "multipart/form-data; boundary=x", 400, "form is damaged"),
    ],
)
@pytest.mark.parametrize("route", ["predict", "read"])
def test_what_is_no_picture_is_refused_in_a_sentence(
    client: TestClient, route: str, content: bytes, kind: str, status: int, words: str
) -> None:
    response = client.post(f"/api/{route}", content=content, headers={"content-type": kind})
    assert words in detail(response, status)


def test_a_form_without_its_file_is_refused(client: TestClient) -> None:
    wrong = client.post("/api/predict", files={"picture": ("7.png", SEVEN)})
    assert "form's field 'file'" in detail(wrong, 400)
    text = client.post("/api/predict/batch", files={"files": (None, "text")})
    assert "form's field 'files'" in detail(text, 400)
    body = client.post("/api/predict/batch", content=SEVEN)
    assert "multipart/form-data" in detail(body, 415)


@pytest.mark.parametrize("encoding", ["punycode", "undefined", "utf-7", "unicode_escape", "hex"])
@pytest.mark.parametrize("name", [rb"\ud800", b"+2AA-", b"\xff"])
def test_odd_encodings_of_names_are_no_fault(
    client: TestClient, encoding: str, name: bytes
) -> None:
    head = b'Content-Disposition: form-data; name="files"; filename="%b"' % name
    content = b"--x\r\n%b\r\n\r\n%b\r\n--x--\r\n" % (head, SEVEN)
    kind = f"multipart/form-data; boundary=x; charset={encoding}"
    response = client.post("/api/predict/batch", content=content, headers={"content-type": kind})
    assert response.status_code in (200, 400), response.text


def test_limits_come_from_settings() -> None:
    start_loading().result(SECONDS)
    with make_client(
        max_bytes=6000, max_megapixels=0.05, max_files=2, max_batch_bytes=9000
    ) as client:
        large = client.post("/api/predict", content=bytes(6001))
        assert "at most" in detail(large, 413)
        wide = client.post("/api/predict", content=SEVEN)  # 0.0784 megapixels
        assert "at most 0.05 megapixels" in detail(wide, 413)
        small = [("files", (str(number), b"x")) for number in range(3)]
        many = client.post("/api/predict/batch", files=small)
        assert "at most 2 files" in detail(many, 413)
        heavy = client.post("/api/predict/batch", files=[("files", ("7", bytes(9001)))])
        assert "at most" in detail(heavy, 413)


def test_a_body_of_untold_length_is_cut_off_while_it_comes() -> None:
    def untold() -> Iterator[bytes]:
        for _ in range(40):
            yield bytes(1 << 20)

    start_loading().result(SECONDS)
    with make_client(max_bytes=5000) as client:
        assert "at most" in detail(client.post("/api/predict", content=untold()), 413)


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIGITS_MAX_FILES", "3")
    assert load_api_settings().max_files == 3
    monkeypatch.setenv("DIGITS_MAX_FILES", "many")
    with pytest.raises(ApiSettingsError, match="DIGITS_MAX_FILES is 'many'"):
        load_api_settings()


def test_metrics_count_requests_and_readings() -> None:
    start_loading().result(SECONDS)
    with make_client() as client:
        for _ in range(2):
            client.post("/api/predict", content=SEVEN)
        client.get("/api/nope")
        text = client.get("/metrics").text
    assert 'digits_requests_total{method="POST",route="/api/predict",status="200"} 2.0' in text
    assert 'digits_requests_total{method="GET",route="other",status="404"} 1.0' in text
    assert 'digits_readings_total{digit="7",status="digit"} 2.0' in text
    assert 'digits_request_seconds_count{route="/api/predict"} 2.0' in text
    assert "digits_model_loaded 1.0" in text and "digits_places_taken 0.0" in text


def test_each_request_is_one_line_of_the_log(client: TestClient) -> None:
    with capture_logs() as lines:
        client.post("/api/predict", content=SEVEN)
    assert len(lines) == 1
    line = lines[0]
    assert (line["method"], line["path"], line["status"]) == ("POST", "/api/predict", 200)
    assert line["bytes_in"] == len(SEVEN) and line["ms"] > 0
    assert line["readings"] == {"digit": 1}


def test_an_engine_that_ended_is_a_sentence(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: Recognizer, inputs: object) -> None:
        raise ModelProcessError("The process that runs the model ended.")

    monkeypatch.setattr(Recognizer, "predict_inputs", fail)
    response = client.post("/api/predict", content=SEVEN)
    assert "process that runs the model ended" in detail(response, 503)


def test_a_fault_is_logged_and_its_answer_keeps_it_secret(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: Recognizer, inputs: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(Recognizer, "predict_inputs", fail)
    with capture_logs() as lines:
        response = client.post("/api/predict", content=SEVEN)
    assert "secret" not in detail(response, 500)
    assert lines[0]["status"] == 500 and "secret" in repr(lines[0]["exc_info"])
    monkeypatch.undo()
    assert client.post("/api/predict", content=SEVEN).json()["digit"] == 7


def test_without_a_model_each_route_says_how_to_make_one(tmp_path: Path) -> None:
    path = tmp_path / "digit_model.keras"
    with make_client(path) as client:
        detail(client.get("/api/health"), 503)  # begins to load
        start_loading(path).exception(SECONDS)
        for response in (client.get("/api/health"), client.post("/api/predict", content=SEVEN)):
            assert "python train.py" in detail(response, 503)
            assert int(response.headers["retry-after"]) > 0
        assert "digits_model_loaded 0.0" in client.get("/metrics").text
        path.write_bytes(MODEL_PATH.read_bytes())  # repaired: no restart is needed
        client.get("/api/health")
        start_loading(path).result(SECONDS)
        answer = client.get("/api/health").json()
        assert (answer["status"], answer["model"]) == ("ready", sha256_of(MODEL_PATH)[:12])
        assert "not calibrated" in answer["warning"]
        assert client.get("/api/model").json()["warning"] == answer["warning"]


def test_a_broken_new_model_is_told_while_the_earlier_one_answers(model: Path) -> None:
    with make_client(model) as client:
        start_loading(model).result(SECONDS)
        ready = {"status": "ready", "model": sha256_of(MODEL_PATH)[:12]}
        assert client.get("/api/health").json() == ready
        model.write_bytes(b"broken")
        start_loading(model).result(SECONDS)
        answer = client.get("/api/health").json()
        assert "The earlier model stays in use." in answer.pop("warning")
        assert answer == ready
        assert client.post("/api/predict", content=SEVEN).json()["digit"] == 7


@pytest.mark.parametrize(
    ("names", "digit"), [("0123456789", 7), ("0123456A89", "A"), ("A12345678B", "7")]
)
def test_classes_are_numbers_or_text_for_a_whole_model(names: str, digit: int | str) -> None:
    label = str(digit)
    probabilities = tuple(float(name == label) for name in names)
    prediction = Prediction(probabilities, tuple(names), 0.5, None)
    assert reading_fields(prediction, "")["digit"] == digit
