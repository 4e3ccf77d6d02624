"""Figures from readings: accuracy, confusion, calibration, refusal. Arrays in, figures out.

    figures = measure_digits(readings, class_names=tuple("0123456789"))
    print(figures.accuracy.share, figures.accuracy.interval)

A reading is refused when its status is not `digit`: it is unsure, blank or an error.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import binned_statistic, binomtest
from sklearn.metrics import auc, confusion_matrix, roc_curve

from digits.recognition.model_report.schema import Bin

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.int64]

CALIBRATION_BINS = 15  # of equal width over [0, 1], as published figures have them
CURVE_POINTS = 101  # of a refusal curve that is thinned
REFUSED_DIGITS = 0.01  # share of digits at which refusals are compared between models


@dataclass(frozen=True)
class Proportion:
    """How many of how many."""

    hits: int
    count: int

    @classmethod
    def of(cls, flags: Flags) -> "Proportion":
        """Count how many of some flags are set."""
        return cls(int(flags.sum()), len(flags))

    @property
    def share(self) -> float:
        """Hits by count, in [0, 1]; 0 of none is 0."""
        return self.hits / self.count if self.count else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Where the share of a whole population lies, 95 times in 100 (Wilson, 1927)."""
        if not self.count:
            return 0.0, 1.0
        found = binomtest(self.hits, self.count).proportion_ci(0.95, method="wilson")
        return float(found.low), float(found.high)


@dataclass(frozen=True)
class Readings:
    """What a model made of a set, and the truth; n of each.

    Attributes:
        labels: what is shown.
        digits: what was read; "" where nothing was.
        statuses: "digit", "unsure", "blank", or "error" for a file that cannot be read.
        confidence: float64 (n,) in [0, 1], that the reading is right if it is of a digit.
        score: float64 (n,) in [0, 1], compared with the threshold.
    """

    labels: tuple[str, ...]
    digits: tuple[str, ...]
    statuses: tuple[str, ...]
    confidence: Floats
    score: Floats

    @property
    def is_read(self) -> Flags:
        """Where there is a best guess, sure or not."""
        return np.array(self.digits, str) != ""

    @property
    def is_right(self) -> Flags:
        """Where the best guess is the label."""
        return np.array(self.digits, str) == np.array(self.labels, str)

    @property
    def is_refused(self) -> Flags:
        """Where the status is not `digit`."""
        return np.array(self.statuses, str) != "digit"


@dataclass(frozen=True)
class Reliability:
    """How often readings are right, by their confidence.

    Attributes:
        error: expected calibration error in [0, 1]: the mean gap between confidence and the
            share that is right, weighted by readings.
        bins: those that are not empty, by confidence, rounded to four places.
    """

    error: float
    bins: tuple[Bin, ...]


@dataclass(frozen=True)
class ClassFigures:
    """One class of a set: its digits that are right, and what the others are read as."""

    name: str
    right: Proportion
    precision: float  # of the readings as this class, the share that is right
    read_as: tuple[tuple[str, int], ...]  # wrong readings, the most frequent first


@dataclass(frozen=True)
class DigitFigures:
    """What a model makes of a labelled set.

    Attributes:
        accuracy: right readings of all; a blank or unreadable picture is not right.
        refused: digits whose status is not `digit`.
        sure_wrong: wrong readings among those of status `digit`.
        statuses: how many there are of each.
        class_names: rows and columns of `confusion`.
        confusion: int64 (classes, classes + 1); rows are labels, columns readings, the
            last one counts what was not read.
        classes: one entry a class that occurs.
        reliability: of the digits that were read.
    """

    accuracy: Proportion
    refused: Proportion
    sure_wrong: Proportion
    statuses: dict[str, int]
    class_names: tuple[str, ...]
    confusion: Counts
    classes: tuple[ClassFigures, ...]
    reliability: Reliability


@dataclass(frozen=True)
class RefusalCurve:
    """What a moving threshold refuses; float64 (points,) each, from none to all.

    Attributes:
        digits: share of the digits that are refused, in [0, 1].
        negatives: share of the non-digits that are refused, in [0, 1].
        thresholds: of the score; a reading at or below one is refused.
    """

    digits: Floats
    negatives: Floats
    thresholds: Floats

    @property
    def auroc(self) -> float:
        """Probability that a digit scores above a non-digit; 0.5 is chance."""
        return float(auc(self.digits, self.negatives))

    def refused_at(self, share: float) -> float:
        """Share of the non-digits that is refused with at most `share` of the digits."""
        return float(self.negatives[self.digits <= share].max())

    def thinned(self) -> "RefusalCurve":
        """Keep points that are evenly far from each other on the curve's way."""
        way = self.digits + self.negatives
        kept = np.searchsorted(way, np.linspace(0, 2, CURVE_POINTS)).clip(0, len(way) - 1)
        kept = np.unique(kept)
        return RefusalCurve(self.digits[kept], self.negatives[kept], self.thresholds[kept])


@dataclass(frozen=True)
class RefusalFigures:
    """What a model makes of pictures that show no digit.

    Attributes:
        refused: those whose status is not `digit`, at the model's own threshold.
        statuses: how many there are of each.
        false_accepts: per label, how many of it pass for a digit; the most frequent first.
        curve: against the digits; None where there are no digits to compare with.
    """

    refused: Proportion
    statuses: dict[str, int]
    false_accepts: tuple[tuple[str, Proportion], ...]
    curve: RefusalCurve | None


def measure_digits(readings: Readings, *, class_names: Sequence[str]) -> DigitFigures:
    """Compute all figures of a labelled set.

    Args:
        readings: of a set whose labels are all in `class_names`.
        class_names: of the model.
    """
    right, refused = readings.is_right, readings.is_refused
    names = tuple(class_names)
    matrix = confusion_matrix(readings.labels, readings.digits, labels=[*names, ""])
    confusion = matrix[:-1].astype(np.int64)  # the last row is empty: no label is ""
    return DigitFigures(
        accuracy=Proportion.of(right),
        refused=Proportion.of(refused),
        sure_wrong=Proportion.of(~right[~refused]),
        statuses=dict(Counter(readings.statuses)),
        class_names=names,
        confusion=confusion,
        classes=measure_classes(names, confusion),
        reliability=measure_reliability(
            readings.confidence[readings.is_read], right[readings.is_read]
        ),
    )


def measure_classes(names: tuple[str, ...], confusion: Counts) -> tuple[ClassFigures, ...]:
    """Measure each class that occurs among the labels."""
    figures = []
    for name, row, column in zip(names, confusion.tolist(), confusion.T.tolist(), strict=False):
        read_as = Counter(dict(zip((*names, ""), row, strict=True)))
        right = Proportion(read_as.pop(name), sum(row))
        precision = Proportion(right.hits, sum(column)).share
        if right.count:
            wrong = tuple((+read_as).most_common())
            figures.append(ClassFigures(name, right, precision, wrong))
    return tuple(figures)


def measure_reliability(confidence: Floats, is_right: Flags) -> Reliability:
    """Compare confidence with accuracy in bins of equal width.

    Args:
        confidence: float64 (n,) in [0, 1].
        is_right: bool (n,).
    """
    if not len(confidence):
        return Reliability(0.0, ())
    values = np.stack([confidence, is_right.astype(np.float64)])
    means, edges, _ = binned_statistic(confidence, values, bins=CALIBRATION_BINS, range=(0, 1))
    counts, _ = np.histogram(confidence, bins=edges)
    used = counts > 0
    gaps = np.abs(means[0] - means[1])[used]
    found = zip(edges[1:][used], counts[used], *means[:, used], strict=True)
    return Reliability(
        error=float(np.average(gaps, weights=counts[used])),
        bins=tuple(make_bin(*map(float, figures)) for figures in found),
    )


def make_bin(up_to: float, count: float, confidence: float, right: float) -> Bin:
    """Round the figures of one bin, and add the interval of its share."""
    low, high = Proportion(round(right * count), int(count)).interval
    return Bin(
        up_to=round(up_to, 4),
        count=int(count),
        confidence=round(confidence, 4),
        right=round(right, 4),
        interval=(round(low, 4), round(high, 4)),
    )


def measure_refusal(negatives: Readings, *, digit_scores: Floats) -> RefusalFigures:
    """Compute all figures of a set that shows no digits.

    Args:
        negatives: readings of letters, scribbles and the like; labels tell their kind.
        digit_scores: float64 (n,) in [0, 1], of real digits; may be empty.
    """
    refused, counts = negatives.is_refused, Counter(negatives.labels)
    passed = Counter(label for label, no in zip(negatives.labels, refused, strict=True) if not no)
    return RefusalFigures(
        refused=Proportion.of(refused),
        statuses=dict(Counter(negatives.statuses)),
        false_accepts=tuple(
            (label, Proportion(hits, counts[label])) for label, hits in passed.most_common()
        ),
        curve=trace_refusals(digit_scores, negatives.score) if len(digit_scores) else None,
    )


def trace_refusals(digits: Floats, negatives: Floats) -> RefusalCurve:
    """Move a threshold over the scores of digits (n,) and of non-digits (m,)."""
    is_negative = np.repeat([False, True], [len(digits), len(negatives)])
    refused_digits, refused, thresholds = roc_curve(
        is_negative, -np.concatenate([digits, negatives])
    )
    return RefusalCurve(refused_digits, refused, -thresholds)
