"""What `digits` exports shows how it is used, and the examples run."""

import doctest

import pytest

import digits
from tests.support.paths import PROJECT

FINDER = doctest.DocTestFinder()
NAMES = [name for name in digits.__all__ if not name.endswith("Error")]


def list_examples(name: str) -> list[doctest.DocTest]:
    """List the docstrings with examples of a public name and its methods."""
    return [test for test in FINDER.find(getattr(digits, name), name) if test.examples]


@pytest.mark.parametrize("name", NAMES)
def test_a_public_name_has_an_example_that_runs(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PROJECT)
    examples = list_examples(name)
    assert examples, f"digits.{name} shows no example"
    for example in examples:
        said: list[str] = []
        doctest.DocTestRunner().run(example, out=said.append)
        assert not said, "".join(said)
