"""What decides the results of a job, kept beside them: only the same job goes on there.

job = Job(...)
finished = begin(job, folder)  # numbers of the shards that are written
"""

import json
from collections import Counter
from dataclasses import asdict, dataclass

import pyarrow.dataset as ds

from digits.files import first_line
from digits.serving.batch.storage import Folder, StorageError, redact

STATUSES = ("digit", "unsure", "blank", "error")
JOB_FILE = "_job.json"  # readers of Parquet pass over names that begin like this


@dataclass(frozen=True)
class Job:
    """What decides the results.

    Attributes:
        model: SHA-256 of the model and its card, hexadecimal.
        inputs: digest of what is read, and how it is cut into shards.
        pictures: how many.
        parts: how many shards.
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


def shard_name(number: int) -> str:
    """Name the file of a shard; their names sort as they do."""
    return f"part-{number:07}.parquet"


def begin(job: Job, folder: Folder) -> set[int]:
    """Begin a job in an empty folder, or go on with it.

    Returns:
        Numbers of the shards that are written.

    Raises:
        StorageError: if the folder cannot be written, or holds anything else.
    """
    try:
        if folder.is_local:
            folder.system.create_dir(folder.path, recursive=True)
        names = folder.names()
        if JOB_FILE in names:
            check_same(job, json.loads(folder.read(JOB_FILE)), folder)
        elif names:
            raise StorageError(
                "Expected a new or empty folder after --output, or one of the same job."
                f" '{redact(folder.address)}' holds other files."
            )
        else:
            folder.write_whole(JOB_FILE, json.dumps(asdict(job), indent=2).encode())
        return finished_shards(folder, job.parts)
    except (OSError, ValueError) as error:
        said = first_line(error)
        raise StorageError(f"'{redact(folder.address)}' cannot be used: {said}.") from error


def finished_shards(folder: Folder, count: int) -> set[int]:
    """Find out which of `count` shards are written in a folder."""
    names = folder.names()
    return {number for number in range(count) if shard_name(number) in names}


def check_same(job: Job, former: object, folder: Folder) -> None:
    """Raise StorageError unless the folder was begun by the same job."""
    told = former if isinstance(former, dict) else {}
    changed = [what for name, what in WORDS.items() if told.get(name) != asdict(job)[name]]
    if changed:
        raise StorageError(
            f"'{redact(folder.address)}' was begun with {'; '.join(changed)}. Name another folder"
            " after --output, or run what began it."
        )


def count_written(folder: Folder, shards: set[int]) -> Counter[str]:
    """Count the rows of each status in finished shards.

    Raises:
        StorageError: if one cannot be read.
    """
    if not shards:
        return Counter()
    paths = [f"{folder.path}/{shard_name(number)}" for number in sorted(shards)]
    try:
        table = ds.dataset(paths, filesystem=folder.system).to_table(columns=["status"])
    except (OSError, ValueError) as error:
        said = first_line(error)
        raise StorageError(
            f"A part in '{redact(folder.address)}' cannot be read: {said}. Delete it: the same"
            " command then reads its pictures again."
        ) from error
    counts = table["status"].value_counts()
    return Counter({one["values"]: one["counts"] for one in counts.to_pylist()})
