"""The short form of benchmarks/robustness/api_soak.py: good and hostile clients at once."""

import re

import pytest

from benchmarks.robustness import api_soak
from benchmarks.robustness.hostile_clients import Answer, expect, judge
from tests.support.event_loops import call_apart


def test_good_drawings_are_read_among_hostile_requests(capsys: pytest.CaptureFixture[str]) -> None:
    # The first seconds load what stays in memory: ten minutes tell whether it grows.
    status = call_apart(api_soak.main, ["--seconds", "5", "--growth", "500"])
    printed = capsys.readouterr().out
    assert status == 0, printed
    good = re.search(r"good: \d+ sent, (\d+) right, \d+ refused with 503, 0 wrong", printed)
    assert good and int(good[1]) > 10, printed


def test_a_wrong_answer_to_a_hostile_client_is_a_fault() -> None:
    assert not expect(Answer(400), 400).fault
    assert not expect(Answer(503), 400).fault
    assert expect(Answer(500), 400).fault and expect(Answer(200), 400).fault
    assert not judge(Answer(200), "7", {"status": "unsure", "digit": 7}).fault
    assert judge(Answer(200), "7", {"status": "digit", "digit": 1}).fault
    assert judge(Answer(200), "blank", {"status": "digit", "digit": 7}).fault


@pytest.mark.parametrize(
    ("soak", "words"),
    [
        (api_soak.Soak(waits=[9.0], wrong=["7: 1"]), "7: 1"),
        (api_soak.Soak(waits=[9.0], faults=["floods: 500 in place of (200,)"]), "floods: 500"),
        (api_soak.Soak(), "no good drawing was read"),
        (api_soak.Soak(waits=[9.0], gap=60), "no good drawing was read for 60 s"),
    ],
)
def test_what_is_not_as_it_should_be_is_told(
    soak: api_soak.Soak, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    soak.memory = [(1.5, 900.0), (9.5, 900.0)]
    assert api_soak.report(soak, seconds=10, growth=50) == 1
    assert f"not as it should be: {words}" in capsys.readouterr().out


def test_memory_that_grows_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    soak = api_soak.Soak(waits=[9.0], memory=[(3.0, 900.0), (9.5, 960.0)])
    assert api_soak.report(soak, seconds=10, growth=50) == 1
    assert "memory grew by more than 50 MB" in capsys.readouterr().out
    assert api_soak.report(soak, seconds=10, growth=70) == 0
