"""A model that LiteRT cannot run is run by Keras, in a process of its own."""

import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import cast

import keras
import numpy as np
import numpy.typing as npt
import pytest
from keras import layers
from scipy.special import softmax

from digits.files import sha256_of
from digits.recognition import compiled_files, keras_process, training_process
from digits.recognition.errors import (
    BrokenModelError,
    IncompatibleModelError,
    ModelProcessError,
    UnsafeModelError,
)
from digits.recognition.keras_process import KERAS_CHUNK_SIZE, KerasProcess
from digits.recognition.model_card import ModelCard
from digits.training.attribution import trace_attribution
from digits.training.keras_network import load_network
from tests.support.paths import PROJECT

TEMPERATURE = 2.0
IMAGES = np.random.default_rng(0).random((KERAS_CHUNK_SIZE + 3, 28, 28, 1), np.float32)
Array = npt.NDArray[np.float32]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model file whose operations LiteRT lacks."""
    path = tmp_path_factory.mktemp("recurrent") / "recurrent.keras"
    ends = [layers.SimpleRNN(4), layers.Dense(10, "softmax")]
    first = [keras.Input((28, 28)), layers.Rescaling(1 / 255)]
    keras.Sequential([*first, *ends]).save(path)
    return path


@pytest.fixture(scope="module")
def running(path: Path) -> Iterator[KerasProcess]:
    """The model with a card, in its process."""
    content = path.read_bytes()
    card = ModelCard(sha256_of(content), temperature=TEMPERATURE)
    process = KerasProcess(content, card, path=path)
    yield process
    process.close()


def test_it_answers_as_keras_does_with_the_calibration_of_the_card(
    path: Path, running: KerasProcess
) -> None:
    model = load_network(path).model
    logits = np.log(model.predict(IMAGES, verbose=0))
    probabilities, shares = running.predict(IMAGES)
    np.testing.assert_allclose(probabilities, softmax(logits / TEMPERATURE, axis=1), atol=1e-5)
    np.testing.assert_array_equal(shares, 1)
    assert running.predict(IMAGES[:0])[0].shape == (0, running.num_classes) == (0, 10)
    assert running.can_explain
    answers = trace_attribution(model)(IMAGES[0], 1, 2)
    attribution, scores = running.explain(IMAGES[0], label=1, rival=2)
    np.testing.assert_allclose(attribution, answers["attribution"], atol=1e-5)
    np.testing.assert_allclose(scores, answers["scores"], atol=1e-5)


def test_its_user_is_told_about_the_network_and_that_keras_runs_it(running: KerasProcess) -> None:
    rescaling, slower = running.warnings
    assert "Rescaling" in rescaling and "Keras" in slower


def test_threads_get_their_own_answers(running: KerasProcess) -> None:
    expected, _ = running.predict(IMAGES)

    def work(n: int) -> None:
        answers, _ = running.predict(IMAGES[n : n + 2])
        np.testing.assert_allclose(answers, expected[n : n + 2], atol=1e-6)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work, range(100)))


def test_a_question_that_fails_leaves_the_process_running(running: KerasProcess) -> None:
    with pytest.raises(BrokenModelError, match="cannot be run"):
        running.predict(np.zeros((1, 5), np.float32))
    assert running.predict(IMAGES[:1])[0].shape == (1, 10)


def test_a_model_that_is_refused_there_is_refused_here_by_the_users_path(tmp_path: Path) -> None:
    path = tmp_path / "mine.keras"
    ends = [layers.Lambda(lambda x: x), layers.Flatten(), layers.Dense(10, "softmax")]
    keras.Sequential([keras.Input((28, 28)), *ends]).save(path)
    with pytest.raises(UnsafeModelError, match="mine.keras' holds code"):
        KerasProcess(path.read_bytes(), None, path=path)


# A worker without TensorFlow. Its first image says what it does.
WORKER = """
import os, sys, time
import numpy as np
from digits.recognition.pipe_messages import read_message, write_message
out, asked = sys.stdout.buffer, sys.stdin.buffer
share = float(os.environ.get("SHARE", 1))
write_message(out, num_classes=2, can_explain=False, warnings=np.array([], dtype=str))
while True:
    question = read_message(asked)["images"]
    said = question[0, 0, 0, 0]
    if said == 1: sys.exit("bad memory")
    if said == 2: time.sleep(60)
    if said == 3: out.write(b"x" * 100)
    write_message(out, first=np.full((len(question), 2), 0.5), second=np.full(len(question), share))
"""
DIE, SLEEP, CHATTER = 1, 2, 3


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], KerasProcess]:
    """Start processes of another worker, which end with their objects."""
    worker = tmp_path / "worker.py"
    worker.write_text(WORKER)
    command = [sys.executable, str(worker)]
    monkeypatch.setattr(keras_process, "command", lambda *_: command)
    return lambda: KerasProcess(b"", None, path=Path("mine.keras"))


def image(action: int = 0) -> Array:
    return np.full((1, 28, 28, 1), action, np.float32)


def popen_of(model: KerasProcess) -> "subprocess.Popen[bytes]":
    return cast("subprocess.Popen[bytes]", model._process)


@pytest.mark.parametrize("action", [DIE, CHATTER])
def test_a_process_that_fails_is_one_sentence_and_the_next_call_starts_another(
    start: Callable[[], KerasProcess], action: int
) -> None:
    model = start()
    before = popen_of(model)
    with pytest.raises(
        ModelProcessError, match=r"runs 'mine.keras' ended. It may need more memory\."
    ):
        model.predict(image(action))
    assert before.poll() is not None
    assert model.predict(image())[0].tolist() == [[0.5, 0.5]]
    assert popen_of(model).pid != before.pid


def test_a_process_that_was_killed_meanwhile_is_not_noticed(
    start: Callable[[], KerasProcess],
) -> None:
    model = start()
    popen_of(model).kill()
    popen_of(model).wait(timeout=10)
    assert model.predict(image())[0].tolist() == [[0.5, 0.5]]


def test_a_call_ends_after_the_time_limit(
    start: Callable[[], KerasProcess], monkeypatch: pytest.MonkeyPatch
) -> None:
    model = start()
    monkeypatch.setattr(keras_process, "CALL_LIMIT", 0.2)
    with pytest.raises(ModelProcessError, match=r"'mine.keras' did not answer within 0.2 seconds"):
        model.predict(image(SLEEP))


def test_the_start_ends_after_the_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keras_process, "START_LIMIT", 0.2)
    command = [sys.executable, "-c", "import time; time.sleep(60)"]
    monkeypatch.setattr(keras_process, "command", lambda *_: command)
    with pytest.raises(ModelProcessError, match=r"did not answer within 0.2 seconds"):
        KerasProcess(b"", None, path=Path("mine.keras"))


def test_a_program_that_is_missing_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keras_process, "command", lambda *_: ["no such program"])
    with pytest.raises(
        ModelProcessError, match="'mine.keras' cannot be run in Keras: No such file"
    ):
        KerasProcess(b"", None, path=Path("mine.keras"))


@pytest.mark.parametrize("how", ["close", "garbage"])
def test_the_process_ends_with_its_object(start: Callable[[], KerasProcess], how: str) -> None:
    model = start()
    process = popen_of(model)
    if how == "close":
        model.close()
        model.close()
    else:
        del model
        gc.collect()
    assert process.poll() is not None


def test_answers_that_are_no_probabilities_are_a_broken_model(
    start: Callable[[], KerasProcess], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHARE", "7")
    with pytest.raises(BrokenModelError, match="'mine.keras'"):
        start()


def test_a_network_without_gradients_is_not_explained(start: Callable[[], KerasProcess]) -> None:
    model = start()
    assert not model.can_explain
    with pytest.raises(IncompatibleModelError, match="cannot be explained"):
        model.explain(image()[0], label=0, rival=1)


OWNER = """
import sys, time
from pathlib import Path
from digits.recognition import keras_process
keras_process.command = lambda *_: [sys.executable, sys.argv[1]]
model = keras_process.KerasProcess(b"", None, path=Path("mine.keras"))
print(model._process.pid, flush=True)
assert "tensorflow" not in sys.modules and "keras" not in sys.modules
if sys.argv[2] == "killed":
    time.sleep(60)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="asks for a process by signal 0")
@pytest.mark.parametrize("end", ["exits", "killed"])
def test_the_process_ends_with_the_program_that_started_it(tmp_path: Path, end: str) -> None:
    worker = tmp_path / "worker.py"
    worker.write_text(WORKER)
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(worker), end],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=training_process.environment(),
    )
    assert owner.stdout is not None and owner.stderr is not None
    pid = int(owner.stdout.readline())
    if end == "killed":
        owner.send_signal(signal.SIGKILL)
    _, written = owner.communicate(timeout=30)
    assert written == b""
    wait_until_gone(pid)


def wait_until_gone(pid: int) -> None:
    """Wait until a process has ended; one that nobody waited for has ended, too."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            os.kill(pid, 0)
            if Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z":
                return
        except OSError:
            return
        time.sleep(0.05)
    pytest.fail("the process still runs")


def test_what_cannot_be_compiled_is_run_by_keras_and_that_is_remembered(
    start: Callable[[], KerasProcess],
    path: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(compiled_files, "cache_folder", lambda name: tmp_path / "cache")
    assert isinstance(compiled_files.load_compiled(path, None), KerasProcess)  # compiled in vain
    monkeypatch.delattr(compiled_files, "compile_apart")
    assert isinstance(compiled_files.load_compiled(path, None), KerasProcess)
