"""A model's card and details in sentences, and the command that makes such a model.

print(describe_model(about))     # "A `compact` network of 113,290 parameters ..."
print(retrain_command(card))     # "python train.py --mnist mnist.npz ..."
"""

import re
import shlex
from collections.abc import Iterator, Sequence

from digits.classes import DIGIT_CLASSES, ClassNames, worded
from digits.evaluation.model_summary import DigitSet, ModelAbout, OtherSet
from digits.recognition.model_card import ModelCard
from digits.recognition.model_report.schema import (
    SetDetails,
)

MOST_CONFUSIONS = 4  # named of a set
OPTIONS = {  # of train.py, by their names in a card's training configuration
    "architecture": "--architecture",
    "epochs": "--epochs",
    "batch_size": "--batch-size",
    "optimizer": "--optimizer",
    "learning_rate": "--learning-rate",
    "seed": "--seed",
}
DATA = ("mnist", "strokes", "pendigits", "letters")  # options that take files to learn from
FILES = {*DATA, "drawings"}
MEASURE_DIGITS = "python evaluate.py --mnist mnist.npz --load-digits --update-card"
KILOBYTE = 1000  # bytes


def describe_model(about: ModelAbout) -> str:
    """Say what a model is and how it came about, as far as its card tells."""
    training = about.card.training if about.card else {}
    config = training.get("config", {})
    network = f"A `{config['architecture']}` network" if "architecture" in config else "A network"
    if about.details.parameters:
        network += f" of {about.details.parameters:,} parameters"
    sentences = [f"{network} in a file of {about.file_size / KILOBYTE:,.0f} kB."]
    if "epochs" in config and "images" in training:
        run = f"Trained for {config['epochs']} epochs on {training['images']:,} pictures"
        run += f" (seed {config['seed']})" if "seed" in config else ""
        run += f" in {describe_time(training['seconds'])}" if "seconds" in training else ""
        keras = training.get("versions", {}).get("keras")
        sentences.append(run + (f", with Keras {keras}." if keras else "."))
    return " ".join(sentences)


def describe_time(seconds: float) -> str:
    """Write a time as people say it."""
    return f"{seconds:.0f} seconds" if seconds < 100 else f"{seconds / 60:.0f} minutes"


def describe_mistakes(about: ModelAbout) -> Iterator[str]:
    """Say what a model gets wrong: a line of Markdown a set."""
    for one in about.digits:
        details = about.details.sets.get(one.name)
        yield f"**{escape(one.title)}**: {describe_confusions(one, details)}"


def describe_confusions(one: DigitSet, details: SetDetails | None) -> str:
    """Say how many digits of a set are misread, and what is most often taken for what."""
    wrong = details.wrong if details else round((1 - one.accuracy) * one.count)
    if not wrong:
        return f"none of {one.count:,} is misread."
    text = f"{wrong:,} of {one.count:,} {is_or_are(wrong)} misread"
    confusions = [c for c in details.confusions if c[2] > 1 and c[1]] if details else []
    if confusions:
        named = [f"{truth} as {reading} ({n})" for truth, reading, n in confusions]
        named[0] = named[0].replace(")", " times)")
        text += f", most often {join(named[:MOST_CONFUSIONS])}"
    return (
        f"{text}. Of the readings that it calls sure, {format_percent(one.sure_but_wrong)} are"
        " wrong."
    )


def describe_taken(about: ModelAbout) -> Iterator[str]:
    """Say what passes for a digit: a line of Markdown a set."""
    for one in about.others:
        details = about.details.sets.get(one.name)
        words = worded(describe_passing(one, details), names_of(about))
        yield f"**{escape(one.title)}**: {words}"


def names_of(about: ModelAbout) -> ClassNames:
    """Return what a model tells apart; the digits where its card does not say."""
    return about.card.class_names if about.card else DIGIT_CLASSES


def describe_passing(one: OtherSet, details: SetDetails | None) -> str:
    """Say how many pictures of a set pass for a digit, and what is on them."""
    passing = round((1 - one.refused) * one.count)
    if not passing:
        return f"none of {one.count:,} passes for a digit."
    text = f"{passing:,} of {one.count:,} {'passes' if passing == 1 else 'pass'} for a digit"
    if details and details.taken:
        named = [f"{escape(label)} ({hits} of {n})" for label, hits, n in details.taken]
        text += f", most often {join(named[:MOST_CONFUSIONS])}"
    return f"{text}."


def describe_cell(details: SetDetails, truth: str, reading: str) -> str:
    """Say how often a digit was read as another; "" stands for any digit.

    Args:
        details: of a labelled set.
        truth: what was written.
        reading: what it was read as.
    """
    truths = [truth] if truth else details.classes
    written = sum(sum(details.confusion[details.classes.index(one)]) for one in truths)
    of = (
        f"of {written:,} written as {truth}"
        if truth
        else worded(f"of {written:,} digits", details.classes)
    )
    if truth and truth == reading:
        count = details.count(truth, reading)
        return f"{count:,} {of} {is_or_are(count)} read as {reading}, which is right."
    count = sum(
        n for one, other, n in details.confusions if one in truths and reading in ("", other)
    )
    if not reading:
        return f"{count:,} {of} {is_or_are(count)} misread."
    if not truth:
        of = f"that {is_or_are(count)} no {reading}"
    return f"{count:,} {of} {is_or_are(count)} read as {reading}."


def is_or_are(count: int) -> str:
    """Return the verb for so many."""
    return "is" if count == 1 else "are"


def retrain_command(card: ModelCard) -> str:
    """Write the command that trains such a model, with the files of its card."""
    training, parts = card.training, ["python train.py"]
    for name, files in training.get("files", {}).items():
        if name in FILES and files:
            parts.append(f"--{name} {shlex.join(map(str, files))}")
        elif name == "start" and files:
            parts.append(f"--from {shlex.join(map(str, files))}")
    config = training.get("config", {})
    parts += [f"{OPTIONS[name]} {config[name]}" for name in OPTIONS if name in config]
    if config.get("augmentation") is False:
        parts.append("--no-augmentation")
    if card.class_names != DIGIT_CLASSES:
        parts.append(f"--classes {write_classes(card.class_names)}")
        if "renders_per_drawing" in config:
            parts.append(f"--pen-drawings {config['renders_per_drawing']}")
    elif config and "pendigits_validation_accuracy" not in card.figures:
        parts.append("--no-pendigits")
    return " \\\n    ".join(parts)


def write_classes(names: ClassNames) -> str:
    """Write class names as `--classes` takes them."""
    are_signs = all(len(name) == 1 for name in names)
    return shlex.quote("".join(names)) if are_signs else shlex.join(names)


def learn_command(card: ModelCard | None, model: str, drawings: str) -> str:
    """Write the command that teaches a model what people kept.

    Args:
        card: of the model; None when it has none.
        model: its file's name.
        drawings: name of the file with what was kept.
    """
    if card is None or card.class_names == DIGIT_CLASSES:
        return f"python train.py --drawings {drawings} --from digit_model.keras"
    name = shlex.quote(model)
    learn = f"--drawings {drawings} --from {name} --output {name}"
    return " ".join(["python train.py", *list_data(card, DATA), learn])


def measure_command(card: ModelCard | None, model: str) -> str:
    """Write the command that measures a model, for the page to show its figures."""
    if card is None or card.class_names == DIGIT_CLASSES:
        return MEASURE_DIGITS
    data = list_data(card, ("mnist",))
    strokes = list_data(card, ("strokes",))
    data += [*strokes, "--held-out"] if strokes else []
    return " ".join(["python evaluate.py --model", shlex.quote(model), *data, "--update-card"])


def list_data(card: ModelCard, options: Sequence[str]) -> list[str]:
    """List options with the names of the files that a model learnt from."""
    files = card.training.get("files", {})
    return [f"--{name} {shlex.join(map(str, files[name]))}" for name in options if files.get(name)]


def join(parts: list[str]) -> str:
    """Join words as a sentence does."""
    return " and ".join([*([", ".join(parts[:-1])] if parts[1:] else []), *parts[-1:]])


def format_percent(share: float, places: int = 2) -> str:
    """Write a share in per cent: 0.9843 is "98.43 %"."""
    return f"{share * 100:.{places}f}\N{NO-BREAK SPACE}%"


def format_interval(interval: tuple[float, float], places: int = 2) -> str:
    """Write an interval in per cent: "98.54–98.90 %"."""
    low, high = interval
    dash = "\N{WORD JOINER}–\N{WORD JOINER}"  # no line ends at it
    return f"{low * 100:.{places}f}{dash}{format_percent(high, places)}"


def without_folders(sentence: str) -> str:
    """Leave out of a sentence in which folder of the server a file lies."""
    return re.sub(r"'[^']*/", "'", sentence)


def escape(text: str) -> str:
    """Keep Markdown from reading a name as its own signs."""
    return re.sub(r"([\\`*_{}\[\]()<>#+\-.!|~$:])", r"\\\1", text)
