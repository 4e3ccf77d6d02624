"""A picture in a data URL is the picture, to the pixel."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from digits.preprocessing.data_urls import to_data_url


@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 3), (5, 7, 4)], ids=["gray", "RGB", "RGBA"])
def test_a_picture_in_a_data_url_keeps_every_pixel(shape: tuple[int, ...]) -> None:
    picture = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    for url in (to_data_url(picture), to_data_url((picture / 255).astype(np.float32))):
        kind, _, data = url.partition(",")
        assert kind == "data:image/png;base64"
        np.testing.assert_array_equal(Image.open(io.BytesIO(base64.b64decode(data))), picture)
