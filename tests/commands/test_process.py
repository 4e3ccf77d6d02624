"""What a server's installation lacks is named in a sentence, before anything is loaded."""

import importlib.util
from importlib import import_module
from importlib.machinery import ModuleSpec

import pytest

LACKING = ("tensorflow", "sklearn")


@pytest.mark.parametrize(
    ("verb", "arguments", "missing"),
    [
        ("train", [], "tensorflow and sklearn"),
        ("export", [], "tensorflow"),
        ("evaluate", ["--load-digits"], "sklearn"),
    ],
)
def test_what_a_server_does_without_is_named(
    verb: str, arguments: list[str], missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    find_spec = importlib.util.find_spec

    def find_on_a_server(name: str) -> ModuleSpec | None:
        return None if name in LACKING else find_spec(name)

    monkeypatch.setattr(importlib.util, "find_spec", find_on_a_server)
    with pytest.raises(SystemExit) as ended:
        import_module(f"digits.commands.{verb}").main(arguments)
    assert str(ended.value) == (
        f"{verb}.py: needs {missing}, which a server does without. Run 'pip install -r"
        " requirements.txt', or install 'digit-recognition[train]'."
    )
