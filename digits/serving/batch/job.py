"""What decides the results of a job, kept beside them: only the same job goes on there.

job = Job(...)
finished = begin(job, folder)  # numbers of the parts that lie there whole
"""

import json
from collections import Counter
from dataclasses import asdict, dataclass

import pyarrow.dataset as ds

from digits.files import first_line
from digits.serving.batch.storage import Folder, PlaceError, hide

STATUSES = ("digit", "unsure", "blank", "error")
JOB_FILE = "_job.json"  # readers of Parquet pass over names that begin like this


@dataclass(frozen=True)
class Job:
    """What decides the results.

    Attributes:
        model: SHA-256 of the model and its card, hexadecimal.
        inputs: digest of what is read, and how it is cut into parts.
        pictures: how many.
        parts: how many.
        several: whether a picture may show several digits.
        polarity: of the ink, as it was told.
        clean: whether light, shadow and printed lines are taken away.
    """

    model: str
    inputs: str
    pictures: int
    parts: int
    several: bool
    polarity: str
    clean: bool


# What a person calls them.
WORDS = {
    "model": "another model",
    "inputs": "other pictures, or they were changed, or --part-size was another",
    "several": "another --several",
    "polarity": "another --polarity",
    "clean": "another --no-cleaning",
}


def part_name(number: int) -> str:
    """Name the file of a part; their names sort as they do."""
    return f"part-{number:07}.parquet"


def begin(job: Job, folder: Folder) -> set[int]:
    """Begin a job in an empty folder, or go on with it.

    Returns:
        Numbers of the parts that lie there.

    Raises:
        PlaceError: if the folder cannot be written, or holds anything else.
    """
    try:
        if folder.is_local:
            folder.system.create_dir(folder.path, recursive=True)
        names = folder.names()
        if JOB_FILE in names:
            check_same(job, json.loads(folder.read(JOB_FILE)), folder)
        elif names:
            raise PlaceError(
                "Expected a new or empty folder after --output, or one of the same job."
                f" '{hide(folder.address)}' holds other files."
            )
        else:
            folder.write_whole(JOB_FILE, json.dumps(asdict(job), indent=2).encode())
        return finished_parts(folder, job.parts)
    except (OSError, ValueError) as error:
        said = first_line(error)
        raise PlaceError(f"'{hide(folder.address)}' cannot be used: {said}.") from error


def finished_parts(folder: Folder, count: int) -> set[int]:
    """Find out which of so many parts lie in a folder."""
    names = folder.names()
    return {number for number in range(count) if part_name(number) in names}


def check_same(job: Job, former: object, folder: Folder) -> None:
    """Raise PlaceError unless the folder was begun by the same job."""
    told = former if isinstance(former, dict) else {}
    changed = [what for name, what in WORDS.items() if told.get(name) != asdict(job)[name]]
    if changed:
        raise PlaceError(
            f"'{hide(folder.address)}' was begun with {'; '.join(changed)}. Name another folder"
            " after --output, or run what began it."
        )


def count_statuses(folder: Folder, parts: set[int]) -> Counter[str]:
    """Count the rows of each status in finished parts.

    Raises:
        PlaceError: if one cannot be read.
    """
    if not parts:
        return Counter()
    paths = [f"{folder.path}/{part_name(number)}" for number in sorted(parts)]
    try:
        table = ds.dataset(paths, filesystem=folder.system).to_table(columns=["status"])
    except (OSError, ValueError) as error:
        said = first_line(error)
        raise PlaceError(
            f"A part in '{hide(folder.address)}' cannot be read: {said}. Delete it: the same"
            " command then reads its pictures again."
        ) from error
    counts = table["status"].value_counts()
    return Counter({one["values"]: one["counts"] for one in counts.to_pylist()})
