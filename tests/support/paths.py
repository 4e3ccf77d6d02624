"""Where the project's files lie, for tests, whatever folder they run in."""

from pathlib import Path

PROJECT = Path(__file__).parents[2]
APP = PROJECT / "app.py"
ASSETS = PROJECT / "tests" / "assets"
CLIENTS = PROJECT / "examples" / "clients"
EXAMPLES = PROJECT / "digits" / "app" / "pictures" / "examples"
