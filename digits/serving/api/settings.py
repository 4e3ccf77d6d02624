"""What an operator can set, in the environment: DIGITS_MAX_BYTES=5000000, and so on.

settings = load_api_settings()
"""

import os

from pydantic import PositiveFloat, PositiveInt, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from digits.preprocessing.image_io import MAX_MEGAPIXELS, MAX_PICTURE_BYTES


class Settings(BaseSettings):
    """Limits of the HTTP API; each is the variable of its name, with DIGITS_ before it."""

    model_config = SettingsConfigDict(env_prefix="DIGITS_", frozen=True)

    max_bytes: PositiveInt = MAX_PICTURE_BYTES  # of one picture's file
    max_megapixels: PositiveFloat = MAX_MEGAPIXELS  # of one picture
    max_files: PositiveInt = 100  # pictures in one batch
    max_batch_bytes: PositiveInt = 50 * 1024 * 1024  # of one batch
    threads: PositiveInt = os.cpu_count() or 1  # pictures decoded at once
    places: PositiveInt = 40  # requests at work or waiting; more get 503
    seconds: PositiveFloat = 30  # for one request, from its head to its answer


class ApiSettingsError(Exception):
    """A variable that cannot be followed; the text is one sentence for the operator."""


def load_api_settings() -> Settings:
    """Take the settings from the environment.

    Raises:
        ApiSettingsError: if a variable is no number, or too small.
    """
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = f"DIGITS_{first['loc'][0]}".upper()
        raise ApiSettingsError(f"{name} is '{first['input']}'. {first['msg']}.") from error
