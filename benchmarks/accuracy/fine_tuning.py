"""Measure what twenty kept drawings teach: of a form of a digit that the model misreads.

    python -m benchmarks.accuracy.fine_tuning --mnist mnist.npz --pendigits pendigits-orig.tra.gz
    python -m benchmarks.accuracy.fine_tuning --form looped_nine --mnist mnist.npz --epochs 2

For each form of tests/support/digit_forms.py, twenty drawings are read, labelled and kept in a
database of their own (seed 1), exported, and learnt from by `train.py --drawings
kept.jsonl --from digit_model.keras`. Then a hundred other drawings of the form are read
(seed 2), and what must not be forgotten: MNIST's test images, scikit-learn's digits, the
ten digits of the tests, scribbles, and what --strokes and --letters name. The model that
ships is not touched. Options that are not named below go to train.py.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from digits.app.canvas.drawing import Drawing
from digits.app.kept.records import LabelledDrawing
from digits.app.kept.store import DrawingStore
from digits.arguments import existing_path
from digits.commands import train
from digits.evaluation import eval_sets
from digits.evaluation.eval_sets import EvaluationSet
from digits.locations import MODEL_PATH
from digits.recognition.recognizer import Recognizer
from tests.support.digit_drawings import DIGITS, draw
from tests.support.digit_forms import FORMS, Form, draw_on_canvas, spawn

TAUGHT, TAUGHT_SEED = 20, 1  # drawings that are kept, and learnt from
OTHERS, OTHERS_SEED = 100, 2  # drawings that are only read

Figures = dict[str, tuple[float, float]]  # accuracy, and share that is correct and sure


def main(argv: Sequence[str] | None = None) -> int:
    """Print a table for each form, before and after."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--form", choices=FORMS, nargs="+", default=list(FORMS))
    parser.add_argument("--model", type=existing_path, default=MODEL_PATH)
    parser.add_argument("--mnist", type=existing_path, required=True)
    parser.add_argument("--strokes", type=existing_path, nargs="+", default=[])
    parser.add_argument("--letters", type=existing_path)
    arguments, training = parser.parse_known_args(argv)
    before = Recognizer.load(arguments.model)
    remembered = load_remembered(arguments)
    known = measure(before, remembered)
    for name in arguments.form:
        form = FORMS[name]
        others = [draw_on_canvas(form, rng) for rng in spawn(OTHERS_SEED, OTHERS)]
        taught = to_examples(f"{name}, {OTHERS} others", form.label, others)
        started = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            learnt = learn(before, form, arguments, training, Path(folder))
            if learnt is None:
                return 1
        seconds = time.monotonic() - started
        print(f"\n{name}: {form.about}; {TAUGHT} drawings learnt from in {seconds:.0f} s")
        print_table(
            {**measure(before, [taught]), **known},
            {**measure(learnt, [taught]), **measure(learnt, remembered)},
        )
    return 0


def learn(
    recognizer: Recognizer,
    form: Form,
    arguments: argparse.Namespace,
    training: Sequence[str],
    folder: Path,
) -> Recognizer | None:
    """Keep drawings of a form as the page does, export them, and learn from them."""
    store = DrawingStore(f"sqlite:///{folder / 'kept.db'}")
    for rng in spawn(TAUGHT_SEED, TAUGHT):
        drawing = draw_on_canvas(form, rng)
        prediction = recognizer.predict(drawing.draw())
        store.save(
            LabelledDrawing.of(drawing, prediction, label=form.label, sha256=recognizer.card.sha256)
        )
    exported, output = folder / "kept.jsonl", folder / "learnt.keras"
    exported.write_text("".join(store.export()), encoding="utf-8")
    options = ["--mnist", arguments.mnist, "--drawings", exported, "--from", arguments.model]
    status = train.main([*map(str, options), "--output", str(output), *training])
    return Recognizer.load(output) if status == 0 else None


def load_remembered(arguments: argparse.Namespace) -> list[EvaluationSet]:
    """Load what must be read as before."""
    ten = [draw(digit, brush=brush) for digit in DIGITS for brush in (10, 18, 26)]
    labels = tuple(str(digit) for digit in DIGITS for _ in range(3))
    letters = eval_sets.load_letters(arguments.letters) if arguments.letters else []
    return [
        eval_sets.load_mnist_test(arguments.mnist),
        *(eval_sets.load_strokes(path) for path in arguments.strokes),
        eval_sets.load_scikit_digits(),
        EvaluationSet("ten digits, three brushes", "", labels, eval_sets.preprocess_each(ten)),
        eval_sets.scribbles(),
        *letters,
    ]


def to_examples(name: str, label: str, drawings: Sequence[Drawing]) -> EvaluationSet:
    """Draw drawings of one label, to be read."""
    pictures = (drawing.draw() for drawing in drawings)
    return EvaluationSet(name, "", (label,) * len(drawings), eval_sets.preprocess_each(pictures))


def measure(recognizer: Recognizer, examples: Sequence[EvaluationSet]) -> Figures:
    """Predict sets. A non-digit that is refused counts as correct and sure."""
    figures = {}
    for part in examples:
        predictions = part.predict(recognizer)
        pairs = list(zip(part.labels, predictions, strict=True))
        is_digit = set(part.labels) <= set(recognizer.card.class_names)
        if is_digit:
            right = share(p is not None and p.label == label for label, p in pairs)
            sure = share(
                p is not None and p.label == label and p.status == "digit" for label, p in pairs
            )
        else:
            right = sure = share(p is not None and p.status != "digit" for _, p in pairs)
        figures[part.name if is_digit else f"{part.name}, refused"] = right, sure
    return figures


def share(flags: Iterable[bool]) -> float:
    """Return how many of some flags are true, in [0, 1]."""
    return float(np.mean(list(flags)))


def print_table(before: Figures, after: Figures) -> None:
    """Print each set's figures before and after, and the difference in points."""
    print(f"{'':30} {'right':>8} {'after':>8} {'points':>7}   {'and sure':>8} {'after':>8}")
    for name, (right, sure) in before.items():
        right_after, sure_after = after[name]
        points = 100 * (right_after - right)
        print(
            f"{name:30} {right:8.2%} {right_after:8.2%} {points:+7.2f}   {sure:8.2%}"
            f" {sure_after:8.2%}"
        )
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
