"""The benchmarks of parts, each run once and not timed."""

import pytest

from tests.support.event_loops import call_apart
from tests.support.paths import PROJECT


class Outcomes:
    """Notes what came of each benchmark, as a plugin of pytest."""

    def __init__(self) -> None:
        self.passed: list[str] = []
        self.others: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed or report.skipped:
            self.others.append(f"{report.nodeid}: {report.longreprtext}")
        elif report.when == "call":
            self.passed.append(report.nodeid)


def test_each_part_and_each_naive_way_reads() -> None:
    outcomes = Outcomes()
    parts = str(PROJECT / "benchmarks" / "parts.py")
    options = ["-n0", "--benchmark-disable", "-p", "no:cacheprovider"]
    status = call_apart(pytest.main, [parts, *options], plugins=[outcomes])
    assert status == pytest.ExitCode.OK, "\n".join(outcomes.others)
    assert outcomes.passed and not outcomes.others
