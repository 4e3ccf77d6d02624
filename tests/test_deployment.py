"""What the image and its examples rest on: files let through, names, ports, no root."""

import ast
import json
import re
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests.support.paths import PROJECT

DOCKERFILE = (PROJECT / "Dockerfile").read_text(encoding="utf-8")
LINES = re.sub(r"\\\n", " ", re.sub(r"^\s*#.*\n", "", DOCKERFILE, flags=re.MULTILINE)).splitlines()
STEPS = [(line.split()[0], line.partition(" ")[2].strip()) for line in LINES if line.strip()]
PROGRAMS = ("app.py", "server.py", "predict.py")
PORT = "8501"


def values(instruction: str) -> list[str]:
    """What follows an instruction, wherever it stands."""
    return [value for name, value in STEPS if name == instruction]


def read_rules() -> list[tuple[str, bool]]:
    """The patterns of .dockerignore, and whether each shuts out."""
    lines = (PROJECT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    return [(rule.lstrip("!"), not rule.startswith("!")) for rule in rules]


def is_let_through(name: str) -> bool:
    """Whether a file comes into the image: the last pattern that matches it decides.

    As Docker does it: a pattern matches a path, or a folder above it; `*` stops at a slash.
    """
    parts = name.split("/")
    above = ["/".join(parts[: count + 1]) for count in range(len(parts))]
    is_shut_out = False
    for pattern, shuts_out in read_rules():
        if any(matches(path, pattern) for path in above):
            is_shut_out = shuts_out
    return not is_shut_out


def matches(path: str, pattern: str) -> bool:
    """Match a path with one pattern of .dockerignore."""
    if pattern.startswith("**/"):
        return fnmatch(path.rpartition("/")[2], pattern[3:])
    parts, wanted = path.split("/"), pattern.split("/")
    return len(parts) == len(wanted) and all(map(fnmatch, parts, wanted))


def list_imports(path: Path) -> Iterator[Path]:
    """The project's own modules that a file imports, at any depth of its code."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for name in names:
            place = PROJECT / name.replace(".", "/")
            yield from filter(Path.is_file, (place.with_suffix(".py"), place / "__init__.py"))


def list_needed() -> set[Path]:
    """All modules that the programs of the image reach."""
    found: set[Path] = set()
    rest = [PROJECT / name for name in PROGRAMS if (PROJECT / name).exists()]
    rest.append(
        PROJECT / "digits" / "commands" / "scripts" / "app.py"
    )  # named as a file in serve.py
    while rest:
        path = rest.pop()
        if path not in found:
            found.add(path)
            rest += list_imports(path)
    return found


def test_all_that_the_programs_import_is_let_through() -> None:
    needed = {path.relative_to(PROJECT).as_posix() for path in list_needed()}
    assert {
        "digits/recognition/recognizer.py",
        "digits/app/draw/page.py",
        "digits/preprocessing/normalization.py",
    } <= needed
    assert [name for name in sorted(needed) if not is_let_through(name)] == []


@pytest.mark.parametrize(
    "name",
    [
        "digit_model.keras",
        "digit_model.json",
        "digits/app/icon.png",
        "digits/app/pictures/examples/chalk.jpg",
        "reports/digit_model/details.json",
        ".streamlit/config.toml",
        "requirements.txt",
        "LICENSE",
    ],
)
def test_what_the_page_shows_is_let_through(name: str) -> None:
    assert (PROJECT / name).is_file() and is_let_through(name)


@pytest.mark.parametrize(
    "name",
    [
        ".streamlit/secrets.toml",
        "kept_drawings.db",
        "kept_drawings.db-wal",
        "trained/other.keras",
        "exported/digit_model.onnx",
        "mnist.npz",
        ".git/config",
        ".venv/bin/python",
        "tests/conftest.py",
        "docs/deploy.md",
        "benchmarks/speed/latency.py",
        "digits/app/draw/__pycache__/page.cpython-311.pyc",
    ],
)
def test_what_is_private_or_not_needed_stays_out(name: str) -> None:
    assert not is_let_through(name)


def test_the_image_starts_the_server_as_nobody_special() -> None:
    assert json.loads(values("CMD")[-1]) == ["streamlit", "run", "server.py"]
    assert values("USER")[-1] not in ("", "0", "root")
    # Nothing is copied or installed after root's rights are given up.
    names = [name for name, _ in STEPS]
    assert not {"COPY", "ADD", "RUN"} & set(names[names.index("USER") :])


def test_requirements_that_are_installed_exist_and_leave_no_cache() -> None:
    installs = [value for value in values("RUN") if "pip install" in value]
    assert installs
    for command in installs:
        assert "--no-cache-dir" in command
        for name in re.findall(r"-r (\S+)", command):
            assert (PROJECT / name).is_file() and is_let_through(name)


def test_one_port_is_served_exposed_and_checked() -> None:
    environment = dict(re.findall(r"(\w+)=(\S+)", " ".join(values("ENV"))))
    assert environment["STREAMLIT_SERVER_PORT"] == PORT
    assert environment["STREAMLIT_SERVER_ADDRESS"] == "0.0.0.0"
    assert values("EXPOSE") == [PORT]
    (check,) = values("HEALTHCHECK")
    assert f"http://127.0.0.1:{PORT}/api/health" in check
    compose = (PROJECT / "deploy" / "compose.yaml").read_text(encoding="utf-8")
    assert f'"127.0.0.1:{PORT}:{PORT}"' in compose
    assert f"proxy_pass http://127.0.0.1:{PORT};" in (PROJECT / "deploy/nginx.conf").read_text()
    front = (PROJECT / "deploy/huggingface/README.md").read_text(encoding="utf-8").split("---")[1]
    assert f"app_port: {PORT}\n" in front and "sdk: docker\n" in front


def test_the_images_python_is_one_that_the_project_takes() -> None:
    (version,) = re.findall(r"python:(\d+\.\d+)-slim", values("FROM")[0])
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    low, high = re.findall(r"3\.(\d+)", project["requires-python"])
    assert int(low) <= int(version.split(".")[1]) < int(high)


def test_files_that_the_guide_names_exist() -> None:
    guide = (PROJECT / "docs" / "deploy.md").read_text(encoding="utf-8")
    named = re.findall(r"`(deploy/[\w./]+)`", guide) + re.findall(r"\]\(([^)#:]+)\)", guide)
    assert {"deploy/compose.yaml", "deploy/nginx.conf"} <= set(named)
    for name in named:
        assert (PROJECT / name).exists() or (PROJECT / "docs" / name).exists(), name
