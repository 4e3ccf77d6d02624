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
from sklearn.metrics import auc, confusion_matrix, precision_score, roc_curve

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.int64]

CALIBRATION_BINS = 15  # of equal width over [0, 1], as published figures have them
REFUSED_DIGITS = 0.01  # share of digits at which refusals are compared between models


@dataclass(frozen=True)
class Share:
    """How many of how many."""

    hits: int
    count: int

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
    """What a model made of a set, beside the truth; n of each.

    Attributes:
        labels: what is shown.
        digits: what was read; "" where nothing was.
        statuses: "digit", "unsure", "blank", or "error" for a file that cannot be read.
        confidence: float64 (n,) in [0, 1], that the reading is right.
        certainty: float64 (n,) in [0, 1], what the threshold is compared with.
    """

    labels: tuple[str, ...]
    digits: tuple[str, ...]
    statuses: tuple[str, ...]
    confidence: Floats
    score: Floats

    @property
    def is_read(self) -> Flags:
        """Where there is a best guess, sure or not."""
        return np.array([digit != "" for digit in self.digits], dtype=bool)

    @property
    def is_right(self) -> Flags:
        """Where the best guess is the label."""
        pairs = zip(self.digits, self.labels, strict=True)
        return np.array([digit == label for digit, label in pairs], dtype=bool)

    @property
    def is_refused(self) -> Flags:
        """Where the status is not `digit`."""
        return np.array([status != "digit" for status in self.statuses], dtype=bool)


@dataclass(frozen=True)
class Reliability:
    """How often readings are right, by their confidence; one entry a bin.

    Attributes:
        counts: int64 (bins,), readings.
        confidence: float64 (bins,), their mean; NaN in an empty bin.
        accuracy: float64 (bins,), the share that is right; NaN in an empty bin.
    """

    counts: Counts
    confidence: Floats
    accuracy: Floats

    @property
    def error(self) -> float:
        """Expected calibration error in [0, 1]: the mean gap, weighted by readings."""
        used = self.counts > 0
        if not used.any():
            return 0.0
        gaps = np.abs(self.confidence[used] - self.accuracy[used])
        return float(np.average(gaps, weights=self.counts[used]))


@dataclass(frozen=True)
class ClassFigures:
    """One class of a set: its digits that are right, and what the others are read as."""

    name: str
    right: Share
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

    accuracy: Share
    refused: Share
    sure_wrong: Share
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
        others: share of what is no digit that is refused, in [0, 1].
        thresholds: of certainty; what is at or below one is refused.
    """

    digits: Floats
    others: Floats
    thresholds: Floats

    @property
    def auroc(self) -> float:
        """Probability that a digit is more certain than what is none; 0.5 is chance."""
        return float(auc(self.digits, self.others))

    def refused_at(self, share: float) -> float:
        """Share of what is no digit that is refused with at most `share` of the digits."""
        return float(self.others[self.digits <= share].max())


@dataclass(frozen=True)
class RefusalFigures:
    """What a model makes of pictures that show no digit.

    Attributes:
        refused: those whose status is not `digit`, at the model's own threshold.
        statuses: how many there are of each.
        taken: per label, how many of it pass for a digit; the most frequent first.
        curve: against the digits; None where there are no digits to compare with.
    """

    refused: Share
    statuses: dict[str, int]
    taken: tuple[tuple[str, Share], ...]
    curve: RefusalCurve | None


def measure_digits(readings: Readings, *, class_names: Sequence[str]) -> DigitFigures:
    """Compute all figures of a labelled set.

    Args:
        readings: of a set whose labels are all in `class_names`.
        class_names: of the model.
    """
    right, refused = readings.is_right, readings.is_refused
    names = tuple(class_names)
    confusion = count_confusions(readings, names)
    return DigitFigures(
        accuracy=Share(int(right.sum()), len(right)),
        refused=Share(int(refused.sum()), len(right)),
        sure_wrong=Share(int((~right & ~refused).sum()), int((~refused).sum())),
        statuses=dict(Counter(readings.statuses)),
        class_names=names,
        confusion=confusion,
        classes=measure_classes(readings, names, confusion),
        reliability=measure_reliability(
            readings.confidence[readings.is_read], right[readings.is_read]
        ),
    )


def count_confusions(readings: Readings, names: tuple[str, ...]) -> Counts:
    """Count how often each class is read as each, and not at all: (classes, classes + 1)."""
    matrix = confusion_matrix(readings.labels, readings.digits, labels=[*names, ""])
    counts: Counts = matrix[: len(names)].astype(np.int64)  # no label is ""
    return counts


def measure_classes(
    readings: Readings, names: tuple[str, ...], confusion: Counts
) -> tuple[ClassFigures, ...]:
    """Measure each class that occurs among the labels."""
    precision = precision_score(
        readings.labels, readings.digits, labels=names, average=None, zero_division=0.0
    )
    figures = []
    for index, name in enumerate(names):
        row = confusion[index]
        if row.sum() == 0:
            continue
        wrong = [(other, int(row[j])) for j, other in enumerate([*names, ""]) if j != index]
        read_as = sorted((pair for pair in wrong if pair[1]), key=lambda pair: -pair[1])
        right = Share(int(row[index]), int(row.sum()))
        figures.append(ClassFigures(name, right, float(precision[index]), tuple(read_as)))
    return tuple(figures)


def measure_reliability(
    confidence: Floats, is_right: Flags, *, bins: int = CALIBRATION_BINS
) -> Reliability:
    """Compare confidence with accuracy in bins of equal width.

    Args:
        confidence: float64 (n,) in [0, 1].
        is_right: bool (n,).
        bins: how many. Defaults to 15.
    """
    if not len(confidence):
        empty = np.full(bins, np.nan)
        return Reliability(np.zeros(bins, np.int64), empty, empty)
    values = np.stack([confidence, is_right.astype(np.float64)])
    means, edges, _ = binned_statistic(confidence, values, "mean", bins=bins, range=(0, 1))
    counts, _ = np.histogram(confidence, bins=edges)
    return Reliability(counts.astype(np.int64), means[0], means[1])


def measure_refusal(others: Readings, *, digit_certainty: Floats) -> RefusalFigures:
    """Compute all figures of a set that shows no digits.

    Args:
        others: readings of letters, scribbles and the like; labels tell their kind.
        digit_certainty: float64 (n,) in [0, 1], of real digits; may be empty.
    """
    passed = ~others.is_refused
    counts = Counter(others.labels)
    taken = Counter(label for label, has in zip(others.labels, passed, strict=True) if has)
    return RefusalFigures(
        refused=Share(int((~passed).sum()), len(passed)),
        statuses=dict(Counter(others.statuses)),
        taken=tuple((label, Share(hits, counts[label])) for label, hits in taken.most_common()),
        curve=trace_refusals(digit_certainty, others.score) if len(digit_certainty) else None,
    )


def trace_refusals(digits: Floats, others: Floats) -> RefusalCurve:
    """Move a threshold over the certainties of digits (n,) and of what is none (m,)."""
    is_other = np.concatenate([np.zeros(len(digits), bool), np.ones(len(others), bool)])
    doubt = -np.concatenate([digits, others])
    refused_digits, refused_others, thresholds = roc_curve(is_other, doubt)
    return RefusalCurve(refused_digits, refused_others, -thresholds)


def percent(share: float, places: int = 2) -> str:
    """Write a share as people read it: 0.9843 is "98.43 %"."""
    return f"{share:.{places}%}".replace("%", " %")
