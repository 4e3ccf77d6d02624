"""Keep the API busy with good and hostile clients at once: are the good ones still served?

    python -m benchmarks.robustness.api_soak --minutes 10 --seed 0
    python -m benchmarks.robustness.api_soak --seconds 30            # a quick look

Starts a server of its own on this machine, and sends what tests/support/soak.py sends. Exit
status: 1 when a good drawing was read wrong or got no answer, when no good drawing was read
for long, at a fault of the server's, or when memory grew.
"""

import argparse
import asyncio
import sys
from collections import Counter
from collections.abc import Sequence

import numpy as np

from digits.arguments import positive_int
from tests.support.hostile_clients import BUSY, CUT_OFF, GIVEN_UP, UNANSWERED
from tests.support.live_server import serve, wait_until_ready
from tests.support.soak import Soak, soak_api

WARM_UP = 60.0  # seconds, until what is loaded or kept once is there
MOST_GAP = 15.0  # seconds, in which no good drawing is read


def main(argv: Sequence[str] | None = None) -> int:
    """Print the counts; 1 when something is not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    add = parser.add_argument
    add("--minutes", type=positive_int, default=10, help="that it takes (default: 10)")
    add("--seconds", type=positive_int, help="in place of --minutes")
    add("--seed", type=int, default=0, help="of what is sent (default: 0)")
    add("--growth", type=positive_int, default=50, help="MB that memory may grow (default: 50)")
    arguments = parser.parse_args(argv)
    seconds = arguments.seconds or 60 * arguments.minutes
    with serve("uvicorn", "server:app", "--port=PORT") as url:
        wait_until_ready(url)
        soak = asyncio.run(soak_api(url, seconds=seconds, seed=arguments.seed))
    return report(soak, seconds=seconds, growth=arguments.growth)


def report(soak: Soak, *, seconds: float, growth: int) -> int:
    """Print all counts, and what is not as it should be; return the exit status."""
    sent = len(soak.waits) + soak.refused + len(soak.wrong)
    middle, late = np.percentile(soak.waits or [0], [50, 99])
    print(
        f"good: {sent} sent, {len(soak.waits)} right, {soak.refused} refused with 503,"
        f" {len(soak.wrong)} wrong or unanswered; p50 {middle:.0f} ms, p99 {late:.0f} ms,"
        f" longest time without one read {soak.gap:.1f} s"
    )
    names = ("all", "2xx", "4xx", "503", "other 5xx", "unanswered", "cut off", "hung up")
    print(f"{'hostile':26}" + "".join(f"{name:>12}" for name in names))
    total: Counter[int] = sum(soak.hostile.values(), Counter())
    for name, counts in {**soak.hostile, "all": total}.items():
        fine, refused, failed = (
            sum(count for status, count in counts.items() if status // 100 == kind)
            for kind in (2, 4, 5)
        )
        figures = (counts.total(), fine, refused, counts[BUSY], failed - counts[BUSY])
        others = (counts[one] for one in (UNANSWERED, CUT_OFF, GIVEN_UP))
        print(f"{name:26}" + "".join(f"{figure:12}" for figure in (*figures, *others)))
    window = min(WARM_UP, seconds / 5)
    before = median(soak, window, 2 * window)
    after = median(soak, seconds - window, seconds)
    most = max(size for _, size in soak.memory)
    print(
        f"memory: {before:.0f} MB after a warm-up of {window:.0f} s, {after:.0f} MB at the end"
        f" ({after - before:+.0f}; medians of {window:.0f} s), at most {most:.0f} MB"
    )
    faults = [*soak.wrong, *soak.faults]
    if not soak.waits or soak.gap > MOST_GAP:
        faults.append(f"no good drawing was read for {soak.gap:.0f} s")
    if after - before > growth:
        faults.append(f"memory grew by more than {growth} MB")
    for fault in faults[:20]:
        print(f"not as it should be: {fault}")
    return 1 if faults else 0


def median(soak: Soak, start: float, end: float) -> float:
    """Return the median memory between two times, or what was noted nearest to them."""
    nearest = min(soak.memory, key=lambda noted: abs(noted[0] - (start + end) / 2))
    return float(np.median([size for at, size in soak.memory if start <= at <= end] or nearest[1]))


if __name__ == "__main__":
    sys.exit(main())
