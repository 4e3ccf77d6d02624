"""Predict what many picture files show; decoding and the network overlap.

for file in predict_files(recognizer, paths):
    print(file.path, file.prediction, file.message)
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from digits.preprocessing.ink_options import FOUND, InkOptions
from digits.preprocessing.loader import PreparedFile, in_batches, prepare_files
from digits.recognition.predictions import FilePrediction
from digits.recognition.recognizer import BATCH_SIZE, Recognizer


def predict_files(
    recognizer: Recognizer,
    paths: Sequence[Path],
    *,
    processes: int = 0,
    options: InkOptions = FOUND,
) -> Iterator[FilePrediction]:
    """Predict picture files in their order.

    A file that cannot be decoded yields a message, and the rest is still predicted.

    Args:
        recognizer: the model.
        paths: the files.
        processes: as for `prepare_files`.
        options: what is known of the pictures. Defaults to nothing.
    """
    prepared = prepare_files(paths, processes=processes, options=options)
    for batch in in_batches(prepared, BATCH_SIZE):
        yield from predict_prepared(recognizer, batch)


def predict_prepared(
    recognizer: Recognizer, files: Sequence[PreparedFile]
) -> Iterator[FilePrediction]:
    """Predict files that are decoded; those with a message keep it."""
    readable = [file.candidates for file in files if not file.message]
    predictions = iter(recognizer.predict_candidates(readable))
    for file in files:
        prediction = None if file.message else next(predictions)
        yield FilePrediction(file.path, prediction, file.message)
