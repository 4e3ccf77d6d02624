"""Good and hostile clients at once; the long form is `python -m benchmarks.robustness.api_soak`."""

from tests.support.event_loops import run_apart
from tests.support.hostile_clients import Answer, expect, judge
from tests.support.live_server import serve, wait_until_ready
from tests.support.soak import soak_api


def test_good_drawings_are_read_among_hostile_requests() -> None:
    with serve("uvicorn", "server:app", "--port=PORT") as url:
        wait_until_ready(url)
        soak = run_apart(soak_api(url, seconds=5, seed=0))
    assert soak.wrong == [] and soak.faults == []
    assert len(soak.waits) > 10
    assert soak.hostile


def test_a_wrong_answer_to_a_hostile_client_is_a_fault() -> None:
    assert not expect(Answer(400), 400).fault
    assert not expect(Answer(503), 400).fault
    assert expect(Answer(500), 400).fault and expect(Answer(200), 400).fault
    assert not judge(Answer(200), "7", {"status": "unsure", "digit": 7}).fault
    assert judge(Answer(200), "7", {"status": "digit", "digit": 1}).fault
    assert judge(Answer(200), "blank", {"status": "digit", "digit": 7}).fault
