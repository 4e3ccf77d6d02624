"""What the data sets are called on the page, and what each of them is, in a sentence.

name_set("dev_unipen")["title"]     # "UNIPEN pens"
"""

import tomllib
from pathlib import Path

SETS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def name_set(name: str, *, about: str = "") -> dict[str, str]:
    """Return a set's `title`, and a sentence `about` it.

    Args:
        name: as evaluate.py calls it.
        about: what evaluate.py says of it, for a set that is not known here.
    """
    about = about or "Measured by evaluate.py, which says no more of it."
    return SETS.get(name, {"title": name.replace("_", " "), "about": about})
