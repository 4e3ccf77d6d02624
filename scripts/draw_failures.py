"""Draw the README's picture of failures: UNIPEN digits that are misread with confidence.

python -m scripts.draw_failures ../shared/data/dev_unipen.jsonl.gz   # docs/images/failures.png
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from digits.arguments import existing_path
from digits.data.dataset import LabelledImages
from digits.evaluation.eval_sets import load_strokes
from digits.recognition.predictions import Prediction
from digits.recognition.recognizer import Recognizer
from digits.training.plots import image_page
from digits.training.scoring import ScoredSet

OUTPUT = Path(__file__).parents[1] / "docs" / "images" / "failures.png"
CREDIT = "Pen strokes: UNIPEN train_r01_v07 (CC BY 4.0), drawn; some of its labels are wrong"


def main(argv: Sequence[str] | None = None) -> int:
    """Read a stroke file and draw the most certain mistakes."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("strokes", type=existing_path, help="a stroke file")
    examples = load_strokes(parser.parse_args(argv).strokes)
    predictions = examples.predict(Recognizer.load())
    mistakes: list[tuple[Prediction, str]] = [
        (prediction, label)
        for prediction, label in zip(predictions, examples.labels, strict=True)
        if prediction is not None and prediction.model_input is not None
        if prediction.status == "digit" and prediction.label != label
    ]
    mistakes.sort(key=lambda mistake: -mistake[0].score)
    inputs = [prediction.model_input for prediction, _ in mistakes]
    page = image_page(
        ScoredSet(
            examples.name,
            LabelledImages(
                np.stack([(x[..., 0] * 255).astype(np.uint8) for x in inputs if x is not None]),
                np.array([int(label) for _, label in mistakes]),
            ),
            np.array([prediction.probabilities for prediction, _ in mistakes], dtype=np.float32),
        ),
        # Not the worst alone, which are mostly wrong labels, but all along the list.
        np.linspace(0, len(mistakes) - 1, 24).astype(int),
        f"24 of the {len(mistakes)} mistakes that were not called unsure",
        CREDIT,
    )
    page.savefig(OUTPUT, dpi=110)
    return 0


if __name__ == "__main__":
    sys.exit(main())
