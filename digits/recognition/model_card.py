"""A model's card: the JSON file beside it that tells what it is and how far to trust it.

card = ModelCard.load(Path("digit_model.keras"))  # reads digit_model.json
"""

import json
import math
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, Self, get_args

from digits.classes import DIGIT_CLASSES, ClassNames
from digits.files import atomic_write, first_line, sha256_of
from digits.recognition.errors import IncompatibleModelError

# Keys of the file that have other names in the program; files of before are still valid.
FIELDS = {"none_logit": "reject_logit", "unsure_below": "reject_threshold"}
Kind = Literal["characters", "rows"]
MAX_UNNAMED = 62  # classes of a model without a card: digits, and letters of both cases
MAX_CARD_BYTES = 16 << 20  # of a card; ours have a few kilobytes


class CardError(Exception):
    """A card that is missing, damaged, or of another model file."""


@dataclass(frozen=True)
class ModelCard:
    """What is known of a trained model.

    Attributes:
        sha256: of the model file, hexadecimal.
        class_names: one a softmax output, in order.
        temperature: divides the logits before softmax, so that confidence is honest
            (Guo et al., "On Calibration of Modern Neural Networks", 2017).
        reject_logit: the logit of "no digit"; None when the model learnt from digits alone.
        reject_threshold: certainty in [0, 1] under which a reading is called unsure.
        training: how the model was made: arguments, data, versions, time.
        figures: what was measured on it, by name.
        compiled_sha256: of the compiled model next to the model file; "" if there is none.
        kind: what the model reads: pictures of one character ("characters"), or "rows".
        weights: of a row reader: how its answer and that of cutting are weighed, by name.
    """

    sha256: str
    class_names: ClassNames = DIGIT_CLASSES
    temperature: float = 1.0
    reject_logit: float | None = None
    reject_threshold: float = 0.0
    training: dict[str, Any] = field(default_factory=dict)
    figures: dict[str, Any] = field(default_factory=dict)
    compiled_sha256: str = ""
    kind: Kind = "characters"
    weights: dict[str, float] = field(default_factory=dict)

    @classmethod
    def load(cls, model_path: Path) -> Self:
        """Read the card that lies beside a model.

        Raises:
            CardError: if there is none, it is damaged, or of another model file.
        """
        path = card_path(model_path)
        try:
            with path.open("rb") as file:
                content = json.loads(file.read(MAX_CARD_BYTES))
            values = {FIELDS.get(key, key): value for key, value in content.items()}
            card = cls(**{**values, "class_names": tuple(content["class_names"])})
            card.check()
        except FileNotFoundError as error:
            raise CardError(f"There is no card '{path}'.") from error
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise CardError(f"The card '{path}' is damaged: {first_line(error)}.") from error
        if card.sha256 != sha256_of(model_path):
            raise CardError(f"The card '{path}' belongs to another model file.")
        return card

    @classmethod
    def make_unnamed(cls, count: int, model_path: Path) -> Self:
        """Make a card for a model without one, whose outputs are called by their numbers.

        Raises:
            IncompatibleModelError: if it has so many that nobody can tell what they are.
        """
        if count > MAX_UNNAMED:
            raise IncompatibleModelError(
                f"Expected at most {MAX_UNNAMED} classes, or a card that names them."
                f" '{model_path}' has {count} outputs: it may lack its last layer."
            )
        return cls(sha256="", class_names=tuple(map(str, range(count))))

    def check(self) -> None:
        """Raise ValueError or TypeError unless every value is of its kind and range."""
        if not (0 < self.temperature < math.inf and 0 <= self.reject_threshold <= 1):
            raise ValueError("a temperature or threshold is out of range")
        if self.reject_logit is not None and not math.isfinite(self.reject_logit):
            raise ValueError("the logit of no digit is out of range")
        names = self.class_names
        if not all(isinstance(name, str) and name for name in names) or len({*names}) < len(names):
            raise ValueError("class names are texts, and differ")
        if not (isinstance(self.training, dict) and isinstance(self.figures, dict)):
            raise TypeError("training and figures are objects")
        if self.kind not in get_args(Kind):
            raise ValueError("the kind is 'characters' or 'rows'")
        if not all(math.isfinite(weight) for weight in self.weights.values()):
            raise ValueError("a weight is out of range")
        if not isinstance(self.compiled_sha256, str):
            raise TypeError("a digest is a text")

    def write(self, model_path: Path) -> None:
        """Write the card beside a model, whole or not at all."""
        keys = {name: key for key, name in FIELDS.items()}
        content = {keys.get(name, name): value for name, value in asdict(self).items()}
        if self.kind == "characters":  # as cards have always been
            del content["kind"], content["weights"]
        text = json.dumps(content, indent=2, ensure_ascii=False)
        with atomic_write(card_path(model_path)) as partial:
            partial.write_text(text + "\n", encoding="utf-8")


def card_path(model_path: Path) -> Path:
    """Return where the card of a model lies: the same name, ending in .json."""
    return model_path.with_suffix(".json")
