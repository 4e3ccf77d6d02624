"""Try many files of every kind on every way in: what the tests do with a few.

    python -m benchmarks.robustness.fuzz --examples 1000 --seed 0

Runs each property of tests/test_fuzz_*.py with so many examples, others for each seed, and
prints how many were tried, how long the slowest took, and the memory's peak. The first
example that fails is made as small as can be, and shown.
"""

import argparse
import importlib
import inspect
import resource
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import HealthCheck, seed, settings

from digits.arguments import positive_int
from digits.recognition.recognizer import Recognizer

MODULES = (
    "tests.robustness.test_fuzz_pictures",
    "tests.robustness.test_fuzz_data",
    "tests.robustness.test_fuzz_models",
)
COSTLY = ("test_any_change_of",)  # a model is loaded for each: an eighth of the examples


def main(argv: Sequence[str] | None = None) -> int:
    """Print a line for each property; 1 when one of them fails."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--examples", type=positive_int, default=1000, help="of each property")
    parser.add_argument("--seed", type=int, default=0, help="of the examples (default: 0)")
    arguments = parser.parse_args(argv)
    recognizer = Recognizer.load()
    failed = 0
    for module in map(importlib.import_module, MODULES):
        for name, test in vars(module).items():
            if getattr(test, "is_hypothesis_test", False):
                examples = arguments.examples // (8 if name.startswith(COSTLY) else 1)
                failed += not run(test, name, max(examples, 1), arguments.seed, recognizer)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{failed} properties failed; memory's peak {peak:.0f} MB")
    return 1 if failed else 0


def run(test: Any, name: str, examples: int, chosen: int, recognizer: Recognizer) -> bool:
    """Run one property; return whether it held."""
    seconds: list[float] = []
    inner: Callable[..., None] = test.hypothesis.inner_test

    def timed(*given: Any, **named: Any) -> None:
        started = time.perf_counter()
        try:
            inner(*given, **named)
        finally:
            seconds.append(time.perf_counter() - started)

    needed = (
        {"recognizer": recognizer} if "recognizer" in inspect.signature(test).parameters else {}
    )
    test.hypothesis.inner_test = timed
    chosen_settings = settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=False,
        suppress_health_check=list(HealthCheck),
    )
    # Not as a decorator: some tests have settings, and none is decorated twice.
    test._hypothesis_internal_use_settings = chosen_settings
    said = ""
    try:
        seed(chosen)(test)(**needed)
    except Exception as error:  # whatever a property fails with is what is looked for
        said = f"  FAILED: {' '.join(str(error).split())[:300]} {getattr(error, '__notes__', '')}"
    finally:
        test.hypothesis.inner_test = inner
    print(
        f"{len(seconds):6} tried, slowest {max(seconds, default=0):5.2f} s  {name}{said}",
        flush=True,
    )
    return not said


if __name__ == "__main__":
    sys.exit(main())
