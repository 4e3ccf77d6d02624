"""Ends a reading that takes too long: an engine that answers until a deadline.

Threads cannot be stopped from outside. All that takes long in reading asks the network again
and again, so that is where it is stopped.
"""

import time
from dataclasses import dataclass

from digits.preprocessing.normalization import ModelInput
from digits.recognition.engine import Answers, Engine, ModelInputs


@dataclass(frozen=True)
class TimedEngine:
    """An engine that raises TimeoutError once its time is over.

    Attributes:
        engine: does the work.
        deadline: seconds, as of `time.monotonic()`.
    """

    engine: Engine
    deadline: float

    @property
    def num_classes(self) -> int:
        """See `Engine`."""
        return self.engine.num_classes

    @property
    def warnings(self) -> tuple[str, ...]:
        """See `Engine`."""
        return self.engine.warnings

    @property
    def can_explain(self) -> bool:
        """See `Engine`."""
        return self.engine.can_explain

    def predict(self, images: ModelInputs) -> Answers:
        """Predict what images show, if there is time."""
        self.check()
        return self.engine.predict(images)

    def explain(self, image: ModelInput, *, label: int, rival: int) -> Answers:
        """Explain a prediction, if there is time."""
        self.check()
        return self.engine.explain(image, label=label, rival=rival)

    def check(self) -> None:
        """Raise TimeoutError after the deadline."""
        if time.monotonic() > self.deadline:
            raise TimeoutError("Reading took too long.")
