"""What the README names exists, and what it shows is what comes out."""

import re
import shlex
from pathlib import Path

import pytest

from digits.commands import evaluate, predict, train
from tests.support.paths import PROJECT

README = (PROJECT / "README.md").read_text(encoding="utf-8")


def blocks(kind: str) -> list[str]:
    found = re.findall(r"^```(\w*)\n(.*?)^```$", README, flags=re.DOTALL | re.MULTILINE)
    return [content.replace("\\\n", " ") for name, content in found if name == kind]


def test_files_and_pictures_exist() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    table = README.split("## Files")[1].split("##")[0]
    names = [name for name in re.findall(r"`([\w./]+)`", table) if "." in name or "/" in name]
    assert len(links) > 5 and len(names) > 15
    for name in links + names:
        assert (PROJECT / name).exists(), name


def test_every_module_has_its_place_in_the_table() -> None:
    table = README.split("## Files")[1].split("##")[0]
    for module in PROJECT.glob("*.py"):
        assert f"`{module.name}`" in table, module.name


def test_commands_take_the_options_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    commands = [line for block in blocks("sh") for line in block.splitlines()]
    commands += re.findall(r"`(python (?:train|predict|evaluate)\.py [^`]*)`", README)
    programs = {"train.py": train, "predict.py": predict, "evaluate.py": evaluate}
    parsers = {name: program.make_parser() for name, program in programs.items()}
    checked = 0
    for command in commands:
        words = shlex.split(command, comments=True)
        if len(words) > 1 and words[1] in parsers and "--help" not in words:
            parser = parsers[words[1]]
            for action in parser._actions:  # the files that examples name need not exist
                if getattr(action.type, "__name__", "").startswith("existing_"):
                    monkeypatch.setattr(action, "type", Path)
            parser.parse_args(words[2:])
            checked += 1
    assert checked >= 6


def test_the_table_shown_is_what_predict_prints(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(PROJECT)
    assert predict.main(["tests/assets/seven.png"]) == 0
    assert capsys.readouterr().out in blocks("")


@pytest.mark.parametrize("code", blocks("python"))
def test_the_lines_of_python_print_what_they_say(
    code: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In this process, where TensorFlow is loaded already, but with no name of ours."""
    monkeypatch.chdir(PROJECT)
    exec(compile(code, "README.md", "exec"), {"__name__": "__main__"})
    prints = [line for line in code.splitlines() if line.startswith("print(")]
    assert capsys.readouterr().out.splitlines() == [
        line.rpartition("#")[2].strip() for line in prints
    ]
