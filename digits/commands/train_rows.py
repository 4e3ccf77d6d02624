"""Train the reader of rows and save it as rows_model.keras: `train.py --rows`.

It writes the model, its compiled form rows_model.tflite and its card rows_model.json.
"""

import dataclasses
import time

from digits.training.options import TrainOptions


def train_rows(options: TrainOptions) -> None:
    """Compose rows, train, calibrate, compile and save: the whole run."""
    import keras

    from digits.files import sha256_of
    from digits.recognition.recognizer import Recognizer
    from digits.recognition.row_model import RowModel
    from digits.training import checkpoints, run_record
    from digits.training.finished import compile_finished, replace_model
    from digits.training.keras_file import save_small
    from digits.training.row_calibration import calibrate_rows, fit_choice
    from digits.training.row_data import compose_rows, make_composer
    from digits.training.row_network import build_row_network
    from digits.training.row_training import train_row_network

    started = time.monotonic()
    config, output = options.config, options.output
    folder = output.with_suffix(".training")
    arguments = run_record.describe_arguments(options)
    if options.resume:
        checkpoints.check_resumable(folder, arguments=arguments)
    keras.utils.set_random_seed(config.seed)
    rows = compose_rows(options.sources, count=config.rows_count, part="train", seed=config.seed)
    held_out = compose_rows(
        options.sources, count=max(config.rows_count // 30, 1), part="validation", seed=0
    )
    model = build_row_network()
    if not options.resume:
        checkpoints.reset(folder, arguments=arguments)
    train_row_network(model, rows, held_out, config, folder)
    card = calibrate_rows(model, held_out)
    finished = folder / "finished.keras"  # in the output's file system, to be renamed into place
    save_small(model, finished)
    seconds = round(time.monotonic() - started)
    dataclasses.replace(
        card,
        sha256=sha256_of(finished),
        training=run_record.describe_rows_run(options, seconds=seconds),
    ).write(finished)
    if uncompiled := compile_finished(finished):
        raise checkpoints.TrainingError(uncompiled)
    rows_model = RowModel.load(finished)
    composer = make_composer(options.sources, "validation", varied=False)
    card = fit_choice(rows_model.card, rows_model, composer, recognizer=Recognizer.load())
    card.write(finished)
    replace_model(finished, output)  # a kill in between is mended by --resume
    checkpoints.remove_state(folder)
    alone, both = (card.figures[f"{name}_validation_accuracy"] for name in ("rows", "numbers"))
    print(
        f"validation rows wholly right {alone:.4f}, with cutting {both:.4f}"
        f"  {config.epochs} epochs  {seconds} s  seed {config.seed}"
    )
