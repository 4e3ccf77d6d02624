"""Models to compare: those of the folder trained/, and figures of several side by side.

names = name_models(list_models(models_folder(MODEL_PATH)))
columns = compare_figures({name: read_about(path) for path, name in names.items()}, ...)
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from digits.app.model.wording import KILOBYTE, describe_time, format_percent
from digits.evaluation.dataset_names import name_set
from digits.evaluation.model_summary import DigitSet, ModelAbout, OtherSet

NOTHING = "–"  # where a figure was not measured


def list_models(folder: Path) -> list[Path]:
    """List model files in a folder, by name; [] when there is no such folder."""
    return sorted(path for path in folder.glob("*.keras") if path.is_file())


def name_models(paths: Sequence[Path]) -> dict[Path, str]:
    """Call models by their files' names, and by the folder too where two share one."""
    counts = Counter(path.stem for path in paths)
    return {
        path: path.stem if counts[path.stem] == 1 else f"{path.parent.name}/{path.stem}"
        for path in paths
    }


def compare_figures(
    models: Mapping[str, ModelAbout], *, parameters: Mapping[str, int]
) -> dict[str, dict[str, str]]:
    """Set figures of models side by side.

    Args:
        models: by what they are called.
        parameters: of each network, by the same names.

    Returns:
        By model, each figure by what it is; all have the same ones, in one order.
    """
    columns = {
        name: {**figures_of(about), "parameters": f"{parameters[name]:,}"}
        for name, about in models.items()
    }
    order = list(dict.fromkeys(title for column in columns.values() for title in column))
    # Reading shares come first, then refusals, then sizes: as one model has them alone.
    order.sort(key=rank)
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
    measured = {one.name for one in about.digits}
    for name, accuracy in (about.card.figures if about.card else {}).items():
        tested = name.removesuffix("_accuracy")  # of train.py itself: "mnist_test_accuracy"
        if tested.endswith("_test") and tested not in measured and isinstance(accuracy, float):
            figures[f"{name_set(tested)[0]}, read right"] = format_percent(accuracy)
    figures |= {f"{one.title}, refused": share_of(one) for one in about.others}
    if "architecture" in config:
        figures["architecture"] = str(config["architecture"])
    figures["file"] = f"{about.file_size / KILOBYTE:,.0f} kB"
    if "epochs" in config:
        figures["epochs"] = str(config["epochs"])
    if "seconds" in training:
        figures["training"] = describe_time(training["seconds"])
    return figures


def share_of(one: DigitSet | OtherSet) -> str:
    """Write the share that counts: read right, or refused."""
    return format_percent(one.accuracy if isinstance(one, DigitSet) else one.refused)
