"""Start the page and an HTTP API for other programs, in one process.

    digits serve                         # http://localhost:8501
    digits serve --server.port=8502      # any option of `streamlit run`

In a checkout `streamlit run server.py` does the same, and `uvicorn server:app` serves both at
http://localhost:8000. The API is under /api, its documentation at /api/docs, and metrics are
at /metrics; docs/api.md describes all of it.
"""

from collections.abc import Sequence

from digits.commands.app import run_script


def main(argv: Sequence[str] | None = None, *, prog: str = "digits serve") -> int:
    """Run page and API until they are stopped.

    Args:
        argv: options of `streamlit run`. Defaults to those of the process.
        prog: the name that the usage begins with. Defaults to "digits serve".
    """
    return run_script("server.py", argv, prog=prog, description="Start page and HTTP API.")
