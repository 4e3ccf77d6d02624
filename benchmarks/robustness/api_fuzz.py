"""Send server.py what its OpenAPI document allows, and much that it does not.

    python -m benchmarks.robustness.api_fuzz                  # some minutes
    python -m benchmarks.robustness.api_fuzz --examples 20    # a quick look

Starts a server of its own on this machine; schemathesis makes the requests and prints
what it found. Exit status: 0 the API kept its document, 1 it did not.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence

from digits.arguments import positive_int
from tests.support.live_server import serve, wait_until_ready
from tests.support.paths import PROJECT


def main(argv: Sequence[str] | None = None) -> int:
    """Run schemathesis against a server, and return its exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--examples", type=positive_int, default=500, help="a route (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the requests (default: 0)")
    arguments = parser.parse_args(argv)
    with serve("uvicorn", "server:app", "--port=PORT") as url:
        wait_until_ready(url)
        command = [sys.executable, "-m", "schemathesis.cli", "run", f"{url}/api/openapi.json"]
        options = [f"--max-examples={arguments.examples}", f"--seed={arguments.seed}"]
        done = subprocess.run(
            [*command, *options],
            cwd=PROJECT,
            env={**os.environ, "SCHEMATHESIS_HOOKS": "tests.support.sent_pictures"},
        )
    return min(done.returncode, 1)


if __name__ == "__main__":
    sys.exit(main())
