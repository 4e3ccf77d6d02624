"""Public data sets: fetched once, and kept in the user's cache folder.

    path = fetch("MNIST", MNIST_URL, sha256=MNIST_SHA256, advice="Name a copy with --mnist PATH.")

A file takes its place there only when it is whole: nothing half written is left or used.
"""

import sys
from pathlib import Path

import pooch

from digits.data.dataset import DatasetError
from digits.files import first_line
from digits.locations import cache_folder


def fetch(what: str, url: str, *, sha256: str, advice: str) -> Path:
    """Return the copy in the cache folder, which is downloaded when it is missing or damaged.

    A terminal shows a progress bar.

    Args:
        what: the data set, as a sentence begins with it.
        url: of the file.
        sha256: of the file, in hexadecimal.
        advice: a sentence that says what to do when it cannot be had.

    Raises:
        DatasetError: if it cannot be downloaded or written, or is another file.
    """
    pooch.get_logger().setLevel("WARNING")
    try:
        name = pooch.retrieve(
            url,
            known_hash=f"sha256:{sha256}",
            fname=url.rpartition("/")[2],
            path=cache_folder("datasets"),
            progressbar=sys.stderr.isatty(),
        )
    except ValueError as error:
        text = f"{what} could not be downloaded: the file's checksum is not the expected one."
        raise DatasetError(f"{text} {advice}") from error
    except OSError as error:  # of the network, which says much, and of the disk
        reason = f": {first_line(error)}" if error.strerror else ""
        raise DatasetError(f"{what} could not be downloaded{reason}. {advice}") from error
    return Path(name)
