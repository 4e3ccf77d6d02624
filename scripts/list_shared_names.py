"""List names that two or more modules of the product bind at their top level.

    python -m scripts.list_shared_names

One word should have one meaning in the whole project. `main`, `logger` and `STYLE` do not
count, nor do imported names, nor those that end in `__`.
"""

import ast
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from scripts.count_lines import PROJECT, list_product

EXPECTED = {"main", "logger", "STYLE"}


def main() -> int:
    """Print each shared name with its modules, and how many there are last."""
    shared = find_shared_names(list_product(PROJECT))
    for name, modules in sorted(shared.items(), key=lambda item: (-len(item[1]), item[0])):
        print(f"{name}: {', '.join(modules)}")
    print(f"{len(shared)} names in two or more modules")
    return 0


def find_shared_names(paths: list[Path]) -> dict[str, list[str]]:
    """Map each name that several modules bind to those modules."""
    homes: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        for name in sorted(set(list_names(path))):
            homes[name].append(path.relative_to(PROJECT).as_posix())
    return {name: modules for name, modules in homes.items() if len(modules) > 1}


def list_names(path: Path) -> Iterator[str]:
    """Yield the functions, classes and variables that a module defines at its top level."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names = [node.name]
        elif isinstance(node, ast.Assign):
            names = [target.id for target in node.targets if isinstance(target, ast.Name)]
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names = [node.target.id]
        else:
            continue
        yield from (name for name in names if name not in EXPECTED and not name.endswith("__"))


if __name__ == "__main__":
    sys.exit(main())
