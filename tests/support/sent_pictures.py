"""What schemathesis sends where the API expects a picture: mostly one.

Its command line takes this module as SCHEMATHESIS_HOOKS.
"""

import schemathesis
from hypothesis import strategies as st

from tests.support.digit_drawings import draw, encode_png

PICTURES = [encode_png(draw(digit)) for digit in range(10)] + [encode_png(draw(7) * 0)]

# A schema cannot say what a picture is: bytes of any kind would be "valid" and refused.
schemathesis.openapi.format("binary", st.sampled_from(PICTURES))
for media_type in ("image/png", "image/jpeg", "application/octet-stream"):
    schemathesis.openapi.media_type(media_type, st.sampled_from(PICTURES))
