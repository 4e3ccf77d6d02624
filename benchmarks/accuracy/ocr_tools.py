"""Compare our reader with RapidOCR, ddddocr, Tesseract and EasyOCR on the same pictures.

    sudo apt-get install tesseract-ocr
    python -m venv ../compare
    ../compare/bin/pip install -r requirements-compare.txt
    python -m benchmarks.accuracy.ocr_tools --python ../compare/bin/python \\
        --strokes dev_unipen.jsonl.gz dev_numberpad.jsonl.gz --letters letters_measure.jsonl.gz \\
        --images photos_paper minichazer_forms

Each tool reads as its documentation says for one line, or one character where a set has
single digits, with the characters that the set may hold where it takes a list of them; and
once more on the ink that our preprocessing finds. What it reads is right when nothing but
characters outside of that list, and spaces, is wrong. Of ours, unsure readings count as
well, and `sure wrong` says how many are sure and not wholly right.

The table has the pictures of each set that are wholly right; of signs also those whose
digits are right. `ms` is processor time a picture, one thread, models loaded; Tesseract's
includes the start of its program, and "on our ink" leaves out the time to find it.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2

from benchmarks.accuracy.materials import Picture
from benchmarks.accuracy.ocr_sets import Sample, clean, make_sets
from digits.data.labelled_files import load_digits
from digits.data.stroke_files import load_stroke_file
from digits.locations import MODEL_PATH
from digits.recognition.recognizer import Recognizer

WORKER = Path(__file__).with_name("ocr_worker.py")
TOOLS = {
    "rapidocr": "RapidOCR",
    "ddddocr": "ddddocr",
    "tesseract": "Tesseract",
    "easyocr": "EasyOCR",
}
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OMP_THREAD_LIMIT": "1"}  # Tesseract reads the second


@dataclass(frozen=True)
class Reading:
    """What a tool reads in one picture, and how long it takes.

    Attributes:
        text: what it reads.
        seconds: of processor time.
        is_sure: whether it says so; True of tools that say nothing.
    """

    text: str
    seconds: float
    is_sure: bool = True


def main(argv: Sequence[str] | None = None) -> int:
    """Print a Markdown table, a line a tool."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--python", type=Path, required=True, help="of the tools' environment")
    parser.add_argument("--strokes", type=Path, nargs="+", required=True)
    parser.add_argument("--letters", type=Path, help="whose strokes are signs; else no signs")
    parser.add_argument("--images", type=Path, nargs="*", default=[], help="single digits")
    parser.add_argument("--model", type=Path, default=MODEL_PATH)
    parser.add_argument("--tools", nargs="*", choices=TOOLS, default=list(TOOLS), metavar="TOOL")
    parser.add_argument("--count", type=int, default=100, help="pictures of each set")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args(argv)
    digits = [digit for path in arguments.strokes for digit in load_digits(path)]
    letters = load_stroke_file(arguments.letters) if arguments.letters else []
    sets = make_sets(digits, letters, arguments.images, arguments.count, seed=arguments.seed)
    samples = [sample for chosen in sets.values() for sample in chosen]
    print_header(sets)
    print_line("ours", sets, read_ourselves(Recognizer.load(arguments.model), samples))
    with tempfile.TemporaryDirectory() as folder:
        found = write(samples, [one.picture for one in samples], Path(folder) / "raw")
        cleaned = write(samples, [clean(one) for one in samples], Path(folder) / "clean")
        for tool in arguments.tools:
            for name, listed in ((TOOLS[tool], found), (f"{TOOLS[tool]} on our ink", cleaned)):
                print_line(name, sets, read_with(arguments.python, tool, listed, samples))
    return 0


def read_ourselves(recognizer: Recognizer, samples: Sequence[Sample]) -> list[Reading]:
    """Read pictures as `predict.py` does, those of numbers with --several."""
    readings = []
    for sample in samples:
        start = sum(os.times()[:4])
        if sample.single:
            one = recognizer.predict(sample.picture)
            text, is_sure = one.label or "", one.status == "digit"
        else:
            number = recognizer.predict_number(sample.picture)
            text, is_sure = number.text, number.status == "digit"
        readings.append(Reading(text, sum(os.times()[:4]) - start, is_sure))
    return readings


def write(samples: Sequence[Sample], pictures: Sequence[Picture], folder: Path) -> Path:
    """Write pictures as PNG files, and a list of them for the worker."""
    folder.mkdir()
    listed = []
    for index, (sample, picture) in enumerate(zip(samples, pictures, strict=True)):
        file = folder / f"{index:05}.png"
        pixels = picture if picture.ndim == 2 else picture[..., [2, 1, 0, 3][: picture.shape[2]]]
        cv2.imwrite(str(file), pixels)
        listed.append({"file": str(file), "allowed": sample.allowed, "single": sample.single})
    path = folder / "pictures.json"
    path.write_text(json.dumps(listed), encoding="utf-8")
    return path


def read_with(
    python: Path, tool: str, listed: Path, samples: Sequence[Sample]
) -> list[Reading] | str:
    """Read pictures with a tool in its own environment; return a sentence if that fails."""
    done = subprocess.run(
        [
            python,
            "-I",
            WORKER,
            tool,
            listed,
        ],  # without this folder, whose numbers.py hides Python's
        capture_output=True,
        text=True,
        env={**os.environ, **ONE_THREAD},
    )
    if done.returncode:
        return (done.stderr.strip().splitlines() or ["no reason given"])[-1]
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return [
        Reading("".join(c for c in line["text"] if c in sample.allowed), line["seconds"])
        for line, sample in zip(lines, samples, strict=True)
    ]


def print_header(sets: dict[str, list[Sample]]) -> None:
    """Print the names of the sets, and how many pictures each has."""
    names = [f"{name.replace('_', ' ')} ({len(chosen)})" for name, chosen in sets.items()]
    print(f"| right of | {' | '.join(names)} | ms | sure wrong |")
    print("|---" * (len(names) + 3) + "|", flush=True)


def print_line(name: str, sets: dict[str, list[Sample]], readings: list[Reading] | str) -> None:
    """Print what one tool made of all sets."""
    if isinstance(readings, str):
        print(f"| {name} | not measured: {readings} |", flush=True)
        return
    rest = iter(readings)
    cells = [count_right([(sample, next(rest)) for sample in chosen]) for chosen in sets.values()]
    samples = [sample for chosen in sets.values() for sample in chosen]
    wrong = sum(
        read.is_sure and read.text != sample.label
        for sample, read in zip(samples, readings, strict=True)
    )
    milliseconds = 1000 * sum(read.seconds for read in readings) / len(readings)
    print(f"| {name} | {' | '.join(cells)} | {milliseconds:.0f} | {wrong} |", flush=True)


def count_right(pairs: Sequence[tuple[Sample, Reading]]) -> str:
    """Count pictures of a set that are right; with signs, also those with the right digits."""
    right = sum(read.text == sample.label for sample, read in pairs)
    if all(sample.label.isdigit() for sample, _ in pairs):
        return str(right)
    digits = sum(keep_digits(read.text) == keep_digits(sample.label) for sample, read in pairs)
    return f"{right} (digits {digits})"


def keep_digits(text: str) -> str:
    """Leave out signs and spaces."""
    return "".join(char for char in text if char.isdigit())


if __name__ == "__main__":
    sys.exit(main())
