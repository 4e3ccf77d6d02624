"""Which names have more than one home."""

from pathlib import Path

import pytest

from scripts import list_shared_names


def test_a_name_that_two_modules_bind_is_listed_with_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = tmp_path / "one.py", tmp_path / "two.py"
    one.write_text("from x import Shared\nLIMIT = 1\ndef main(): ...\nclass Only: ...\n")
    two.write_text("LIMIT: int = 2\ndef main(): LOCAL = 1\n__version__ = '1'\n")
    monkeypatch.setattr(list_shared_names, "PROJECT", tmp_path)
    assert list_shared_names.find_shared_names([one, two]) == {"LIMIT": ["one.py", "two.py"]}
