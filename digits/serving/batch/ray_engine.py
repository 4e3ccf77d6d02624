"""Run a job with Ray Data: on this machine's cores, or on a cluster that runs already.

    with connected(None):
        for done in run_shards(shards, options, files): ...

Ray Data hands out the shards, keeps one worker in each process, and gives the shards of a worker
that was lost to others. A shard's file has a name that was decided before and is written whole,
so that it does no harm if a worker was not lost after all.
"""

import logging
import os
import pickle
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from typing import Any

import grpc
import ray
import ray.data
from ray.exceptions import RayError

from digits.files import first_line
from digits.locations import PACKAGE
from digits.serving.batch.inputs import Shard
from digits.serving.batch.options import BatchOptions
from digits.serving.batch.worker import ModelFiles, Worker

# What machines of a cluster get of the package: its code alone.
LEFT_OUT = ["/model", "*.css", "*.jpg", "*.png", "*.toml", "__pycache__"]
WORKER_VARIABLES = {
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}
CPUS = 0.5  # that Ray keeps for a worker of one core: half of the machines may be lost
SECONDS = 10.0  # that a cluster has to answer


class EngineError(Exception):
    """A cluster that cannot be used, or that failed; its text says why in one sentence."""


@contextmanager
def connected(address: str | None) -> Iterator[None]:
    """Use a cluster: the one at an address, or one of this machine alone, for as long."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # Ray counts nobody's use
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    with redirect_stdout(sys.stderr):  # what Ray tells of lost machines
        try:
            ray.init(
                address or "local",
                runtime_env={
                    "py_modules": [str(PACKAGE)],
                    "excludes": LEFT_OUT,
                    "env_vars": WORKER_VARIABLES,
                },
                include_dashboard=None if address else False,
                log_to_driver=False,
                logging_level=logging.ERROR,
            )
        except (RayError, OSError, RuntimeError, ValueError) as error:
            raise EngineError(
                f"Ray cannot be used at '{address or 'local'}': {first_line(error)}."
            ) from error
        try:
            yield
        finally:
            ray.shutdown()


def check_address(address: str | None) -> None:
    """Raise EngineError unless a server of Ray's kind answers; Ray itself would try for minutes."""
    if address in (None, "auto"):
        return
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), SECONDS).close()
        with grpc.insecure_channel(address, options=[("grpc.enable_http_proxy", 0)]) as channel:
            grpc.channel_ready_future(channel).result(SECONDS)
    except (OSError, ValueError, OverflowError, grpc.FutureTimeoutError) as error:
        said = first_line(error) if str(error) else "what answers is no Ray"
        raise EngineError(
            f"No Ray cluster answers at '{address}': {said}. Start one with 'ray start --head',"
            " or leave --address away to use this machine's cores."
        ) from error


def run_shards(
    shards: Mapping[int, Shard], options: BatchOptions, files: ModelFiles
) -> Iterator[dict[str, Any]]:
    """Predict shards, and yield what each worker says of one as it is finished, in no order.

    Args:
        shards: by number.
        options: how, and by how many workers at most.
        files: the model.

    Raises:
        EngineError: if a worker failed, and not just its machine.
    """
    count = min(options.workers or count_cores(), len(shards))
    tasks = [{"number": number, "shard": pickle.dumps(shard)} for number, shard in shards.items()]
    pool = ray.data.ActorPoolStrategy(min_size=1, max_size=count, initial_size=count)
    be_quiet()
    finished = ray.data.from_items(tasks, override_num_blocks=len(tasks)).map(
        Worker,  # type: ignore[arg-type]  # a class: Ray makes one object of it in each process
        fn_constructor_args=(options, files.make_recognizer),
        compute=pool,
        num_cpus=CPUS,
    )
    try:
        yield from finished.iter_rows()
    except RayError as error:
        raise EngineError(f"The job ended: {first_line(find_cause(error))}.") from error


def find_cause(error: BaseException) -> BaseException:
    """Return what a worker raised, of all that Ray wraps around it."""
    while inner := getattr(error, "cause", None) or error.__cause__:
        error = inner
    return error


def count_cores() -> int:
    """Count the cores that a cluster has now."""
    resources: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call]
    return max(int(resources.get("CPU", 1)), 1)


def be_quiet() -> None:
    """Leave the screen to our own progress."""
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    context.max_consecutive_actor_init_deaths = 3  # memory may be short just then
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)
