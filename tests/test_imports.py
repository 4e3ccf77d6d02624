"""Importing the package changes nothing in the process, and loads no more than is needed."""

import subprocess
import sys

import pytest

from digits.__main__ import VERBS
from tests.support.paths import PROJECT

# Other people's modules go first: what they change is not ours.
PROGRAM = """
import importlib, os, pkgutil, sys
import cv2, keras, ray.data, sklearn, streamlit, tensorflow
import PIL.Image as pillow

def state():
    return dict(os.environ), cv2.getNumThreads(), pillow.MAX_IMAGE_PIXELS, sys.excepthook

LEFT_OUT = ("digits.commands.scripts.", "digits.app.canvas", "digits.app.draw", "digits.app.kept")

import digits
names = [one.name for one in pkgutil.walk_packages(digits.__path__, "digits.")]
for name in names:
    # Scripts start the page; the canvas can be imported by a running page alone.
    if not name.startswith(LEFT_OUT):
        before = state()
        importlib.import_module(name)
        if state() != before:
            print(name)
"""


def test_no_module_changes_the_environment_threads_or_limits() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=PROJECT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


LEARNING = {"tensorflow", "keras"}
ANALYSIS = {"matplotlib", "scipy", "sklearn", "vl_convert"}
LIBRARIES = {"cv2", "numpy", "pandas", "PIL", "ai_edge_litert", "streamlit", "fastapi"}
LIBRARIES |= {"sqlalchemy", "pydantic", "ray", "pyarrow", "tqdm"} | ANALYSIS | LEARNING

READ_PICTURE = """
from digits.commands.predict import main
assert main(["tests/assets/seven.png"]) == 0
"""
ANSWER_REQUESTS = """
from pathlib import Path
from starlette.testclient import TestClient
from digits.recognition.background_loader import start_loading
from digits.serving.api.routes import make_api
from digits.serving.api.settings import Settings
start_loading().result(60)
client = TestClient(make_api(Settings()))
picture = Path("tests/assets/seven.png").read_bytes()
assert client.post("/predict", content=picture).json()["digit"] == 7
"""
ASSEMBLE = "import digits.commands.page_and_api"
DRAW = """
from tests.support.digit_drawings import canvas_state
from tests.support.pages import open_page, switch_page
app = open_page()
app.session_state["canvas"] = canvas_state(7)
for view in ("draw", "pictures", "model", "kept"):
    switch_page(app, view).run()
    assert not app.exception, app.exception
    assert view != "draw" or app.metric[0].value == "7"
"""
WORK = """
from pathlib import Path
from digits.serving.batch.worker import Worker
"""
EVALUATE = """
from digits.commands.evaluate import main
from digits.evaluation import eval_sets, timing
eval_sets.OUTLIERS = timing.SPEED_CANVASES = 4
timing.SPEED_BATCHES = 1
assert main(["--load-digits"]) == 0
"""


def find_loaded(program: str, modules: set[str]) -> set[str]:
    """Run a program in a process of its own, and return which of `modules` it loaded."""
    told = "\nimport sys\nprint('\\nLOADED', *{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", program + told], cwd=PROJECT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return modules.intersection(done.stdout.rpartition("LOADED")[2].split())


@pytest.mark.parametrize(
    "program",
    [READ_PICTURE, ANSWER_REQUESTS, ASSEMBLE, DRAW],
    ids=["predict.py", "API", "server", "page"],
)
def test_what_serves_loads_neither_tensorflow_nor_libraries_of_analysis(program: str) -> None:
    assert find_loaded(program, LEARNING | ANALYSIS) == set()


@pytest.mark.parametrize("program", [EVALUATE, WORK], ids=["evaluate.py", "Ray worker"])
def test_who_measures_or_works_for_ray_loads_no_tensorflow(program: str) -> None:
    assert find_loaded(program, LEARNING) == set()


def test_the_first_view_reads_a_drawing_without_altair() -> None:
    """Altair takes 0.4 s and 27 MB; Streamlit and its canvas need Pandas."""
    first_view = DRAW.replace('("draw", "pictures", "model", "kept")', '("draw",)')
    assert find_loaded(first_view, {"altair", "jsonschema", "pydantic"}) == set()


@pytest.mark.parametrize("verb", VERBS)
def test_help_is_given_before_any_library_is_loaded(verb: str) -> None:
    program = f"""
from digits.__main__ import main
try:
    main(["{verb}", "--help"])
except SystemExit:
    pass
"""
    assert find_loaded(program, LIBRARIES) == set()


def test_a_picture_is_read_without_a_line_on_standard_error() -> None:
    done = subprocess.run(
        [sys.executable, "predict.py", "tests/assets/seven.png"], cwd=PROJECT, capture_output=True
    )
    assert done.returncode == 0 and done.stderr == b""
