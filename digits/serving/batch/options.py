"""The options of `predict.py` that big jobs have, and which of them go together.

    add_engine_options(parser)
    check_engine(arguments, parser)  # ends the program with a sentence where they do not

All that `predict.py` reads of this folder unless `--engine ray` is asked for: without Ray.
"""

import argparse
import sys

from digits.arguments import output_path, positive_int

PART_SIZE = 1024  # pictures: some seconds of work, and whole batches of the network


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
        help=f"pictures that are read and written as a whole (default: {PART_SIZE})",
    )
    group.add_argument(
        "--image-column",
        metavar="NAME",
        help="of Parquet files (default: 'image', or the only one that holds bytes)",
    )


def check_engine(arguments: argparse.Namespace, parser: argparse.ArgumentParser) -> None:
    """End with a sentence where options and engine do not go together."""
    if arguments.engine == "ray":
        if not arguments.output:
            parser.error("--engine ray needs a folder after --output")
        arguments.part_size = arguments.part_size or PART_SIZE
        return
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


def read_with_ray(arguments: argparse.Namespace, parser: argparse.ArgumentParser) -> int:
    """Hand the work to Ray, and return the exit status."""
    try:
        from digits.serving.batch.command import read_big_job
    except ModuleNotFoundError as error:
        if error.name not in ("ray", "pyarrow"):
            raise
        print(
            "predict.py: --engine ray needs Ray. Run 'pip install -r requirements-scale.txt'.",
            file=sys.stderr,
        )
        return 1
    return read_big_job(arguments, parser)
