"""The clients of docs/serving.md read as the page does, from what TensorFlow Serving would answer.

TensorFlow Serving itself is no package: here its REST and gRPC interfaces are small servers that
call the exported SavedModel with what arrives, as its documentation says.
"""

import json
import re
import threading
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import pytest
import tensorflow as tf
from google.protobuf import text_format
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc
from tensorflow_serving.config import model_server_config_pb2

from digits.evaluation.scribbles import draw_scribbles
from digits.evaluation.timing import Speed
from digits.locations import MODEL_PATH
from digits.preprocessing.normalization import preprocess
from digits.recognition.recognizer import Recognizer
from digits.serving.export.formats import save_savedmodel
from digits.serving.export.manifest import make_manifest, write_manifest
from digits.serving.export.network import make_network
from digits.training.keras_network import load_network
from tests.support.digit_drawings import DIGITS, draw
from tests.support.paths import PROJECT

GUIDE = (PROJECT / "docs" / "serving.md").read_text(encoding="utf-8")
REST, GRPC = [block.partition("```")[0] for block in GUIDE.split("```python\n")[1:]]
CONFIGURATION = PROJECT / "deploy" / "tensorflow-serving"

Tensors = dict[str, Any]  # by name


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, recognizer: Recognizer) -> Path:
    """A folder with `exported` and `models`, as the guide's commands leave it."""
    folder = tmp_path_factory.mktemp("served")
    for path in (folder / "exported", folder / "models" / "digits"):
        path.mkdir(parents=True)
    network = make_network(load_network(MODEL_PATH).model, recognizer.card)
    save_savedmodel(network, folder / "models" / "digits" / "1")
    untimed = Speed(0.0, 0.0)
    manifest = make_manifest(recognizer.card, MODEL_PATH, {}, measured_on="", keras_speed=untimed)
    write_manifest(folder / "exported" / "digit_model.export.json", manifest)
    (folder / "tests").symlink_to(PROJECT / "tests")
    return folder


@pytest.fixture(scope="module")
def predict(folder: Path) -> Callable[[Tensors], Tensors]:
    """Call the SavedModel's serving signature by its input's name."""
    loaded = tf.saved_model.load(str(folder / "models" / "digits" / "1"))

    def call(inputs: Tensors) -> Tensors:
        tensors = {name: tf.constant(value, tf.float32) for name, value in inputs.items()}
        outputs = loaded.signatures["serving_default"](**tensors)
        return {name: tensor.numpy() for name, tensor in outputs.items()}

    return call


@pytest.fixture(scope="module")
def rest(predict: Callable[[Tensors], Tensors]) -> Iterator[str]:
    """Serve the REST interface: a list of instances in, an object for each out."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/v1/models/digits:predict"
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            outputs = predict({"image": request["instances"]})
            rows = [
                {name: values[row].tolist() for name, values in outputs.items()}
                for row in range(len(request["instances"]))
            ]
            data = json.dumps({"predictions": rows}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *words: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"localhost:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def remote(predict: Callable[[Tensors], Tensors]) -> Iterator[str]:
    """Serve the gRPC interface."""

    class Service(prediction_service_pb2_grpc.PredictionServiceServicer):  # type: ignore[misc]
        def Predict(self, request: Any, context: Any) -> Any:
            assert request.model_spec.name == "digits"
            inputs = {name: tf.make_ndarray(proto) for name, proto in request.inputs.items()}
            response = predict_pb2.PredictResponse()
            for name, values in predict(inputs).items():
                response.outputs[name].CopyFrom(tf.make_tensor_proto(values))
            return response

    server = grpc.server(ThreadPoolExecutor(1))
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(Service(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"127.0.0.1:{port}"
    server.stop(None)


def run(code: str, *, asked: str, served: str, folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Run an example where the guide's commands ran, with another address."""
    assert asked in code
    patch.chdir(folder)
    exec(compile(code.replace(asked, served), "docs/serving.md", "exec"), {})


def test_the_client_over_rest_prints_what_the_guide_says(
    rest: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    run(REST, asked="localhost:8601", served=rest, folder=folder, patch=monkeypatch)
    assert capsys.readouterr().out == "7 sure\n"


def test_the_client_over_grpc_prints_what_the_guide_says(
    remote: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    run(GRPC, asked="localhost:8600", served=remote, folder=folder, patch=monkeypatch)
    assert capsys.readouterr().out == "7\n"


def test_inputs_sent_as_json_are_read_and_refused_as_the_page_does(
    rest: str, folder: Path, recognizer: Recognizer
) -> None:
    pictures = [draw(digit) for digit in DIGITS]
    pictures += [scribble for _, scribble in draw_scribbles(20, seed=3)]
    inputs = [made for made in map(preprocess, pictures) if made is not None]
    request = json.dumps({"instances": [one.tolist() for one in inputs]}).encode()
    address = f"http://{rest}/v1/models/digits:predict"
    with urllib.request.urlopen(address, request) as response:
        answers = json.load(response)["predictions"]
    manifest = json.loads((folder / "exported" / "digit_model.export.json").read_text())
    expected = recognizer.predict_inputs(inputs)
    assert {prediction.status for prediction in expected} == {"digit", "unsure"}
    for answer, prediction in zip(answers, expected, strict=True):
        probabilities = np.array(answer["probabilities"])
        np.testing.assert_allclose(probabilities, prediction.probabilities, atol=1e-5)
        score = answer["digit_probability"] * probabilities.max()
        status = "unsure" if score < manifest["unsure_below"] else "digit"
        assert manifest["class_names"][probabilities.argmax()] == prediction.label
        assert status == prediction.status


def test_the_configuration_names_the_model_and_its_folder() -> None:
    text = (CONFIGURATION / "models.config").read_text(encoding="utf-8")
    configuration = text_format.Parse(text, model_server_config_pb2.ModelServerConfig())
    (model,) = configuration.model_config_list.config
    assert (model.name, model.base_path) == ("digits", "/models/digits")
    compose = (CONFIGURATION / "compose.yaml").read_text(encoding="utf-8")
    for name in re.findall(r"/config/([\w.]+)", compose):
        assert (CONFIGURATION / name).is_file()
    assert "../../models:/models:ro" in compose and "cp -r exported/" in GUIDE
    assert {"127.0.0.1:8601:8501", "127.0.0.1:8600:8500"} <= set(re.findall(r'"(.+?)"', compose))


def test_batches_are_bounded_in_words_that_tensorflow_serving_knows() -> None:
    text = (CONFIGURATION / "batching.config").read_text(encoding="utf-8")
    values = dict(re.findall(r"^(\w+) { value: (\d+) }", text, re.MULTILINE))
    assert set(values) == {
        "max_batch_size",
        "batch_timeout_micros",
        "num_batch_threads",
        "max_enqueued_batches",
    }
    assert int(values["batch_timeout_micros"]) <= 5000


def test_files_that_the_guide_names_exist() -> None:
    named = re.findall(r"`?((?:deploy|tests)/[\w./-]+\.\w+)", GUIDE)
    named += re.findall(r"\]\(([^)#:]+)\)", GUIDE)
    assert {"deploy/nginx-two-servers.conf", "deploy.md"} <= set(named)
    for name in named:
        assert (PROJECT / name).exists() or (PROJECT / "docs" / name).exists(), name
