"""What every command does with its process: set it up at the start, end it with a sentence."""

import importlib.util
import io
import sys
from collections.abc import Callable

from digits.files import explain_failure
from digits.training.tensorflow_log import silence_tensorflow


def prepare_process() -> None:
    """Silence TensorFlow, and let any file name be printed; to be called first in a main."""
    silence_tensorflow()
    # Names that the screen's encoding lacks are escaped, instead of failing.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def demand_packages(prog: str, *modules: str) -> None:
    """End the process with a sentence and status 1 where a server's installation lacks modules.

    Args:
        prog: what the sentence begins with.
        modules: of packages that requirements.txt names and requirements-serve.txt does not.
    """
    missing = [module for module in modules if importlib.util.find_spec(module) is None]
    if missing:
        sys.exit(
            f"{prog}: needs {' and '.join(missing)}, which a server does without. Run 'pip install"
            " -r requirements.txt', or install 'digit-recognition[train]'."
        )


def run_command(
    work: Callable[[], int | None],
    *,
    prog: str,
    expected: tuple[type[Exception], ...],
    output: object,
    advice: str = "",
    when_stopped: str = "Stopped.",
) -> int:
    """Set up libraries, do the work of a command, and turn its errors into a sentence.

    Args:
        work: does it; returns the exit status, None for 0.
        prog: what sentences begin with.
        expected: errors whose text is a sentence for a person; they end with 1.
        output: what could not be written when an `OSError` names no file; that ends
            with 1, too.
        advice: what to do after such an error. Defaults to nothing.
        when_stopped: what to say after Ctrl-C, which ends with 130.

    Returns:
        The exit status.
    """
    # Not above: every command imports this module before it parses its arguments, which
    # shall not wait 0.1 s for OpenCV.
    from digits.preprocessing.loader import set_up_process

    set_up_process()
    try:
        return work() or 0
    except expected as error:
        print_error(prog, error)
    except OSError as error:
        name = str(error.filename or output).removesuffix(".partial")
        print_error(prog, explain_failure(error, name), advice)
    except KeyboardInterrupt:
        print(f"\n{when_stopped}", file=sys.stderr)
        return 130
    return 1


def print_error(prog: str, *sentences: object) -> None:
    """Print sentences on standard error, after the name of the command."""
    print(f"{prog}:", *filter(None, sentences), file=sys.stderr)
