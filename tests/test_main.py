"""The console command: its verbs, and what it starts."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from streamlit.web import cli

import digits
from digits.__main__ import VERBS, main
from digits.commands import app
from digits.locations import PACKAGE
from tests.support.paths import ASSETS, PROJECT


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"]])
def test_without_a_verb_all_are_listed(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 0
    listed = re.findall(r"^  (\w+) ", capsys.readouterr().out, re.M)
    assert listed == list(VERBS)


def test_listing_the_verbs_loads_neither_streamlit_nor_tensorflow() -> None:
    code = "import sys, digits.__main__ as m; m.main([]); print({*sys.modules} & {*sys.argv[1:]})"
    heavy = ["tensorflow", "keras", "streamlit", "numpy", "cv2"]
    done = subprocess.run(
        [sys.executable, "-c", code, *heavy], cwd=PROJECT, capture_output=True, text=True
    )
    assert done.stdout.splitlines()[-1] == "set()"


def test_an_unknown_verb_is_refused_in_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read"]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "received 'read'" in said and "predict" in said


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"{digits.__version__}\n"


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_describes_itself(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([verb, "--help"])
    assert stopped.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: digits {verb} ")


def test_a_verb_runs_the_main_of_its_door(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "seen.png"
    assert main(["preprocess", str(ASSETS / "seven.png"), str(output)]) == 0
    assert output.is_file()
    assert main(["preprocess", str(PROJECT / "LICENSE"), str(output)]) == 1
    assert capsys.readouterr().err.startswith("digits preprocess: ")


@pytest.mark.parametrize(("verb", "script"), [("app", "app.py"), ("serve", "server.py")])
@pytest.mark.parametrize("is_installed", [False, True])
def test_page_and_server_are_started_with_the_options_given(
    verb: str, script: str, is_installed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The configuration lies next to the script: at the top of a checkout, or in the wheel."""
    calls: list[list[str]] = []
    monkeypatch.setattr(cli, "main", lambda words, prog_name: calls.append(words))
    if is_installed:
        monkeypatch.setattr(app, "find_checkout", lambda: None)
    assert main([verb, "--server.port=8502"]) == 0
    folder = PACKAGE / "commands" / "scripts" if is_installed else PROJECT
    assert calls == [["run", str(folder / script), "--server.port=8502"]]
    assert (folder / script).is_file()
