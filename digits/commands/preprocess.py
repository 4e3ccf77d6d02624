"""Write the 28 x 28 picture that the model sees of a picture file.

    python preprocessing.py in.png seen.png

Exit status: 0 done, 1 the picture could not be read or is blank, 2 wrong call.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from digits.arguments import existing_path, output_path
from digits.commands.process import prepare_process, run_command
from digits.files import atomic_write


def main(argv: Sequence[str] | None = None, *, prog: str = "preprocessing.py") -> int:
    """Run the command line and return the exit status.

    Args:
        argv: the arguments. Defaults to those of the process.
        prog: the name that usage and errors begin with. Defaults to "preprocessing.py".
    """
    prepare_process()
    given = make_preprocess_parser(prog).parse_args(argv)
    # Not above: --help needs no OpenCV.
    from digits.preprocessing.image_io import ImageError

    return run_command(
        lambda: write_model_input(given.picture, given.output),
        prog=prog,
        expected=(ImageError,),
        output=given.output,
    )


def write_model_input(picture: Path, output: Path) -> None:
    """Preprocess a picture file, and write what comes of it as a PNG file."""
    import cv2

    from digits.preprocessing.image_io import ImageError, load_image
    from digits.preprocessing.normalization import preprocess

    try:
        model_input = preprocess(load_image(picture))
    except ImageError as error:
        raise ImageError(f"'{picture}': {error}") from error
    if model_input is None:
        raise ImageError(f"'{picture}' is blank.")
    _, data = cv2.imencode(".png", (model_input[..., 0] * 255).round().astype("uint8"))
    with atomic_write(output) as partial:
        partial.write_bytes(data.tobytes())


def make_preprocess_parser(prog: str) -> argparse.ArgumentParser:
    """Describe the command line."""
    parser = argparse.ArgumentParser(
        prog=prog,
        description="Write the 28 x 28 picture that the model sees of a picture file.",
        epilog="Example: python preprocessing.py in.png seen.png",
    )
    parser.add_argument("picture", type=existing_path, metavar="PICTURE", help="any picture file")
    parser.add_argument(
        "output", type=output_path(".png"), metavar="FILE.png", help="where to write the picture"
    )
    return parser
