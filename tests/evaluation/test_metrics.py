"""Figures are what they are defined as, on readings whose figures are known."""

import numpy as np
import pytest

from digits.evaluation.formats import format_confidence, format_percent
from digits.evaluation.metrics import (
    Proportion,
    Readings,
    measure_digits,
    measure_refusal,
    measure_reliability,
    trace_refusals,
)

DIGITS = tuple("0123456789")


def make_readings(labels: str, digits: str, *, refused: str = "") -> Readings:
    """Readings of confidence 0.9; "_" is one that came out blank, "u" in `refused` unsure."""
    statuses = {"u": "unsure"}
    return Readings(
        labels=tuple(labels),
        digits=tuple("" if digit == "_" else digit for digit in digits),
        statuses=tuple(
            "blank" if digit == "_" else statuses.get(mark, "digit")
            for digit, mark in zip(digits, refused.ljust(len(digits)), strict=True)
        ),
        confidence=np.array([0.0 if digit == "_" else 0.9 for digit in digits]),
        score=np.array([0.0 if digit == "_" else 0.9 for digit in digits]),
    )


def test_the_interval_is_wilsons() -> None:
    """Published values: 50 of 100, and 0 of 10, where the plain interval is a point."""
    assert Proportion(50, 100).interval == pytest.approx((0.4038, 0.5962), abs=1e-4)
    assert Proportion(0, 10).interval == pytest.approx((0.0, 0.2775), abs=1e-4)
    assert Proportion(0, 0).interval == (0.0, 1.0)


def test_calibration_error_is_the_weighted_gap() -> None:
    """Of 100 readings at 0.9, 80 are right: 0.1 too sure. 300 at 0.5 are as they should be."""
    confidence = np.repeat([0.9, 0.5], [100, 300])
    is_right = np.concatenate([np.arange(100) < 80, np.arange(300) < 150])
    reliability = measure_reliability(confidence, is_right)
    assert reliability.error == pytest.approx(0.1 * 100 / 400)
    assert [(one.up_to, one.count) for one in reliability.bins] == [(0.5333, 300), (0.9333, 100)]
    assert [one.right for one in reliability.bins] == [0.5, 0.8]


def test_full_confidence_belongs_to_the_last_bin() -> None:
    reliability = measure_reliability(np.array([1.0, 0.0]), np.array([True, False]))
    assert [(one.up_to, one.count) for one in reliability.bins] == [(0.0667, 1), (1.0, 1)]
    assert reliability.error == 0


def test_nothing_read_has_no_calibration_error() -> None:
    assert measure_reliability(np.empty(0), np.empty(0, bool)).error == 0


def test_a_digit_that_is_not_read_is_not_right() -> None:
    figures = measure_digits(make_readings("0011", "001_", refused="  u "), class_names=DIGITS)
    assert (figures.accuracy.hits, figures.accuracy.count) == (3, 4)
    assert figures.refused.hits == 2
    assert figures.statuses == {"digit": 2, "unsure": 1, "blank": 1}
    assert figures.confusion[1].tolist() == [0, 1] + [0] * 8 + [1]
    assert sum(one.count for one in figures.reliability.bins) == 3


def test_sure_but_wrong_counts_only_what_is_sure() -> None:
    figures = measure_digits(make_readings("7777", "1177", refused="u   "), class_names=DIGITS)
    assert (figures.sure_wrong.hits, figures.sure_wrong.count) == (1, 3)


def test_each_class_tells_what_it_is_misread_as() -> None:
    figures = measure_digits(make_readings("777799", "711_79", refused=""), class_names=DIGITS)
    seven, nine = figures.classes
    assert (seven.name, seven.right.hits, seven.right.count) == ("7", 1, 4)
    assert seven.read_as == (("1", 2), ("", 1))
    assert seven.precision == 0.5  # one of the two readings "7" is a nine
    assert nine.precision == 1


def test_a_perfect_refusal_costs_no_digit() -> None:
    curve = trace_refusals(np.linspace(0.6, 1, 50), np.linspace(0, 0.5, 30))
    assert curve.auroc == 1
    assert curve.refused_at(0.0) == 1


def test_a_random_refusal_is_worth_nothing() -> None:
    rng = np.random.default_rng(0)
    curve = trace_refusals(rng.uniform(size=4000), rng.uniform(size=4000))
    assert curve.auroc == pytest.approx(0.5, abs=0.02)
    assert curve.refused_at(0.1) == pytest.approx(0.1, abs=0.02)


def test_equal_certainties_are_chance() -> None:
    curve = trace_refusals(np.full(10, 0.9), np.full(20, 0.9))
    assert curve.auroc == 0.5
    assert curve.refused_at(0.01) == 0


def test_what_passes_for_a_digit_is_counted_by_kind() -> None:
    others = make_readings("aab", "44_", refused="u  ")
    figures = measure_refusal(others, digit_scores=np.array([0.95, 0.99]))
    assert (figures.refused.hits, figures.refused.count) == (2, 3)
    assert [(label, share.hits, share.count) for label, share in figures.false_accepts] == [
        ("a", 1, 2)
    ]
    assert figures.curve is not None and figures.curve.auroc == 1


def test_without_digits_there_is_no_curve() -> None:
    assert measure_refusal(make_readings("a", "4"), digit_scores=np.empty(0)).curve is None


def test_shares_are_written_as_people_read_them() -> None:
    space = "\N{NO-BREAK SPACE}"
    assert format_percent(0.98431) == f"98.43{space}%"
    assert format_percent(1, 0) == f"100{space}%"
    assert format_confidence(1.0) == f"over 99.9{space}%"
    assert format_confidence(0.0) == f"under 0.1{space}%"
    assert format_confidence(0.5) == f"50.0{space}%"
