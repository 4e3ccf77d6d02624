"""What the documents name exists, and what the README shows is what comes out."""

import re
import shlex
from importlib import import_module
from pathlib import Path

import pytest

from digits.commands import predict
from tests.support.paths import PROJECT

README = (PROJECT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = [*PROJECT.glob("*.md"), *PROJECT.glob("docs/*.md")]


def list_blocks(kind: str, text: str = README) -> list[str]:
    """List the blocks of code of one kind."""
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE)
    return [content.replace("\\\n", " ") for name, content in blocks if name == kind]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_files_that_a_document_names_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#:]+)\)", text)
    files = re.findall(r"`((?:digits|tests|benchmarks|scripts|deploy|docs)/[\w./-]+)`", text)
    missing = [name for name in links if not (path.parent / name).exists()]
    assert missing + [name for name in files if not (PROJECT / name).exists()] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_modules_that_a_document_runs_exist(path: Path) -> None:
    for name in re.findall(r"python -m ((?:benchmarks|scripts|digits)[\w.]*)", path.read_text()):
        place = PROJECT / name.replace(".", "/")
        assert place.with_suffix(".py").is_file() or (place / "__main__.py").is_file(), name


def list_commands() -> list[tuple[str, str]]:
    """List the program and the line of each command that the documents show."""
    lines = [
        line
        for path in DOCUMENTS
        for block in list_blocks("sh", path.read_text(encoding="utf-8"))
        for line in block.splitlines()
    ]
    found = [re.match(r"(?:python |digits )(\w+)(?:\.py)? ", line) for line in lines]
    programs = ("train", "predict", "evaluate", "export", "preprocess")
    return [(match[1], match.string) for match in found if match and match[1] in programs]


@pytest.mark.parametrize("program", ["train", "predict", "evaluate", "export"])
def test_the_options_shown_are_those_of_the_help(
    program: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        import_module(f"digits.commands.{program}").main(["--help"])
    known = set(re.findall(r"--[\w-]+", capsys.readouterr().out))
    commands = [line for name, line in list_commands() if name == program]
    assert commands
    for command in commands:
        words = shlex.split(command, comments=True)
        options = {word.partition("=")[0] for word in words if word.startswith("--")}
        assert options <= known, command


def test_the_table_shown_is_what_predict_prints(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(PROJECT)
    assert predict.main(["tests/assets/seven.png"]) == 0
    assert capsys.readouterr().out in list_blocks("")


@pytest.mark.parametrize("code", list_blocks("python"))
def test_the_lines_of_python_print_what_they_say(
    code: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(PROJECT)
    exec(compile(code, "README.md", "exec"), {"__name__": "__main__"})
    prints = [line for line in code.splitlines() if line.startswith("print(")]
    assert capsys.readouterr().out.splitlines() == [
        line.rpartition("#")[2].strip() for line in prints
    ]
