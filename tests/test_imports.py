"""Importing the package changes nothing in the process."""

import subprocess
import sys

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
