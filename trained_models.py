"""Models to compare: those of the folder trained/, and figures of several side by side.

for path in list_models():
    about = read_about(path)
rows = compare_figures([read_about(path) for path in chosen])
"""

from collections.abc import Sequence
from pathlib import Path

from model_card import MODEL_PATH
from model_figures import DigitSet, ModelAbout, OtherSet
from model_words import KILOBYTE, describe_time, format_percent

FOLDER = MODEL_PATH.with_name("trained")  # git-ignored: what people train lies here
NOTHING = "–"  # where a figure was not measured


def list_models(folder: Path = FOLDER) -> list[Path]:
    """List model files in a folder, by name; [] when there is no such folder."""
    return sorted(path for path in folder.glob("*.keras") if path.is_file())


def compare_figures(models: Sequence[ModelAbout]) -> dict[str, dict[str, str]]:
    """Set figures of models side by side.

    Args:
        models: whose files have different names.

    Returns:
        By model, each figure by what it is; all have the same ones, in one order.
    """
    columns = {about.path.stem: figures_of(about) for about in models}
    order = list(dict.fromkeys(title for column in columns.values() for title in column))
    # Reading shares come first, then refusals, then sizes: as one model has them alone.
    order.sort(key=lambda title: rank(title))
    return {
        name: {title: column.get(title, NOTHING) for title in order}
        for name, column in columns.items()
    }


def rank(title: str) -> int:
    """Order figures by their kind."""
    endings = (", read right", ", refused")
    return next((i for i, ending in enumerate(endings) if title.endswith(ending)), len(endings))


def figures_of(about: ModelAbout) -> dict[str, str]:
    """List the figures of one model, by what they are."""
    training = about.card.training if about.card else {}
    config = training.get("config", {})
    figures = {f"{one.title}, read right": share_of(one) for one in about.digits}
    if not any(one.name == "mnist_test" for one in about.digits) and about.card:
        accuracy = about.card.figures.get("mnist_test_accuracy")  # of train.py itself
        if isinstance(accuracy, float):
            figures["MNIST test, read right"] = format_percent(accuracy)
    figures |= {f"{one.title}, refused": share_of(one) for one in about.others}
    if "architecture" in config:
        figures["architecture"] = str(config["architecture"])
    if about.details.parameters:
        figures["parameters"] = f"{about.details.parameters:,}"
    figures["file"] = f"{about.file_size / KILOBYTE:,.0f} kB"
    if "epochs" in config:
        figures["epochs"] = str(config["epochs"])
    if "seconds" in training:
        figures["training"] = describe_time(training["seconds"])
    return figures


def share_of(one: DigitSet | OtherSet) -> str:
    """Write the share that counts: read right, or refused."""
    return format_percent(one.accuracy if isinstance(one, DigitSet) else one.refused)
