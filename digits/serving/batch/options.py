"""The options of `predict.py` for big jobs, and which of them go together.

    add_engine_options(parser)
    options = choose_engine(arguments, parser)  # None for the local engine

`predict.py` imports nothing else of this folder unless `--engine ray` is given: no Ray.
"""

import argparse
import os
from dataclasses import dataclass
from pathlib import Path

from digits.arguments import output_path, positive_int
from digits.preprocessing.ink_options import FOUND, InkOptions

SHARD_SIZE = 1024  # pictures: some seconds of work, and whole batches of the network


@dataclass(frozen=True)
class BatchOptions:
    """What a big job reads, how, and where its results go.

    Attributes:
        paths: files, folders and addresses of pictures and Parquet files.
        model: path of the model file.
        output: address of a folder, or an absolute path.
        base: the folder where relative paths begin.
        several: whether a picture may show several digits.
        ink: what is known of the pictures.
        address: of a Ray cluster; None for this machine's cores.
        workers: at most; None for one a core.
        shard_size: pictures that are read and written as a whole.
        image_column: of Parquet files; None to find it.
    """

    paths: tuple[str, ...]
    model: Path
    output: str
    base: str = ""
    several: bool = False
    ink: InkOptions = FOUND
    address: str | None = None
    workers: int | None = None
    shard_size: int = SHARD_SIZE
    image_column: str | None = None


def add_engine_options(parser: argparse.ArgumentParser) -> None:
    """Describe what jobs of many pictures need."""
    group = parser.add_argument_group("many pictures, with requirements-scale.txt")
    group.add_argument(
        "--engine",
        choices=("local", "ray"),
        default="local",
        help="what shares out the work: this program, or Ray (default: local)",
    )
    group.add_argument(
        "--address",
        metavar="HOST:PORT",
        help="of a Ray cluster, or 'auto' on one of its machines (default: this machine's cores)",
    )
    group.add_argument(
        "--workers", type=positive_int, metavar="N", help="at most (default: one a core)"
    )
    group.add_argument(
        "--part-size",
        type=positive_int,
        metavar="N",
        help=f"pictures that are read and written as a whole (default: {SHARD_SIZE})",
    )
    group.add_argument(
        "--image-column",
        metavar="NAME",
        help="of Parquet files (default: 'image', or the only one that holds bytes)",
    )


def choose_engine(
    arguments: argparse.Namespace, parser: argparse.ArgumentParser
) -> BatchOptions | None:
    """Return the options of a big job; None for the local engine.

    It ends the program with a sentence where options and engine do not go together.
    """
    if arguments.engine == "ray":
        if not arguments.output:
            parser.error("--engine ray needs a folder after --output")
        is_address = "://" in arguments.output
        return BatchOptions(
            paths=tuple(map(str, arguments.paths)),
            model=arguments.model,
            output=arguments.output if is_address else os.path.abspath(arguments.output),
            base=os.getcwd(),
            several=arguments.several,
            ink=InkOptions(arguments.polarity, arguments.clean),
            address=arguments.address,
            workers=arguments.workers,
            shard_size=arguments.part_size or SHARD_SIZE,
            image_column=arguments.image_column,
        )
    for name in ("address", "workers", "part_size", "image_column"):
        if getattr(arguments, name) is not None:
            parser.error(f"--{name.replace('_', '-')} goes with --engine ray")
    for path in arguments.paths:
        if isinstance(path, str):
            parser.error(f"'{path}' is read with --engine ray")
    if arguments.output:
        try:
            arguments.output = output_path(".csv", ".jsonl")(arguments.output)
        except argparse.ArgumentTypeError as error:
            parser.error(f"argument --output: {error}")
    return None
