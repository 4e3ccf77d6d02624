"""What `predict.py --engine ray` does, from the options to the exit status."""

import argparse
import hashlib
import os
import sys
from collections import Counter
from collections.abc import Mapping
from typing import Never

from tqdm import tqdm

from digits.preprocessing.ink import InkOptions
from digits.recognition.errors import RecognizerError
from digits.recognition.recognizer import Recognizer
from digits.serving.batch.inputs import Inputs, Part, find_inputs
from digits.serving.batch.job import STATUSES, Job, begin, count_statuses, finished_parts
from digits.serving.batch.ray_engine import EngineError, check_address, connected, run
from digits.serving.batch.storage import Folder, PlaceError, hide, open_folder
from digits.serving.batch.worker import ModelFiles, Reading


def read_big_job(arguments: argparse.Namespace, parser: argparse.ArgumentParser) -> int:
    """Read the pictures named on the command line with Ray, and return the exit status.

    Args:
        arguments: of `predict.py`'s parser.
        parser: says what is wrong with a call.
    """
    try:
        check_address(arguments.address)
        recognizer = Recognizer.load(arguments.model)
        if recognizer.warning:
            print(f"predict.py: {recognizer.warning}", file=sys.stderr)
        files = ModelFiles.read(arguments.model)
        inputs = find_inputs(
            map(str, arguments.paths),
            part_size=arguments.part_size,
            column=arguments.image_column,
        )
        if not inputs.pictures:
            parser.error("there are no pictures in what was named")
        output = open_folder(arguments.output)
        finished = begin(make_job(arguments, files, inputs), output)
    except (EngineError, RecognizerError, PlaceError, OSError) as error:
        print(f"predict.py: {error}", file=sys.stderr)
        return 1
    try:
        statuses = count_statuses(output, finished)
        statuses += read_rest(arguments, inputs, finished, output, files)
    except (EngineError, PlaceError) as error:
        print(f"predict.py: {error} {describe_rest(output, inputs)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\nStopped. {describe_rest(output, inputs)}", file=sys.stderr)
        return 130
    return report(output, inputs, statuses)


def make_job(arguments: argparse.Namespace, files: ModelFiles, inputs: Inputs) -> Job:
    """Gather what decides the results."""
    model = hashlib.sha256(files.model + (files.card or b"")).hexdigest()
    return Job(
        model=model,
        inputs=inputs.digest,
        pictures=inputs.pictures,
        parts=len(inputs.parts),
        several=arguments.several,
        polarity=arguments.polarity,
        clean=arguments.clean,
    )


def read_rest(
    arguments: argparse.Namespace,
    inputs: Inputs,
    finished: set[int],
    output: Folder,
    files: ModelFiles,
) -> Counter[str]:
    """Read the parts that are not finished, show how far it is, and count the statuses."""
    parts = {n: part for n, part in enumerate(inputs.parts) if n not in finished}
    statuses: Counter[str] = Counter()
    if not parts:
        return statuses
    options = InkOptions(arguments.polarity, arguments.clean)
    reading = Reading(output.address, os.getcwd(), arguments.several, options)
    with connected(arguments.address), show_progress(inputs, parts) as progress:
        for done in run(parts, reading, files, workers=arguments.workers):
            progress.update(done["pictures"])
            statuses.update({status: done[status] for status in STATUSES})
    return statuses


def show_progress(inputs: Inputs, parts: Mapping[int, Part]) -> "tqdm[Never]":
    """Make a bar of all pictures, those that were read before among them."""
    before = inputs.pictures - sum(map(len, parts.values()))
    return tqdm(total=inputs.pictures, initial=before, unit="image", disable=None)


def describe_rest(output: Folder, inputs: Inputs) -> str:
    """Say what is there when a job ends early."""
    try:
        there = len(finished_parts(output, len(inputs.parts)))
    except OSError:  # that is why it ended
        return "The same command goes on with what is missing."
    return (
        f"{there} of {len(inputs.parts)} parts are in '{hide(output.address)}': the same command"
        " goes on with the others."
    )


def report(output: Folder, inputs: Inputs, statuses: Counter[str]) -> int:
    """Print a line that sums up a finished job, and return the exit status."""
    missing = len(inputs.parts) - len(finished_parts(output, len(inputs.parts)))
    if missing:
        print(
            f"predict.py: {missing} of {len(inputs.parts)} parts are not in '{output.address}':"
            " workers wrote them to disks of their own. Name a folder that all machines share, or"
            " s3://...",
            file=sys.stderr,
        )
        return 1
    output.sweep()
    counts = ", ".join(f"{statuses[status]} {status}" for status in STATUSES if statuses[status])
    print(f"{inputs.pictures} pictures in '{hide(output.address)}': {counts}.")
    return 1 if statuses["error"] else 0
