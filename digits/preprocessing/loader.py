"""Picture files on their way to the network: decoded and preprocessed, many at once.

    for file in prepare_files(paths, processes=2):
        print(file.path, file.message or file.candidates)

Without TensorFlow, so that a process for it starts in a third of a second.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

import cv2
from PIL import Image as PillowImage

from digits.preprocessing.image_io import ImageError, load_image
from digits.preprocessing.ink_options import FOUND, InkOptions
from digits.preprocessing.normalization import Candidates, preprocess_candidates

Item = TypeVar("Item")

FILES_AHEAD = 4096  # files that may be prepared before anybody asks for them
CHUNK = 64  # files that a process takes at once


def set_up_process() -> None:
    """Set what this package wants of OpenCV and Pillow; programs call it once, in their main.

    Files and visitors run side by side: OpenCV's own threads would only add to that. And
    Pillow's limit of pixels warns, or refuses, where `image_io.Limits` alone shall.
    """
    cv2.setNumThreads(1)
    PillowImage.MAX_IMAGE_PIXELS = None


@dataclass(frozen=True, eq=False)
class PreparedFile:
    """A file on its way to the network: what it may show, or why there is nothing."""

    path: Path
    candidates: Candidates = ()
    message: str = ""


def prepare_files(
    paths: Sequence[Path], *, processes: int = 0, options: InkOptions = FOUND
) -> Iterator[PreparedFile]:
    """Decode and preprocess files, in their order.

    Args:
        paths: the files; one that cannot be read comes with a message.
        processes: to share the work among; each imports the main program anew, which
            must allow for that, and pays from some hundred files on. Defaults to
            threads of this process.
        options: what is known of the pictures. Defaults to nothing.
    """
    prepare = partial(prepare_file, options=options)
    with make_pool(processes) as pool:
        for start in range(0, len(paths), FILES_AHEAD):
            yield from pool.map(prepare, paths[start : start + FILES_AHEAD], chunksize=CHUNK)


def make_pool(processes: int) -> Executor:
    """Make a pool of processes, or of as many threads as there are cores."""
    if processes:
        # Spawned: a fork would copy the locks that TensorFlow's threads hold.
        return ProcessPoolExecutor(
            processes, mp_context=get_context("spawn"), initializer=set_up_process
        )
    return ThreadPoolExecutor(os.cpu_count())


def prepare_file(path: Path, *, options: InkOptions = FOUND) -> PreparedFile:
    """Decode and preprocess one file."""
    try:
        return PreparedFile(path, preprocess_candidates(load_image(path), options=options))
    except ImageError as error:
        return PreparedFile(path, message=str(error))


def in_batches(files: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """Group files into lists of at most `size`."""
    rest = iter(files)
    while batch := list(islice(rest, size)):
        yield batch
