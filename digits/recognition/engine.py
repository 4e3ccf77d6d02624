"""What runs a network for a recognizer: LiteRT, or Keras in training's processes."""

from typing import Protocol

import numpy as np
import numpy.typing as npt

from digits.preprocessing.normalization import ModelInput

ModelInputs = npt.NDArray[np.float32]  # (n, 28, 28, 1), [0, 1], bright digit on black
Answers = tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]


class Engine(Protocol):
    """A network with its calibration. Threads and visitors share it."""

    @property
    def num_classes(self) -> int:
        """How many probabilities it gives for an image."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences about the network, for its user."""

    @property
    def can_explain(self) -> bool:
        """Whether `explain` works."""

    def predict(self, images: ModelInputs) -> Answers:
        """Predict what images show; see `CompiledModel.predict`."""

    def explain(self, image: ModelInput, *, label: int, rival: int) -> Answers:
        """Explain why an image shows one class and not another; see `CompiledModel.explain`."""
