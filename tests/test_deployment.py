"""What the image and its examples rest on: files let through, one port, no root."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.paths import PROJECT

DOCKERFILE = (PROJECT / "Dockerfile").read_text(encoding="utf-8")
IGNORED = (PROJECT / ".dockerignore").read_text(encoding="utf-8").splitlines()
LET_THROUGH = [line.removeprefix("!") for line in IGNORED if line.startswith("!")]


def test_all_is_shut_out_but_what_is_named() -> None:
    assert next(line for line in IGNORED if line and not line.startswith("#")) == "*"
    private = {"*", ".", ".git", ".streamlit", "trained", "kept_drawings.db", "tests", "docs"}
    assert not private & {name.strip("/") for name in LET_THROUGH}


def test_what_is_let_through_is_enough_to_read_a_picture_and_to_start(tmp_path: Path) -> None:
    for name in LET_THROUGH:
        paths = list(PROJECT.glob(name))
        assert paths, f"there is no {name}"
        for path in paths:
            copy = tmp_path / path.relative_to(PROJECT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(path, copy) if path.is_dir() else shutil.copy(path, copy)
    picture = PROJECT / "tests" / "assets" / "seven.png"
    code = (
        "import server, digits.app.page, digits.commands.predict as predict;"
        f"raise SystemExit(predict.main([{str(picture)!r}]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "digit   7" in done.stdout
    assert (tmp_path / "reports" / "digit_model" / "details.json").is_file()
    assert (tmp_path / ".streamlit" / "config.toml").is_file()


@pytest.mark.parametrize(
    "line",
    [
        "USER 1000",
        "EXPOSE 8501",
        'CMD ["streamlit", "run", "server.py"]',
        "RUN pip install --no-cache-dir -r requirements-serve.txt",
    ],
)
def test_the_image_starts_the_server_at_one_port_without_root(line: str) -> None:
    assert line in DOCKERFILE.splitlines()


def test_nothing_is_installed_after_root_is_given_up() -> None:
    later = DOCKERFILE.partition("\nUSER ")[2]
    assert not [word for word in ("\nRUN", "\nCOPY", "\nADD", "\nUSER") if word in later]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Dockerfile", "STREAMLIT_SERVER_PORT=8501"),
        ("Dockerfile", "http://127.0.0.1:8501/api/health"),
        ("deploy/compose.yaml", '"127.0.0.1:8501:8501"'),
        ("deploy/nginx.conf", "proxy_pass http://127.0.0.1:8501;"),
        ("deploy/huggingface/README.md", "app_port: 8501\n"),
    ],
)
def test_image_proxy_and_hosts_name_the_same_port(name: str, text: str) -> None:
    assert text in (PROJECT / name).read_text(encoding="utf-8")
