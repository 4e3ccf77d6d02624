"""What counts as a line of code."""

from pathlib import Path

import pytest

from scripts import count_lines
from tests.support.paths import PROJECT


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("", 0),
        ('"""A docstring\n\nof three lines."""\n\n# a comment\n', 0),
        ("x = 1  # why\n\n\ny = 2\n", 2),
        ("x = [\n    1,\n    # why\n    2,\n]\n", 4),
        ('def f():\n    """Says."""\n    return """a\n    b"""\n', 3),
    ],
)
def test_blank_lines_comments_and_docstrings_do_not_count(
    source: str, lines: int, tmp_path: Path
) -> None:
    path = tmp_path / "module.py"
    path.write_text(source, encoding="utf-8")
    assert count_lines.count_code_lines(path) == lines


def test_the_product_is_the_doors_and_the_package() -> None:
    names = [path.relative_to(PROJECT).as_posix() for path in count_lines.list_product(PROJECT)]
    assert {"app.py", "digits/__init__.py", "digits/commands/train.py"} <= set(names)
    assert not [name for name in names if name.startswith(("tests", "benchmarks", "scripts"))]


def test_the_rooms_add_up_to_the_total(capsys: pytest.CaptureFixture[str]) -> None:
    assert count_lines.main() == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    counts = {room: int(count.replace(",", "")) for count, room in rows}
    assert counts.pop("total") == sum(counts.values())
