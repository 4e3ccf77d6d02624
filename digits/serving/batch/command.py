"""What `predict.py --engine ray` does, from the options to the exit status."""

import argparse
import sys
from collections import Counter
from collections.abc import Set
from typing import Never

from tqdm import tqdm

from digits.files import sha256_of
from digits.recognition.errors import RecognizerError
from digits.serving.batch.inputs import Inputs, find_inputs
from digits.serving.batch.job import STATUSES, Job, begin, count_written, finished_shards
from digits.serving.batch.options import BatchOptions
from digits.serving.batch.ray_engine import EngineError, check_address, connected, run_shards
from digits.serving.batch.storage import Folder, StorageError, open_folder, redact
from digits.serving.batch.worker import ModelFiles

BATCH_ERRORS = (EngineError, RecognizerError, StorageError, OSError)


def run_batch(options: BatchOptions, parser: argparse.ArgumentParser) -> int:
    """Predict many pictures with Ray, and return the exit status.

    Args:
        options: what is read, how, and where the results go.
        parser: says what is wrong with a call.

    Raises:
        BATCH_ERRORS: if the job cannot begin or go on; the text says why.
    """
    check_address(options.address)
    files = ModelFiles.load(options.model)  # a broken model is said before Ray starts
    if files.warning:
        print(f"{parser.prog}: {files.warning}", file=sys.stderr)
    inputs = find_inputs(options.paths, shard_size=options.shard_size, column=options.image_column)
    output = open_folder(options.output)
    if not inputs.pictures:
        parser.error("there are no pictures in what was named")
    parts = len(inputs.shards)
    finished = begin(describe_job(options, files, inputs), output)
    try:
        statuses = count_written(output, finished) + predict_rest(options, files, inputs, finished)
    except (EngineError, StorageError) as error:
        raise type(error)(f"{error} {describe_rest(output, parts)}") from error
    except KeyboardInterrupt:
        print(f"\nStopped. {describe_rest(output, parts)}", file=sys.stderr)
        return 130
    missing = parts - len(finished_shards(output, parts))
    if missing:
        raise StorageError(
            f"{missing} of {parts} parts are not in '{output.address}': workers wrote them to"
            " disks of their own. Name a folder that all machines share, or s3://..."
        )
    output.sweep()
    counts = ", ".join(f"{statuses[status]} {status}" for status in STATUSES if statuses[status])
    print(f"{inputs.pictures} pictures in '{redact(output.address)}': {counts}.")
    return 1 if statuses["error"] else 0


def describe_job(options: BatchOptions, files: ModelFiles, inputs: Inputs) -> Job:
    """Collect what decides the results."""
    return Job(
        model=sha256_of(files.model + (files.card or b"")),
        inputs=inputs.digest,
        pictures=inputs.pictures,
        parts=len(inputs.shards),
        several=options.several,
        polarity=options.ink.polarity,
        clean=options.ink.clean,
    )


def predict_rest(
    options: BatchOptions, files: ModelFiles, inputs: Inputs, finished: Set[int]
) -> Counter[str]:
    """Predict the shards that are not finished, show progress, and count the statuses."""
    rest = {n: shard for n, shard in enumerate(inputs.shards) if n not in finished}
    statuses: Counter[str] = Counter()
    if not rest:
        return statuses
    before = inputs.pictures - sum(map(len, rest.values()))
    bar: tqdm[Never] = tqdm(total=inputs.pictures, initial=before, unit="image", disable=None)
    with connected(options.address), bar as progress:
        for done in run_shards(rest, options, files):
            progress.update(done["pictures"])
            statuses.update({status: done[status] for status in STATUSES})
    return statuses


def describe_rest(output: Folder, parts: int) -> str:
    """Say what is there when a job ends early."""
    try:
        there = len(finished_shards(output, parts))
    except OSError:  # that is why it ended
        return "The same command goes on with what is missing."
    return (
        f"{there} of {parts} parts are in '{redact(output.address)}': the same command goes on"
        " with the others."
    )
