"""Start the page.

    digits app                             # http://localhost:8501
    digits app --server.port=8502          # any option of `streamlit run`

In a checkout `streamlit run app.py` does the same.
"""

import argparse
from collections.abc import Sequence

from digits.locations import PACKAGE, find_checkout

SCRIPTS = PACKAGE / "commands" / "scripts"


def main(argv: Sequence[str] | None = None, *, prog: str = "digits app") -> int:
    """Run the page until it is stopped.

    Args:
        argv: options of `streamlit run`. Defaults to those of the process.
        prog: the name that the usage begins with. Defaults to "digits app".
    """
    return run_script("app.py", argv, prog=prog, description="Start the page.")


def run_script(name: str, argv: Sequence[str] | None, *, prog: str, description: str) -> int:
    """Run a script of this package with Streamlit.

    Streamlit finds the configuration next to the script, in the folder `.streamlit`. That lies at
    the top level of a checkout, with doors of the same names; a wheel has a copy in `SCRIPTS`.

    Args:
        name: the name of a file in `SCRIPTS`.
        argv: options of `streamlit run`. Defaults to those of the process.
        prog: the name that the usage begins with.
        description: what the help says.
    """
    parser = argparse.ArgumentParser(
        prog=prog,
        usage=f"{prog} [-h] [OPTION ...]",
        description=description,
        epilog=f"Takes every option of 'streamlit run'. Example: {prog} --server.port=8502",
        allow_abbrev=False,
    )
    _, options = parser.parse_known_args(argv)
    # Not above: Streamlit takes half a second to import, and --help needs none of it.
    from streamlit.web import cli

    script = (find_checkout() or SCRIPTS) / name
    cli.main(["run", str(script), *options], prog_name="streamlit")
    return 0
