"""A model's card and details in sentences, and the commands that go on from it.

print(describe_model(about))     # "A `compact` network of 113,290 parameters ..."
print(measure_command(card, "digit_model.keras"))
"""

import shlex
from collections.abc import Iterator, Sequence

from digits.app.sentences import escape_markdown
from digits.classes import DIGIT_CLASSES, class_noun
from digits.evaluation.formats import format_percent
from digits.evaluation.model_summary import DigitSet, MeasuredSet, ModelAbout
from digits.recognition.model_card import ModelCard
from digits.recognition.model_report.schema import SetDetails

MOST_CONFUSIONS = 4  # named of a set
DATA = ("mnist", "strokes", "pendigits", "letters")  # options that take files to learn from
MEASURE_DIGITS = "python evaluate.py --mnist mnist.npz --load-digits --update-card"
KILOBYTE = 1000  # bytes


def describe_model(about: ModelAbout) -> str:
    """Say what a model is and how it came about, as far as its card tells."""
    training = about.training
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
        words = describe_confusions(one, about.details.sets.get(one.name))
        yield f"**{escape_markdown(one.title)}**: {words}"


def describe_confusions(one: DigitSet, details: SetDetails | None) -> str:
    """Say how many digits of a set are misread, and what is most often taken for what."""
    wrong = details.wrong if details else round((1 - one.accuracy) * one.count)
    if not wrong:
        return f"none of {one.count:,} is misread."
    confusions = [c for c in details.confusions if c[2] > 1 and c[1]] if details else []
    named = [f"{truth} as {reading} ({n})" for truth, reading, n in confusions]
    named = [one.replace(")", " times)") for one in named[:1]] + named[1:]
    sure_but_wrong = format_percent(one.sure_but_wrong)
    return (
        f"{wrong:,} of {one.count:,} {is_or_are(wrong)} misread{most_often(named)}."
        f" Of the readings that it calls sure, {sure_but_wrong} are wrong."
    )


def describe_false_accepts(about: ModelAbout) -> Iterator[str]:
    """Say what passes for a digit: a line of Markdown a set."""
    for one in about.negatives:
        words = describe_passing(one, about.details.sets.get(one.name), about.noun)
        yield f"**{escape_markdown(one.title)}**: {words}"


def describe_passing(one: MeasuredSet, details: SetDetails | None, noun: str) -> str:
    """Say how many pictures of a set pass for a digit, and what is on them."""
    passing = round((1 - one.refused) * one.count)
    if not passing:
        return f"none of {one.count:,} passes for a {noun}."
    accepts = details.false_accepts if details else ()
    named = [f"{escape_markdown(label)} ({hits} of {n})" for label, hits, n in accepts]
    verb = "passes" if passing == 1 else "pass"
    return f"{passing:,} of {one.count:,} {verb} for a {noun}{most_often(named)}."


def most_often(named: Sequence[str]) -> str:
    """Go on in a sentence with the most frequent cases; "" without any."""
    *others, last = named[:MOST_CONFUSIONS] or [""]
    listed = f"{', '.join(others)} and {last}" if others else last
    return f", most often {listed}" if listed else ""


def describe_cell(details: SetDetails, truth: str, reading: str) -> str:
    """Say how often a digit was read as another; "" stands for any digit.

    Args:
        details: of a labelled set.
        truth: what was written.
        reading: what it was read as.
    """
    truths = [truth] if truth else details.classes
    written = sum(sum(details.confusion[details.classes.index(one)]) for one in truths)
    what = f"written as {truth}" if truth else f"{class_noun(details.classes)}s"
    of = f"of {written:,} {what}"
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
    strokes = list_data(card, ["strokes"])
    data = [*list_data(card, ["mnist"]), *strokes, *(["--held-out"] if strokes else [])]
    return " ".join(["python evaluate.py --model", shlex.quote(model), *data, "--update-card"])


def list_data(card: ModelCard, options: Sequence[str]) -> list[str]:
    """List options with the names of the files that a model learnt from."""
    files = card.training.get("files", {})
    return [f"--{name} {shlex.join(map(str, files[name]))}" for name in options if files.get(name)]
