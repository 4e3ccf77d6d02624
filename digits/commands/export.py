"""Write the model as SavedModel, ONNX and LiteRT, and check each file: the command."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from digits.commands.process import demand_packages, prepare_process, print_error, run_command
from digits.serving.export.options import ExportOptions


def main(argv: Sequence[str] | None = None, *, prog: str = "export.py") -> int:
    """Run the command line and return the exit status.

    Args:
        argv: the arguments. Defaults to those of the process.
        prog: the name that usage and errors begin with. Defaults to "export.py".
    """
    prepare_process()
    options = ExportOptions.parse(argv, prog=prog)
    demand_packages(prog, "tensorflow")
    # Not above: TensorFlow takes seconds to import, and --help needs none of it.
    from digits.training.tensorflow_log import import_keras

    import_keras()
    from digits.data.dataset import DatasetError
    from digits.recognition.errors import RecognizerError
    from digits.serving.export.formats import FormatError

    return run_command(
        lambda: export(options, prog=prog),
        prog=prog,
        expected=(RecognizerError, DatasetError, FormatError),
        output=options.output,
    )


def export(options: ExportOptions, *, prog: str) -> None:
    """Write each format, read it back, compare, and put all in place at the end."""
    from digits.recognition.recognizer import Recognizer
    from digits.serving.export.console import make_table
    from digits.serving.export.exporter import export_format, make_reference, put_in_place
    from digits.serving.export.formats import FORMATS
    from digits.serving.export.manifest import make_manifest, write_manifest
    from digits.serving.export.network import make_network
    from digits.training.keras_engine import load_keras
    from digits.training.keras_network import load_network

    formats = {name: FORMATS[name] for name in options.formats}
    for kind in formats.values():
        kind.check()
    recognizer = Recognizer.load(options.model, load_engine=load_keras)
    if recognizer.warning:
        print_error(prog, recognizer.warning)
    stem, output = options.model.stem, options.output
    output.mkdir(parents=True, exist_ok=True)  # what cannot be written is better known now
    reference = make_reference(recognizer, options.mnist)
    network = make_network(load_network(options.model).model, recognizer.card)
    with tempfile.TemporaryDirectory(dir=output, prefix="unfinished-") as unfinished:
        folder = Path(unfinished)
        entries = {
            name: export_format(kind, network, folder / f"{stem}{kind.ending}", reference)
            for name, kind in formats.items()
        }
        manifest = make_manifest(
            recognizer.card,
            options.model,
            entries,
            measured_on=reference.name,
            keras_speed=reference.speed,
        )
        write_manifest(folder / f"{stem}.export.json", manifest)
        # The JSON file is last: what it lists is there.
        names = [entry.path for entry in entries.values()] + [f"{stem}.export.json"]
        for name in names:
            put_in_place(folder / name, output / name)
    print(make_table(reference.name, len(reference.images), reference.speed, entries))
    print(f"\n{len(entries)} formats and '{stem}.export.json' are in '{output}'.")
