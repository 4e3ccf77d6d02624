"""Models to compare: those of the folder trained/, and figures of several side by side.

names = name_models(list_models(models_folder(MODEL_PATH)))
columns = compare_figures({name: read_about(path) for path, name in names.items()})
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from digits.app.model.wording import KILOBYTE, describe_time
from digits.evaluation.dataset_names import name_set
from digits.evaluation.formats import format_percent
from digits.evaluation.model_summary import ModelAbout

SUFFIXES = (".keras", ".h5", ".hdf5")  # of files that Keras opens
NOTHING = "–"  # where a figure was not measured


def list_models(folder: Path) -> list[Path]:
    """List model files in a folder, by name; [] when there is no such folder."""
    return sorted(path for path in folder.glob("*") if path.suffix in SUFFIXES and path.is_file())


def name_models(paths: Sequence[Path]) -> dict[Path, str]:
    """Call models by their files' names, and by the folder too where two share one."""
    names = {path: path.stem if path.suffix == ".keras" else path.name for path in paths}
    counts = Counter(names.values())
    return {
        path: name if counts[name] == 1 else f"{path.parent.name}/{name}"
        for path, name in names.items()
    }


def compare_figures(models: Mapping[str, ModelAbout]) -> pd.DataFrame:
    """Set figures of models side by side.

    Args:
        models: by what they are called.

    Returns:
        A column a model, a row a figure, by what it is: reading shares come first, then
        numbers, refusals, then sizes, as one model has them alone.
    """
    table = pd.DataFrame({name: list_figures(about) for name, about in models.items()})
    return table.loc[sorted(table.index, key=rank)].fillna(NOTHING)


def rank(title: str) -> int:
    """Order figures by their kind."""
    endings = (", read right", ", numbers right", ", refused")
    return next((i for i, ending in enumerate(endings) if title.endswith(ending)), len(endings))


def list_figures(about: ModelAbout) -> dict[str, str]:
    """List the figures of one model, by what they are."""
    training = about.training
    config = training.get("config", {})
    figures = {f"{one.title}, read right": format_percent(one.share) for one in about.digits}
    figures |= {f"{one.title}, numbers right": format_percent(one.share) for one in about.numbers}
    measured = {one.name for one in about.digits}
    for name, accuracy in (about.card.figures if about.card else {}).items():
        tested = name.removesuffix("_accuracy")  # of train.py itself: "mnist_test_accuracy"
        if tested.endswith("_test") and tested not in measured and isinstance(accuracy, float):
            figures[f"{name_set(tested)['title']}, read right"] = format_percent(accuracy)
    figures |= {f"{one.title}, refused": format_percent(one.share) for one in about.negatives}
    if "architecture" in config:
        figures["architecture"] = str(config["architecture"])
    figures["file"] = f"{about.file_size / KILOBYTE:,.0f} kB"
    if "epochs" in config:
        figures["epochs"] = str(config["epochs"])
    if "seconds" in training:
        figures["training"] = describe_time(training["seconds"])
    if about.details.parameters:
        figures["parameters"] = f"{about.details.parameters:,}"
    return figures
