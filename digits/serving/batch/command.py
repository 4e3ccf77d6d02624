"""What `predict.py --engine ray` does, from the options to the exit status."""

import argparse
import sys
from collections import Counter
from dataclasses import dataclass
from typing import Never

from tqdm import tqdm

from digits.files import sha256_of
from digits.recognition.errors import RecognizerError
from digits.recognition.recognizer import Recognizer
from digits.serving.batch.inputs import Inputs, find_inputs
from digits.serving.batch.job import STATUSES, Job, begin, count_written, finished_shards
from digits.serving.batch.options import BatchOptions
from digits.serving.batch.ray_engine import EngineError, check_address, connected, run_shards
from digits.serving.batch.storage import Folder, StorageError, open_folder, redact
from digits.serving.batch.worker import ModelFiles


def run_batch(options: BatchOptions, parser: argparse.ArgumentParser) -> int:
    """Predict many pictures with Ray, and return the exit status.

    Args:
        options: what is read, how, and where the results go.
        parser: says what is wrong with a call.
    """
    prog = parser.prog
    try:
        check_address(options.address)
        warning = Recognizer.load(options.model).warning  # a broken model is said before Ray starts
        if warning:
            print(f"{prog}: {warning}", file=sys.stderr)
        batch = BatchRun.prepare(options)
        if not batch.inputs.pictures:
            parser.error("there are no pictures in what was named")
        finished = begin(batch.job, batch.output)
    except (EngineError, RecognizerError, StorageError, OSError) as error:
        print(f"{prog}: {error}", file=sys.stderr)
        return 1
    try:
        statuses = count_written(batch.output, finished) + batch.run(finished)
        missing = len(batch.inputs.shards) - batch.count_finished()
    except (EngineError, StorageError) as error:
        print(f"{prog}: {error} {batch.describe_rest()}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\nStopped. {batch.describe_rest()}", file=sys.stderr)
        return 130
    if missing:
        print(
            f"{prog}: {missing} of {len(batch.inputs.shards)} parts are not in"
            f" '{batch.output.address}': workers wrote them to disks of their own. Name a folder"
            " that all machines share, or s3://...",
            file=sys.stderr,
        )
        return 1
    batch.output.sweep()
    counts = ", ".join(f"{statuses[status]} {status}" for status in STATUSES if statuses[status])
    print(f"{batch.inputs.pictures} pictures in '{redact(batch.output.address)}': {counts}.")
    return 1 if statuses["error"] else 0


@dataclass(frozen=True)
class BatchRun:
    """A job with all that it reads and the folder that it writes to."""

    options: BatchOptions
    files: ModelFiles
    inputs: Inputs
    output: Folder
    job: Job

    @classmethod
    def prepare(cls, options: BatchOptions) -> "BatchRun":
        """Load the model's files and find the inputs."""
        files = ModelFiles.load(options.model)
        inputs = find_inputs(
            options.paths, shard_size=options.shard_size, column=options.image_column
        )
        job = Job(
            model=sha256_of(files.model + (files.card or b"")),
            inputs=inputs.digest,
            pictures=inputs.pictures,
            parts=len(inputs.shards),
            several=options.several,
            polarity=options.ink.polarity,
            clean=options.ink.clean,
        )
        return cls(options, files, inputs, open_folder(options.output), job)

    def run(self, finished: set[int]) -> Counter[str]:
        """Predict the shards that are not finished, show progress, and count the statuses."""
        rest = {n: shard for n, shard in enumerate(self.inputs.shards) if n not in finished}
        statuses: Counter[str] = Counter()
        if not rest:
            return statuses
        total = self.inputs.pictures
        before = total - sum(map(len, rest.values()))
        bar: tqdm[Never] = tqdm(total=total, initial=before, unit="image", disable=None)
        with connected(self.options.address), bar as progress:
            for done in run_shards(rest, self.options, self.files):
                progress.update(done["pictures"])
                statuses.update({status: done[status] for status in STATUSES})
        return statuses

    def count_finished(self) -> int:
        """Count the shards whose results lie in the folder."""
        return len(finished_shards(self.output, len(self.inputs.shards)))

    def describe_rest(self) -> str:
        """Say what is there when a job ends early."""
        try:
            there = self.count_finished()
        except OSError:  # that is why it ended
            return "The same command goes on with what is missing."
        return (
            f"{there} of {len(self.inputs.shards)} parts are in '{redact(self.output.address)}':"
            " the same command goes on with the others."
        )
