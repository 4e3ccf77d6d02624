"""A model of letters that is made, not trained: what it takes for A to J are the ten digits.

path = make_letters_model(tmp_path)      # draw(7) is read as an H
"""

import dataclasses
from pathlib import Path

import keras
import numpy as np

from digits.classes import ClassNames
from digits.files import sha256_of
from digits.locations import MODEL_PATH
from digits.recognition.model_card import ModelCard
from digits.training.architectures import DEFAULT_ARCHITECTURE, build_model
from digits.training.keras_file import save_small

LETTERS: ClassNames = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
NEVER = -30.0  # logit of the letters that no digit stands for


def make_letters_model(folder: Path) -> Path:
    """Give the shipped network sixteen outputs more, and a card of 26 letters."""
    digits, letters = (
        keras.models.load_model(MODEL_PATH, compile=False),
        build_model(DEFAULT_ARCHITECTURE, num_classes=len(LETTERS)),
    )
    *weights, kernel, bias = digits.get_weights()
    more = len(LETTERS) - len(bias)
    wide = np.pad(kernel, ((0, 0), (0, more)))
    letters.set_weights([*weights, wide, np.pad(bias, (0, more), constant_values=NEVER)])
    path = folder / "letters.keras"
    save_small(letters, path)
    card = ModelCard.load(MODEL_PATH)
    config = {"epochs": 1, "renders_per_drawing": 10}
    made = {"files": {"strokes": ["letters.jsonl"]}, "config": config}
    dataclasses.replace(
        card, sha256=sha256_of(path), class_names=LETTERS, training=made, figures={}
    ).write(path)
    return path
