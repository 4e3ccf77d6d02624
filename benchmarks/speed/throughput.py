"""Measure how many picture files a second predict.py reads, start-up apart.

    python -m benchmarks.speed.throughput                # 10,000 gray PNG files of 280 x 280
    python -m benchmarks.speed.throughput --mode RGBA    # as a canvas saves them

Runs the command line on many files, and on a single one before and after: what lies
between is the time for the rest of the files, from finding them to the written CSV. Then
the same for the tutorials' way, which takes files one by one, on the first thousand.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from digits.arguments import positive_int
from digits.data.strokes import CANVAS_STYLE, draw_at_random
from tests.support.digit_drawings import DIGITS, place

PROJECT = Path(__file__).parents[2]
NAIVE = [sys.executable, "-m", "benchmarks.speed.baselines"]
STARTS = 3  # timed before and after: a start takes seconds more or less


def main(argv: Sequence[str] | None = None) -> int:
    """Print images a second."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=positive_int, default=10_000, help="files")
    parser.add_argument("--mode", choices=("L", "RGB", "RGBA"), default="L", help="of the files")
    parser.add_argument(
        "--naive-count", type=positive_int, default=1000, help="files read in the tutorials' way"
    )
    arguments = parser.parse_args(argv)
    count: int = arguments.count
    naive_count = min(count, arguments.naive_count)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "pictures"
        folder.mkdir()
        paths = write_pictures(folder, count + 1, mode=arguments.mode)
        single = paths[-1].rename(Path(scratch) / "single.png")
        output = Path(scratch) / "read.csv"
        time_predict(single, output)  # reads libraries from the disk
        ours = measure(
            f"predict.py ({arguments.mode})",
            count,
            lambda path: time_predict(path, output),
            folder,
            single,
        )
        for path in paths[naive_count:-1]:
            path.unlink()
        naive = measure("naive way", naive_count, time_naive, folder, single)
    print(f"{ours / naive:.0f} times as many")
    return 0


def measure(
    name: str, count: int, read: Callable[[Path], float], folder: Path, single: Path
) -> float:
    """Time a way of reading `count` files of a folder; return files a second, and print it."""
    before = [read(single) for _ in range(STARTS)]
    whole = read(folder)
    starts = [*before, *(read(single) for _ in range(STARTS))]
    start_up = statistics.median(starts)
    rate = count / (whole - start_up)
    print(
        f"{name}: {count} PNG files in {whole - start_up:.1f} s, beside {start_up:.1f} s of"
        f" start-up ({min(starts):.1f} to {max(starts):.1f}): {rate:.0f} images a second",
        flush=True,
    )
    return rate


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
    return time_command([sys.executable, PROJECT / "predict.py", target, "--output", output])


def time_naive(target: Path) -> float:
    """Run the tutorials' way on a file or folder; seconds it took."""
    return time_command([*NAIVE, target])


def time_command(command: Sequence[str | Path]) -> float:
    """Run a command; seconds it took."""
    started = time.perf_counter()
    subprocess.run(command, cwd=PROJECT, check=True, capture_output=True)
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
