"""A secrets file that is broken: nothing is kept, the page works, the log has a sentence."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit import config
from streamlit.runtime.secrets import secrets_singleton

from digits.app.kept.session import get_policy
from tests.support.pages import open_page, switch_page

BROKEN = {
    "no TOML": b"[drawings\nkeep = false\n",
    "cut": b'[drawings]\nkeep = false\noperator_password = "a lo',
    "of bytes": b"\xff\xfe[drawings]",
    "nested deep": b"x = " + b"[" * 100_000,
    "a number in place of the section": b"drawings = 3\n",
    "a list of sections": b"[[drawings]]\nkeep = false\n",
    "keep as text": b'[drawings]\nkeep = "no"\n',
    "a password that is a number": b"[drawings]\noperator_password = 1234\n",
    "an unknown setting": b"[drawings]\nkeeps = false\n",
}


@pytest.fixture
def secrets(tmp_path: Path) -> Iterator[Path]:
    """The only secrets file that Streamlit looks for, not yet there."""
    before = config.get_option("secrets.files")
    path = tmp_path / "secrets.toml"
    config.set_option("secrets.files", [str(path)])
    secrets_singleton._reset()
    yield path
    config.set_option("secrets.files", before)
    secrets_singleton._reset()


@pytest.mark.parametrize("name", BROKEN)
def test_with_a_broken_file_nothing_is_kept_and_the_log_says_why(
    name: str, secrets: Path, caplog: pytest.LogCaptureFixture
) -> None:
    secrets.write_bytes(BROKEN[name])
    policy = get_policy()
    assert not policy.can_save and not policy.has_login
    (said,) = [one.getMessage() for one in caplog.records if "not kept" in one.getMessage()]
    assert said.endswith("Drawings are not kept.") and "\n" not in said
    assert "1234" not in said and "a lo" not in said


def test_without_a_file_the_defaults_hold(secrets: Path) -> None:
    assert st.get_option("secrets.files") == [str(secrets)]
    assert get_policy().can_save  # on this computer


def test_the_page_of_a_broken_file_has_no_stack_trace(secrets: Path) -> None:
    secrets.write_bytes(BROKEN["of bytes"])
    app = switch_page(open_page(), "kept").run()
    assert not app.exception
    assert "Drawings are not kept on this page." in app.info[0].value
