"""Files that people label: stroke files whose labels are checked, folders of pictures.

drawings = load_kept_drawings(Path("kept.jsonl"))
digits = load_labelled_pictures(Path("folders_named_by_label"))
"""

from pathlib import Path

import numpy as np

from digits.classes import DIGIT_CLASSES, REJECT_NAME, ClassNames, find_class, list_names
from digits.data.dataset import DatasetError, LabelledImages, to_labels
from digits.data.stroke_files import load_stroke_file
from digits.data.strokes import StrokeDigit
from digits.preprocessing.image_io import ImageError, load_image
from digits.preprocessing.normalization import preprocess
from digits.preprocessing.picture_folders import find_pictures


def load_digits(path: Path) -> list[StrokeDigit]:
    """Load a stroke file in which every label is a digit, or raise DatasetError."""
    return load_kept_drawings(path, others=())


def load_kept_drawings(
    path: Path, *, classes: ClassNames = DIGIT_CLASSES, others: ClassNames = (REJECT_NAME,)
) -> list[StrokeDigit]:
    """Load drawings that people kept: classes, and "none" for what shows none of them.

    Args:
        path: a stroke file.
        classes: what its labels may be. Defaults to the ten digits.
        others: further labels that are allowed. Defaults to "none".

    Raises:
        DatasetError: if the file cannot be read, or a label is another one.
    """
    drawings = load_stroke_file(path)
    for label in dict.fromkeys(drawing.label for drawing in drawings):
        if find_class(label, classes) is None and label not in others:
            expected = list_names(classes) + "".join(f', or "{name}",' for name in others)
            raise DatasetError(f"Expected labels from {expected} in '{path}'. Received: {label!r}.")
    return drawings


def list_labelled_pictures(folder: Path) -> list[tuple[Path, str]]:
    """Find pictures in sub-folders that are named by label, in a stable order.

    Raises:
        DatasetError: if there are none.
    """
    found = [(path, path.relative_to(folder).parts) for path in find_pictures(folder)]
    pictures = [(path, parts[0]) for path, parts in found if len(parts) > 1]
    if not pictures:
        raise DatasetError(f"Expected folders named by label with pictures in '{folder}'.")
    return pictures


def load_labelled_pictures(folder: Path, *, classes: ClassNames = DIGIT_CLASSES) -> LabelledImages:
    """Load somebody's own digits: pictures in folders named by label.

    Args:
        folder: holds folders named by class.
        classes: those classes. Defaults to the ten digits.

    Raises:
        DatasetError: if nothing can be read there. Blank pictures are left out.
    """
    images, labels = [], []
    for picture, label in list_labelled_pictures(folder):
        try:
            model_input = preprocess(load_image(picture))
        except ImageError as error:
            raise DatasetError(f"'{picture}': {error}") from error
        if model_input is not None:
            images.append((model_input[..., 0] * 255).round().astype(np.uint8))
            labels.append(label)
    if not labels or any(find_class(label, classes) is None for label in labels):
        raise DatasetError(f"Expected folders named {list_names(classes)} in '{folder}'.")
    return LabelledImages(np.stack(images), to_labels(labels, classes))
