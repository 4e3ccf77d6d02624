"""What schemathesis sends where the API expects a picture: mostly one."""

import schemathesis
from hypothesis import strategies as st

from tests.drawings import draw, encode_png

PICTURES = [encode_png(draw(digit)) for digit in range(10)] + [encode_png(draw(7) * 0)]


def register_pictures() -> None:
    """Tell schemathesis how a picture looks that the API must take."""
    pictures = st.sampled_from(PICTURES)
    for media_type in ("image/png", "image/jpeg", "application/octet-stream"):
        schemathesis.openapi.media_type(media_type, pictures)
