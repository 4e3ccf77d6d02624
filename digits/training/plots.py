"""What a training run leaves to look at: its history, curves, confusion, samples, mistakes."""

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.figure import Figure
from sklearn.metrics import ConfusionMatrixDisplay

from digits.classes import DIGIT_CLASSES
from digits.recognition.model_report.files import write_history
from digits.recognition.model_report.schema import Epoch
from digits.training.scoring import ScoredSet

CELL_INCHES = 0.27  # of a confusion matrix; three figures fit in
SAMPLES = 24  # images on a page: few enough to look at each


def write_reports(
    folder: Path,
    *,
    history: pd.DataFrame,
    score: ScoredSet,
    class_names: Sequence[str],
    credit: str,
    sha256: str,
) -> None:
    """Write the four pictures of a run as PNG files, and its history as JSON.

    Args:
        folder: made if missing.
        history: one row an epoch: epoch, accuracy, loss, val_accuracy, val_loss.
        score: the test set, and what the model makes of it.
        class_names: what the labels stand for.
        credit: whose images they are, for the foot of a page.
        sha256: of the model file that came of the run.
    """
    write_history(folder, to_epochs(history), sha256=sha256)
    confidence = score.probabilities.max(axis=1)
    wrong = np.flatnonzero(score.predicted != score.digits.labels)
    worst = wrong[np.argsort(-confidence[wrong])][:SAMPLES]
    samples = np.linspace(0, len(score.digits) - 1, SAMPLES).astype(int)
    pictures = {
        "training_curves": training_curves(history),
        "confusion_matrix": confusion_matrix(score, class_names),
        "samples": image_page(score, samples, "Samples", credit, class_names),
        "mistakes": image_page(score, worst, "The most confident mistakes", credit, class_names),
    }
    for name, figure in pictures.items():
        figure.savefig(folder / f"{name}.png", dpi=110)


def to_epochs(history: pd.DataFrame) -> list[Epoch]:
    """Turn the log of a run, as Keras writes it, into epochs counted from 1."""
    counted = history.assign(epoch=history["epoch"] + 1).round(5)
    columns = [one.name for one in fields(Epoch)]
    return [Epoch(*row) for row in counted[columns].itertuples(index=False)]


def training_curves(history: pd.DataFrame) -> Figure:
    """Draw loss and accuracy by epoch, of training and validation."""
    figure = Figure((9, 3.6), layout="constrained")
    for axes, name in zip(figure.subplots(1, 2), ("loss", "accuracy"), strict=True):
        axes.plot(history["epoch"] + 1, history[name], marker=".", label="training")
        axes.plot(history["epoch"] + 1, history[f"val_{name}"], marker=".", label="validation")
        axes.set(xlabel="epoch", title=name.capitalize())
        axes.grid(alpha=0.3)
        axes.legend()
    return figure


def confusion_matrix(score: ScoredSet, class_names: Sequence[str]) -> Figure:
    """Draw how often each digit was read as each; 26 letters need a larger page."""
    size = max(5.4, CELL_INCHES * len(class_names))
    figure = Figure((size + 0.6, size), layout="constrained")
    axes = figure.subplots()
    ConfusionMatrixDisplay.from_predictions(
        score.digits.labels,
        score.predicted,
        labels=range(len(class_names)),
        display_labels=class_names,
        cmap="Blues",
        colorbar=False,
        ax=axes,
    )
    axes.set(xlabel="read as", ylabel="written as", title="Test images")
    return figure


def image_page(
    score: ScoredSet,
    indices: npt.NDArray[np.integer],
    title: str,
    credit: str,
    class_names: Sequence[str] = DIGIT_CLASSES,
) -> Figure:
    """Show images with their predictions; wrong ones are red."""
    figure = Figure((9, 5.4), layout="constrained")
    grid = figure.subplots(4, 6)
    for axes in grid.flat:
        axes.axis("off")
    for axes, index in zip(grid.flat, indices, strict=False):
        predicted, label = score.predicted[index], score.digits.labels[index]
        text = f"{class_names[predicted]}, {score.probabilities[index, predicted]:.0%}"
        if predicted != label:
            text += f" (is {class_names[label]})"
        axes.imshow(score.digits.images[index], cmap="gray_r", vmin=0, vmax=255)
        axes.set_title(text, fontsize=9, color="black" if predicted == label else "crimson")
    figure.suptitle(title)
    figure.supxlabel(credit, fontsize=8)
    return figure


def show_picture(path: Path) -> None:
    """Open a picture in a window, or say where it lies when there is no screen."""
    if not plt.get_backend().lower().endswith("agg") or plt.get_backend() == "TkAgg":
        plt.figure(path.stem)
        plt.axis("off")
        plt.imshow(plt.imread(path))
        plt.show()
    else:
        print(f"There is no screen to show it on: the picture is '{path}'.")
