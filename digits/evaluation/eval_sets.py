"""The sets that evaluate.py measures on: labelled digits, and non-digits.

    pens = load_strokes(Path("dev_unipen.jsonl.gz"))
    predictions = pens.predict(recognizer)    # one an example, None for a broken file

Strokes are drawn white on a black canvas of 280 x 280, with a brush of 8-28 pixels and
a longest side of 90-230, at a random place (seed 0), and read as the page reads them.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from sklearn.datasets import load_digits
from tqdm import tqdm

from digits.classes import DIGIT_CLASSES, REJECT_NAME, ClassNames, class_noun
from digits.data.dataset import DatasetError
from digits.data.labelled_files import list_labelled_pictures
from digits.data.mnist import load_mnist
from digits.data.outliers import DIGIT_LIKE_LETTERS
from digits.data.splits import is_training_writer, split_by_writer
from digits.data.stroke_files import load_stroke_file
from digits.data.strokes import (
    CANVAS_STYLE,
    Canvas,
    StrokeDigit,
    draw_at_random,
    draw_strokes,
    fit_strokes,
)
from digits.evaluation.blank_pictures import make_blanks
from digits.evaluation.options import EvaluationOptions
from digits.evaluation.scribbles import draw_scribbles
from digits.preprocessing.normalization import (
    Candidates,
    ModelInput,
    preprocess,
    preprocess_candidates,
    to_model_input,
)
from digits.recognition.picture_files import predict_files
from digits.recognition.predictions import Prediction
from digits.recognition.recognizer import Recognizer

SEED = 0  # of all drawings: each model and each run reads the same ones
OUTLIERS = 200  # blanks, scribbles and pairs, of each
PAIR_BRUSH = (8, 20)  # pixels; two digits leave less room than one
PAIR_SIDE = (60, 110)  # pixels; longest side of each digit of a pair
ENLARGED_SIDE = 160  # pixels; scikit-learn's digits have 8


@dataclass(frozen=True)
class EvaluationSet:
    """Pictures of a set, and what each shows.

    Attributes:
        name: of the set.
        about: how they are read, and whose they are, as a sentence.
        labels: what each shows: a class, a letter, or a kind of scribble.
        inputs: float32 (28, 28, 1) in [0, 1], bright on black, or None for a blank one;
            empty where `paths` are read instead.
        candidates: of each, where they are uploads and no drawings: what `inputs` may show.
        paths: picture files, read as predict.py reads them.
    """

    name: str
    about: str
    labels: tuple[str, ...]
    inputs: tuple[ModelInput | None, ...] = ()
    candidates: tuple[Candidates, ...] = ()
    paths: tuple[Path, ...] = ()

    def predict(self, recognizer: Recognizer) -> list[Prediction | None]:
        """Predict all pictures, in their order; None stands for a file that is no picture."""
        if self.paths:
            return [reading.prediction for reading in predict_files(recognizer, self.paths)]
        if self.candidates:
            return list(recognizer.predict_candidates(self.candidates))
        return list(recognizer.predict_inputs(self.inputs))


def load_sets(
    options: EvaluationOptions, classes: ClassNames
) -> tuple[list[EvaluationSet], list[EvaluationSet]]:
    """Load what the options name: labelled sets, and sets of non-digits.

    Raises:
        DatasetError: if one cannot be read, two share a name, or pictures shall be shown
            of a set that is not measured.
    """
    held_out = options.held_out
    labelled = [load_mnist_test(options.mnist, classes=classes)] if options.mnist else []
    labelled += [load_strokes(path, held_out=held_out) for path in options.strokes]
    labelled += [load_pictures(folder) for folder in options.images]
    labelled += [load_scikit_digits()] if options.load_digits else []
    negatives = load_letters(options.letters) if options.letters else []
    negatives += [load_pairs(options.strokes, held_out=held_out)] if options.strokes else []
    negatives += [scribbles(), blanks()]
    called = [examples.name for examples in labelled + negatives]
    called += [folder.resolve().name for folder in options.numbers]
    name, count = Counter(called).most_common(1)[0]
    if count > 1:
        raise DatasetError(
            f"Expected sets of different names. {count} are called '{name}': rename one."
        )
    names = [examples.name for examples in labelled]
    for name in options.pictures_of:
        if name not in names:
            raise DatasetError(
                f"Expected sets that are measured ({', '.join(names)}) after --pictures-of."
                f" Received: {name}."
            )
    return labelled, negatives


def load_mnist_test(path: Path, *, classes: ClassNames = DIGIT_CLASSES) -> EvaluationSet:
    """Load the test images of MNIST or a set like it; raises DatasetError.

    Args:
        path: as for `load_mnist`.
        classes: of the model, where the data do not say theirs.
    """
    mnist = load_mnist(path, classes=None if classes == DIGIT_CLASSES else classes)
    about = f"Test images of '{path.name}'."
    if mnist.name == "mnist":
        about = "MNIST's test images as they are (Y. LeCun, C. Cortes and C. Burges, CC BY-SA 3.0)."
    return EvaluationSet(
        f"{mnist.name}_test",
        about,
        tuple(mnist.class_names[label] for label in mnist.test.labels),
        inputs=tuple(to_model_input(mnist.test.images)),
    )


def load_pictures(folder: Path) -> EvaluationSet:
    """List pictures in folders named by label; raises DatasetError."""
    pictures = list_labelled_pictures(folder)
    return EvaluationSet(
        folder.resolve().name,
        "Picture files, read as predict.py reads them.",
        tuple(label for _, label in pictures),
        paths=tuple(path for path, _ in pictures),
    )


def load_strokes(path: Path, *, held_out: bool = False) -> EvaluationSet:
    """Draw the characters of a stroke file; raises DatasetError.

    Args:
        path: the file.
        held_out: whether to take only those that `train.py --strokes` tests on.
    """
    characters = read_characters(path, held_out=held_out)
    whose = "Pen strokes"
    if held_out:
        whose += f" of {len({c.writer for c in characters})} writers who taught nothing"
    return EvaluationSet(
        set_name(path),
        f"{whose}, drawn on a canvas at random brush, size and place, with seed {SEED}.",
        tuple(character.label for character in characters),
        inputs=draw_all(characters, name=path.name),
    )


def read_characters(path: Path, *, held_out: bool) -> Sequence[StrokeDigit]:
    """Read the characters of a stroke file, or only those to test on; raises DatasetError."""
    characters = load_stroke_file(path)
    if any(character.label == REJECT_NAME for character in characters):
        raise DatasetError(
            f"Expected a label that can be read on each drawing in '{path}'. Some are labelled"
            f" '{REJECT_NAME}', which is none: leave their lines out."
        )
    return split_by_writer(characters).test if held_out else characters


def set_name(path: Path) -> str:
    """Name the set of a stroke file: `dev_unipen.jsonl.gz` is dev_unipen."""
    return path.name.split(".")[0]


def load_scikit_digits() -> EvaluationSet:
    """Load scikit-learn's digits, enlarged from 8 x 8 to 160 x 160."""
    data = load_digits()
    size = (ENLARGED_SIDE, ENLARGED_SIDE)
    pictures = (
        cv2.resize((image * 255 / 16).astype(np.uint8), size, interpolation=cv2.INTER_CUBIC)
        for image in data.images
    )
    candidates = tuple(preprocess_candidates(picture) for picture in pictures)
    return EvaluationSet(
        "load_digits",
        "scikit-learn's 8 × 8 digits, enlarged (E. Alpaydin and C. Kaynak, UCI data set 80,"
        " CC BY 4.0).",
        tuple(str(label) for label in data.target),
        inputs=tuple(each[0] if each else None for each in candidates),
        candidates=candidates,
    )


def load_letters(path: Path) -> list[EvaluationSet]:
    """Draw the letters of the writers who are kept for measuring; raises DatasetError.

    Returns:
        All of them, and those that nobody takes for a digit.
    """
    letters = [letter for letter in load_stroke_file(path) if not is_training_writer(letter.writer)]
    if not letters:
        raise DatasetError(
            f"Expected letters of writers whose name has an odd MD5 in '{path}': the others"
            " are for training. Found none."
        )
    inputs = draw_all(letters, name=path.name)
    labels = tuple(letter.label for letter in letters)
    clear = [i for i, label in enumerate(labels) if label not in DIGIT_LIKE_LETTERS]
    about = f"Letters of {len({letter.writer for letter in letters})} writers kept for measuring"
    return [
        EvaluationSet("letters", f"{about}.", labels, inputs),
        EvaluationSet(
            "clear_letters",
            f"{about}: those that nobody takes for a digit.",
            tuple(labels[i] for i in clear),
            inputs=tuple(inputs[i] for i in clear),
        ),
    ]


def blanks() -> EvaluationSet:
    """Make empty canvases and empty paper."""
    kinds, pictures = zip(*make_blanks(OUTLIERS, seed=SEED), strict=True)
    about = "Empty canvases, and photographed paper with nothing on it, of ten kinds."
    candidates = tuple(preprocess_candidates(picture) for picture in pictures)
    return EvaluationSet("blanks", about, kinds, candidates=candidates)


def scribbles() -> EvaluationSet:
    """Draw scribbles."""
    kinds, pictures = zip(*draw_scribbles(OUTLIERS, seed=SEED), strict=True)
    about = "Scribbles of ten kinds that no training sees, drawn by the program."
    return EvaluationSet("scribbles", about, kinds, inputs=preprocess_each(pictures))


def load_pairs(paths: Sequence[Path], *, held_out: bool = False) -> EvaluationSet:
    """Draw two digits side by side, from stroke files; raises DatasetError.

    Args:
        paths: the files.
        held_out: as for `load_strokes`.
    """
    characters = [one for path in paths for one in read_characters(path, held_out=held_out)]
    rng = np.random.default_rng(SEED)
    pairs = [
        (characters[first], characters[second])
        for first, second in rng.integers(len(characters), size=(OUTLIERS, 2))
    ]
    noun = class_noun([character.label for character in characters])
    whose = ", of writers who taught nothing," if held_out else ""
    return EvaluationSet(
        f"two_{noun}s",
        f"Two {noun}s of the stroke files{whose} beside each other on one canvas.",
        tuple(f"{left.label}{right.label}" for left, right in pairs),
        inputs=preprocess_each(draw_pair(*pair, rng=rng) for pair in pairs),
    )


def draw_pair(left: StrokeDigit, right: StrokeDigit, *, rng: np.random.Generator) -> Canvas:
    """Draw two characters side by side, with some paper between them."""
    side, brush = CANVAS_STYLE.canvas, rng.uniform(*PAIR_BRUSH)
    first = fit_strokes(left.strokes, rng.uniform(*PAIR_SIDE))
    second = fit_strokes(right.strokes, rng.uniform(*PAIR_SIDE))
    sizes = [np.concatenate(strokes).max(axis=0) for strokes in (first, second)]
    room = side - brush - sizes[0][0] - sizes[1][0]  # pixels around and between, 2 brushes or more
    gap = rng.uniform(2 * brush, brush + room / 2)
    x = brush / 2 + rng.uniform(0, room - gap)
    middle = side / 2 + rng.uniform(-40, 40)
    corners = [(x, middle), (x + sizes[0][0] + gap, middle + rng.uniform(-12, 12))]
    placed = [
        points + [corner[0], corner[1] - size[1] / 2]
        for strokes, size, corner in zip((first, second), sizes, corners, strict=True)
        for points in strokes
    ]
    return draw_strokes(placed, brush=brush, side=side)


def draw_all(characters: Sequence[StrokeDigit], *, name: str) -> tuple[ModelInput | None, ...]:
    """Draw characters one after the other from one seed, and preprocess the drawings."""
    rng = np.random.default_rng(SEED)
    shown = tqdm(characters, desc=f"drawing {name}", unit="", disable=None, delay=2, leave=False)
    return preprocess_each(draw_at_random(c.strokes, rng=rng, style=CANVAS_STYLE) for c in shown)


def preprocess_each(
    pictures: Iterable[npt.NDArray[np.uint8]],
) -> tuple[ModelInput | None, ...]:
    """Preprocess pictures; None stands for a blank one."""
    return tuple(preprocess(picture) for picture in pictures)
