"""Measure how many picture files a second predict.py reads, start-up apart.

    python -m benchmarks.throughput                # 10,000 gray PNG files of 280 x 280
    python -m benchmarks.throughput --mode RGBA    # as a canvas saves them

Runs the command line on many files, and on a single one before and after: what lies
between is the time for the rest of the files, from finding them to the written CSV.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from arguments import positive_int
from strokes import CANVAS_STYLE, draw_at_random
from tests.drawings import DIGITS, place

PROJECT = Path(__file__).parents[1]
STARTS = 3  # timed before and after: a start takes seconds more or less


def main(argv: Sequence[str] | None = None) -> int:
    """Print images a second."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=positive_int, default=10_000, help="files")
    parser.add_argument("--mode", choices=("L", "RGB", "RGBA"), default="L", help="of the files")
    arguments = parser.parse_args(argv)
    count: int = arguments.count
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "pictures"
        folder.mkdir()
        paths = write_pictures(folder, count + 1, mode=arguments.mode)
        single = paths[-1].rename(Path(scratch) / "single.png")
        time_predict(single, Path(scratch) / "one.csv")  # reads libraries from the disk
        before = [time_predict(single, Path(scratch) / "one.csv") for _ in range(STARTS)]
        whole = time_predict(folder, Path(scratch) / "all.csv")
        after = [time_predict(single, Path(scratch) / "one.csv") for _ in range(STARTS)]
    start_up = statistics.median(before + after)
    seconds = whole - start_up
    print(
        f"{count} PNG files ({arguments.mode}) in {seconds:.1f} s, beside {start_up:.1f} s of"
        f" start-up ({min(before + after):.1f} to {max(before + after):.1f}):"
        f" {count / seconds:.0f} images a second"
    )
    return 0


def write_pictures(folder: Path, count: int, *, mode: str) -> list[Path]:
    """Draw digits with random brush, size and place, as PNG files of Pillow's `mode`."""
    rng = np.random.default_rng(0)
    strokes = [place(digit) for digit in DIGITS]
    paths = [folder / f"{number:05}.png" for number in range(count)]
    for number, path in enumerate(paths):
        canvas = draw_at_random(strokes[number % 10], rng=rng, style=CANVAS_STYLE)
        Image.fromarray(canvas).convert(mode).save(path)
    return paths


def time_predict(target: Path, output: Path) -> float:
    """Run predict.py on a file or folder; seconds it took."""
    command: list[str | Path] = [sys.executable, PROJECT / "predict.py", target, "--output", output]
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
