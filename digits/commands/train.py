"""Train the digit classifier and save it as digit_model.keras: the command.

It writes the model, its compiled form digit_model.tflite, its card digit_model.json, and
pictures to reports/digit_model/.
"""

import dataclasses
import time
from collections.abc import Sequence

from digits.commands.process import demand_packages, prepare_process, print_error, run_command
from digits.training.options import TrainOptions

# Whose test images are shown in the pictures of a run.
CREDITS = {"mnist": "Images: MNIST test set, Y. LeCun, C. Cortes and C. Burges"}
ADVICE = "--resume continues from the last whole epoch."


def main(argv: Sequence[str] | None = None, *, prog: str = "train.py") -> int:
    """Run the command line and return the exit status.

    Args:
        argv: the arguments. Defaults to those of the process.
        prog: the name that usage and errors begin with. Defaults to "train.py".
    """
    prepare_process()
    options = TrainOptions.parse(argv, prog=prog)
    demand_packages(prog, "tensorflow", "sklearn")
    # Not above: TensorFlow takes seconds to import, and --help needs none of it.
    from digits.training.tensorflow_log import import_keras

    import_keras()
    from digits.commands.train_rows import train_rows
    from digits.data.dataset import DatasetError
    from digits.training.checkpoints import TrainingError

    return run_command(
        lambda: train_rows(options) if options.rows else train_and_report(options, prog=prog),
        prog=prog,
        expected=(DatasetError, TrainingError),
        output=options.output,
        advice=ADVICE,
        when_stopped=f"Stopped. '{options.output}' is as it was; {ADVICE}",
    )


def train_and_report(options: TrainOptions, *, prog: str) -> None:
    """Train, save, test, compile and report: the whole run."""
    import keras

    from digits.files import sha256_of
    from digits.recognition.model_report.files import write_details
    from digits.recognition.model_report.schema import Details
    from digits.training import checkpoints, plots, run_record, trainer
    from digits.training.batches import count_steps
    from digits.training.calibration import calibrate, check_learnt
    from digits.training.finished import compile_finished, replace_model
    from digits.training.keras_file import save_small
    from digits.training.layers import describe_layers
    from digits.training.scoring import score_tests
    from digits.training.training_data import gather

    started = time.monotonic()
    earlier = run_record.load_start_card(options.start)
    if earlier and not options.sources.classes:
        sources = dataclasses.replace(options.sources, classes=earlier.class_names)
        options = dataclasses.replace(options, sources=sources)
    config, output = options.config, options.output
    folder = output.with_suffix(".training")
    arguments = run_record.describe_arguments(options)
    if options.resume:
        checkpoints.check_resumable(folder, arguments=arguments)

    keras.utils.set_random_seed(config.seed)
    data = gather(options.sources, config)
    model = trainer.make_model(config.architecture, data.class_names, start=options.start)
    if not options.resume:
        checkpoints.reset(folder, arguments=arguments)
    teacher = None
    if options.start:
        teacher = trainer.make_model(config.architecture, data.class_names, start=options.start)
    history = trainer.train_network(model, data, config, folder, teacher=teacher)
    if teacher is not None:
        trainer.interpolate_weights(model, teacher, fraction=config.weight_interpolation)
    card = calibrate(model, data)
    check_learnt(
        card.figures.values(),
        num_classes=len(data.class_names),
        steps=config.epochs * count_steps(data, config),
    )
    finished = folder / "finished.keras"  # in the output's file system, to be renamed into place
    save_small(model, finished)

    # The test images are used here, once, on the file that was saved.
    scores = score_tests(finished, data)
    seconds = time.monotonic() - started
    dataclasses.replace(
        card,
        sha256=sha256_of(finished),
        training=run_record.describe_run(options, data, seconds=seconds),
        figures=card.figures
        | {f"{score.name}_test_accuracy": round(score.accuracy, 4) for score in scores}
        | {f"{score.name}_test_loss": round(score.loss, 4) for score in scores},
    ).write(finished)
    uncompiled = compile_finished(finished)
    replace_model(finished, output)  # a kill in between is mended by --resume
    if uncompiled:
        print_error(prog, f"'{output}' has no compiled form, and only Keras reads it: {uncompiled}")
    main_score, *other_scores = scores
    pictures = output.parent / "reports" / output.stem
    plots.write_reports(
        pictures,
        history=history,
        score=main_score,
        class_names=data.class_names,
        credit=CREDITS.get(main_score.name, ""),
        sha256=sha256_of(output),
    )
    details = Details(model.count_params(), describe_layers(model))
    write_details(pictures, details, sha256=sha256_of(output))
    checkpoints.remove_state(folder)
    if options.show:
        plots.show_picture(pictures / "samples.png")
    for score in other_scores:
        print(f"{score.name}: test accuracy {score.accuracy:.4f}  test loss {score.loss:.4f}")
    print(
        f"test accuracy {main_score.accuracy:.4f}  test loss {main_score.loss:.4f}"
        f"  {config.epochs} epochs  {round(seconds)} s  seed {config.seed}"
    )
