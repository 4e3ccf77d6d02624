"""Where models and a user's own files lie, in a checkout and in an installed copy."""

import sys
from pathlib import Path

import pytest

from digits import locations
from tests.support.paths import PROJECT


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the package lie in a folder of its own, with the model inside."""
    package = tmp_path / "site-packages" / "digits"
    (package / "model").mkdir(parents=True)
    (package / "model" / locations.MODEL_NAME).touch()
    monkeypatch.setattr(locations, "PACKAGE", package)
    monkeypatch.delenv("DIGITS_MODEL", raising=False)
    return package


def test_a_checkout_keeps_its_files_at_its_top_level(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DIGITS_MODEL", raising=False)
    assert locations.find_model() == PROJECT / "digit_model.keras"
    assert locations.data_folder() == PROJECT
    assert locations.models_folder(locations.find_model()) == PROJECT / "trained"


def test_an_installed_copy_keeps_them_in_the_users_data_folder(installed: Path) -> None:
    model = locations.find_model()
    assert model == installed / "model" / "digit_model.keras"
    assert locations.find_checkout() is None
    assert locations.data_folder().name == "digits"
    assert installed not in locations.data_folder().parents
    assert locations.models_folder(model) == locations.data_folder() / "trained"


def test_a_named_model_comes_first(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIGITS_MODEL", "letters.keras")
    assert locations.find_model() == Path("letters.keras").absolute()
    assert locations.models_folder(locations.find_model()).parent == Path.cwd()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have other variables")
def test_what_can_be_made_again_lies_in_the_users_cache_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert locations.cache_folder("compiled") == tmp_path / "digits" / "compiled"
