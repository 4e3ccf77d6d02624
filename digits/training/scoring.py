"""Score a trained model on its test sets.

for score in score_tests(Path("digit_model.keras"), data):
    print(score.name, score.accuracy, score.loss)
"""

from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import numpy.typing as npt
from sklearn.metrics import accuracy_score, log_loss

from digits.data.dataset import LabelledImages
from digits.training.trainer import compute_outputs
from digits.training.training_data import TrainingData


@dataclass(frozen=True, eq=False)
class ScoredSet:
    """A test set, and what a model makes of it.

    Attributes:
        name: of the data set.
        digits: its images and labels.
        probabilities: float32 (n, classes), rows sum to 1.
    """

    name: str
    digits: LabelledImages
    probabilities: npt.NDArray[np.float32]

    @property
    def predicted(self) -> npt.NDArray[np.integer]:
        """The most probable class of each image, (n,)."""
        return self.probabilities.argmax(axis=1)

    @property
    def accuracy(self) -> float:
        """The fraction of correct predictions."""
        return float(accuracy_score(self.digits.labels, self.predicted))

    @property
    def loss(self) -> float:
        """The mean log loss, in nats."""
        classes = range(self.probabilities.shape[1])
        return float(log_loss(self.digits.labels, self.probabilities, labels=classes))


def score_tests(model_path: Path, data: TrainingData) -> list[ScoredSet]:
    """Load a model file, and let it predict each test set; the main one comes first."""
    model = keras.models.load_model(model_path)
    return [
        ScoredSet(name, digits, compute_outputs(model, digits.images))
        for name, digits in data.tests.items()
    ]
