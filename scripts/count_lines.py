"""Count the code lines of the product: package and doors, without tests, benchmarks and scripts.

    python -m scripts.count_lines          # the total, and each room of the package

Blank lines, comments and docstrings do not count; a statement over three lines counts three.
"""

import ast
import sys
import tokenize
from collections import Counter
from pathlib import Path

PROJECT = Path(__file__).parents[1]
NO_CODE = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
}


def main() -> int:
    """Print the lines of each room, and their sum last."""
    rooms: Counter[str] = Counter()
    for path in list_product(PROJECT):
        rooms[name_room(path.relative_to(PROJECT))] += count_code_lines(path)
    for room, lines in sorted(rooms.items()):
        print(f"{lines:6,}  {room}")
    print(f"{rooms.total():6,}  total")
    return 0


def list_product(project: Path) -> list[Path]:
    """List the doors at the top and all modules of the package."""
    return sorted([*project.glob("*.py"), *(project / "digits").rglob("*.py")])


def name_room(path: Path) -> str:
    """Name the room of a module: the doors, the package's own files, or a folder of it."""
    if len(path.parts) == 1:
        return "doors"
    return "digits" if len(path.parts) == 2 else f"digits/{path.parts[1]}"


def count_code_lines(path: Path) -> int:
    """Count the lines of a module that hold code."""
    with tokenize.open(path) as file:
        source = file.read()
    lines: set[int] = set()
    for token in tokenize.generate_tokens(iter(source.splitlines(keepends=True)).__next__):
        if token.type not in NO_CODE:
            lines.update(range(token.start[0], token.end[0] + 1))
    return len(lines - docstring_lines(ast.parse(source)))


def docstring_lines(tree: ast.Module) -> set[int]:
    """Return the line numbers of all docstrings of a module."""
    lines: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            match first:
                case ast.Expr(value=ast.Constant(value=str())):
                    lines.update(range(first.lineno, (first.end_lineno or first.lineno) + 1))
    return lines


if __name__ == "__main__":
    sys.exit(main())
