"""Rows to train the row reader with: composed in two processes, and batched by width.

rows = compose_rows(sources, count=100_000, part="train", seed=0)
batches = RowBatches(rows, config)
network.fit(batches.dataset(), callbacks=[batches])
"""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from multiprocessing import get_context
from typing import Literal

import numpy as np
import numpy.typing as npt

from digits.data.mnist import load_mnist
from digits.data.pendigits import load_pendigits, split_pendigits
from digits.data.row_composition import RowComposer
from digits.preprocessing.row import ROW_HEIGHT, fit_row
from digits.recognition.row_decoding import CHARACTERS
from digits.training.config import DataSources
from digits.training.mnist_split import split_mnist

Part = Literal["train", "validation"]
Pixels = npt.NDArray[np.uint8]  # (32, width), bright ink on black

CHUNK = 1000  # rows that one call of a process composes
WIDTH_NOISE = 24  # pixels; rows of one batch differ in width by little, and not by nothing
PADDING = -1  # in rows of labels, after the last character


@dataclass(frozen=True, eq=False)
class Row:
    """A composed line of writing: what it says, and what the network sees."""

    text: str
    pixels: Pixels


def compose_rows(sources: DataSources, *, count: int, part: Part, seed: int) -> list[Row]:
    """Compose rows of the writers and images of one part of the data.

    Args:
        sources: where MNIST and the pen digits lie.
        count: how many rows.
        part: whose digits: those to train with, or those to validate with.
        seed: of the rows; the same ones on any number of processes.

    Raises:
        DatasetError: if the data cannot be read or downloaded.
    """
    make_composer(sources, part)  # an error or a download belongs into this process
    sizes = [min(CHUNK, count - start) for start in range(0, count, CHUNK)]
    compose = partial(compose_chunk, sources, part, seed)
    # Not forked: TensorFlow's threads would be copied half.
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        chunks = pool.map(compose, range(len(sizes)), sizes)
        return [row for chunk in chunks for row in chunk]


@cache
def make_composer(sources: DataSources, part: Part, *, varied: bool = True) -> RowComposer:
    """Load the data of one part; `varied` is as for `RowComposer`."""
    index = 0 if part == "train" else 1
    pen = split_pendigits(load_pendigits(sources.pendigits))[index]
    images = split_mnist(load_mnist(sources.mnist).train)[index]
    return RowComposer(pen, images, varied=varied)


def compose_chunk(
    sources: DataSources, part: Part, seed: int, number: int, count: int
) -> list[Row]:
    """Compose some rows, in whatever process this runs."""
    composer = make_composer(sources, part)
    rng = np.random.default_rng([seed, number, part == "train"])
    rows = (composer.compose(rng) for _ in range(count))
    return [Row(text, fit_row(ink).pixels) for text, ink in rows]


def stack_rows(rows: Sequence[Row]) -> npt.NDArray[np.float32]:
    """Make one array of rows, (n, 32, widest, 1) in [0, 1]; paper follows the slimmer ones."""
    widest = max(row.pixels.shape[1] for row in rows)
    images = np.zeros((len(rows), ROW_HEIGHT, widest, 1), np.float32)
    for image, row in zip(images, rows, strict=True):
        image[:, : row.pixels.shape[1], 0] = row.pixels
    images /= 255
    return images


def stack_labels(rows: Sequence[Row]) -> npt.NDArray[np.int32]:
    """Make one array of texts: indices into `CHARACTERS`, (n, longest), then `PADDING`."""
    labels = np.full((len(rows), max(len(row.text) for row in rows)), PADDING, np.int32)
    for label, row in zip(labels, rows, strict=True):
        label[: len(row.text)] = [CHARACTERS.index(character) for character in row.text]
    return labels


def batch_by_width(
    rows: Sequence[Row], size: int, *, rng: np.random.Generator | None = None
) -> Iterator[list[Row]]:
    """Yield batches of rows of about one width, in the order of widths or at random."""
    widths = np.array([row.pixels.shape[1] for row in rows], float)
    if rng is not None:
        widths += rng.uniform(0, WIDTH_NOISE, len(rows))
    order = np.argsort(widths, kind="stable")
    starts = np.arange(0, len(rows), size)
    if rng is not None:
        rng.shuffle(starts)
    for start in starts:
        yield [rows[index] for index in order[start : start + size]]
