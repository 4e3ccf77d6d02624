"""Pictures that travel inside a page, in place of files that it has to fetch.

st.image(to_data_url(picture), alt="The drawing")

Streamlit makes a file of an array, and drops it when the next run shows another: a browser
that is slow to fetch it then finds nothing. Its files of gray pictures are JPEG, too.
"""

import base64

import cv2
import numpy as np
import numpy.typing as npt


def to_data_url(picture: npt.NDArray[np.uint8] | npt.NDArray[np.float32]) -> str:
    """Write a picture as the address of itself: a PNG file in a data URL (RFC 2397).

    Args:
        picture: (height, width) or RGB (height, width, 3) or RGBA (height, width, 4);
            uint8, or float32 in [0, 1].
    """
    pixels = picture if picture.dtype == np.uint8 else np.round(picture * 255).astype(np.uint8)
    if pixels.ndim == 3:
        is_clear = pixels.shape[2] == 4
        pixels = cv2.cvtColor(pixels, cv2.COLOR_RGBA2BGRA if is_clear else cv2.COLOR_RGB2BGR)
    data = cv2.imencode(".png", pixels)[1].tobytes()
    return f"data:image/png;base64,{base64.b64encode(data).decode()}"
