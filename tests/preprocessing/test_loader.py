"""Files are prepared side by side; a program sets up its process, an import does not."""

import subprocess
import sys
from types import ModuleType

import cv2
import pytest
from PIL import Image

from digits.preprocessing.loader import in_batches, make_pool, set_up_process

STATE = "cv2.getNumThreads(), Image.MAX_IMAGE_PIXELS, sorted(os.environ.items())"


def test_importing_the_rooms_changes_nothing_in_the_process() -> None:
    code = f"""
import os, cv2
from PIL import Image
before = {STATE}
import digits.data.mnist, digits.data.outliers, digits.data.pendigits, digits.files
import digits.preprocessing.loader, digits.preprocessing.segmentation, digits.locations
assert before == ({STATE})
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_importing_the_data_room_loads_neither_tensorflow_nor_scikit_learn() -> None:
    code = """
import sys
from types import ModuleType
import digits.data.mnist, digits.data.outliers, digits.data.pendigits, digits.data.splits
assert not {"tensorflow", "keras", "sklearn"} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_program_sets_up_its_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    threads = cv2.getNumThreads()
    try:
        cv2.setNumThreads(2)
        set_up_process()
        assert cv2.getNumThreads() == 1 and Image.MAX_IMAGE_PIXELS is None
    finally:
        cv2.setNumThreads(threads)


def test_the_processes_of_a_pool_are_set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    # They import the main module, for which AppTest leaves a script of its own.
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))
    with make_pool(1) as pool:
        assert pool.submit(cv2.getNumThreads).result() == 1


def test_files_are_grouped_into_batches() -> None:
    assert list(in_batches(range(5), 2)) == [[0, 1], [2, 3], [4]]
