"""A model's card: the JSON file beside it that tells what it is and how far to trust it.

card = ModelCard.read(Path("digit_model.keras"))  # reads digit_model.json
"""

import dataclasses
import hashlib
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from classes import DIGITS, ClassNames

# The model that page and programs read with: the one that ships, or another of the user's.
MODEL_PATH = Path(
    os.environ.get("DIGITS_MODEL") or Path(__file__).with_name("digit_model.keras")
).absolute()


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
        none_logit: the logit of "no digit"; None when the model learnt from digits alone.
        unsure_below: certainty in [0, 1] under which a reading is called unsure.
        training: how the model was made: arguments, data, versions, time.
        figures: what was measured on it, by name.
    """

    sha256: str
    class_names: ClassNames = DIGITS
    temperature: float = 1.0
    none_logit: float | None = None
    unsure_below: float = 0.0
    training: dict[str, Any] = field(default_factory=dict)
    figures: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, model_path: Path) -> Self:
        """Read the card that lies beside a model.

        Raises:
            CardError: if there is none, it is damaged, or of another model file.
        """
        path = card_path(model_path)
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            card = cls(**{**content, "class_names": tuple(content["class_names"])})
            usable = card.temperature > 0 and 0 <= card.unsure_below <= 1
        except FileNotFoundError as error:
            raise CardError(f"There is no card '{path}'.") from error
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise CardError(f"The card '{path}' is damaged: {error}.") from error
        if not usable:
            raise CardError(f"The card '{path}' has a temperature or threshold out of range.")
        if card.sha256 != sha256_of(model_path):
            raise CardError(f"The card '{path}' belongs to another model file.")
        return card

    def write(self, model_path: Path) -> None:
        """Write the card beside a model, whole or not at all."""
        path = card_path(model_path)
        partial = path.with_suffix(".partial")
        text = json.dumps(dataclasses.asdict(self), indent=2, ensure_ascii=False)
        partial.write_text(text + "\n", encoding="utf-8")
        partial.replace(path)


def card_path(model_path: Path) -> Path:
    """Return where the card of a model lies: the same name, ending in .json."""
    return model_path.with_suffix(".json")


def sha256_of(path: Path) -> str:
    """Compute a file's SHA-256, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
