"""The console command: one verb for each program.

    digits predict seven.png       # the same as python predict.py seven.png
    python -m digits app           # where the console command is not on the PATH

Exit status: that of the program; 2 for a verb that does not exist.
"""

import sys
from collections.abc import Sequence
from importlib import import_module

import digits

VERBS = {
    "app": "start the page",
    "predict": "read digits from picture files",
    "train": "train a model",
    "evaluate": "measure models on labelled sets",
    "export": "write a model as SavedModel, ONNX and LiteRT",
    "serve": "start the page and the HTTP API",
    "preprocess": "write the 28 x 28 picture that the model sees",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program that the first argument names, and return its exit status.

    Args:
        argv: the verb and its arguments. Defaults to those of the process.
    """
    verb, *arguments = (sys.argv[1:] if argv is None else argv) or ["--help"]
    if verb in ("-h", "--help"):
        print(describe_verbs())
        return 0
    if verb == "--version":
        print(digits.__version__)
        return 0
    if verb not in VERBS:
        print(f"digits: expected one of {', '.join(VERBS)}; received '{verb}'.", file=sys.stderr)
        return 2
    # Imported here: listing the verbs must not load Streamlit or TensorFlow.
    command = import_module(f"digits.commands.{verb}")
    status: int = command.main(arguments, prog=f"digits {verb}")
    return status


def describe_verbs() -> str:
    """Return the usage: one line for each verb."""
    lines = ["usage: digits [-h] [--version] VERB ...", ""]
    lines += [f"  {verb:12}{purpose}" for verb, purpose in VERBS.items()]
    return "\n".join([*lines, "", "'digits VERB --help' describes the options of a verb."])


if __name__ == "__main__":
    sys.exit(main())
