"""Arrays of pixels: what they are called, and what every step of preprocessing does to them.

    check_image(image)                          # uint8 gray, RGB or RGBA
    small = shrink(image, 1024)

NumPy and OpenCV only.
"""

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]  # (height, width), (height, width, 3) RGB or (.., .., 4) RGBA
Rgb = npt.NDArray[np.uint8]  # (height, width, 3), [0, 255]
Gray = npt.NDArray[np.uint8]  # (height, width), [0, 255], any polarity
Ink = npt.NDArray[np.uint8]  # (height, width), 0 = paper, 255 = ink

OPAQUE = 128  # alpha from which a pixel counts as opaque


def check_image(image: npt.NDArray[Any]) -> None:
    """Raise ValueError unless `image` is uint8 gray, RGB or RGBA and has pixels."""
    is_gray = image.ndim == 2
    is_color = image.ndim == 3 and image.shape[2] in (3, 4)
    if image.dtype != np.uint8 or not (is_gray or is_color) or image.size == 0:
        raise ValueError(
            "Expected uint8 pixels of shape (height, width), (height, width, 3) or"
            f" (height, width, 4). Received: {image.dtype} {image.shape}"
        )


def shrink(image: Image, longest_side: int) -> Image:
    """Average a picture down to `longest_side` pixels; a smaller one stays as it is."""
    height, width = image.shape[:2]
    scale = longest_side / max(height, width)
    if scale >= 1:
        return image
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)


def crop(ink: Ink) -> Ink:
    """Cut out the smallest rectangle that holds all ink."""
    left, top, width, height = cv2.boundingRect(ink)
    return ink[top : top + height, left : left + width]


def compose_over(image: Image, paper: npt.ArrayLike) -> Rgb:
    """Lay an RGBA picture over opaque paper.

    Args:
        image: uint8 array of shape (height, width, 4), RGBA, [0, 255].
        paper: gray level, or one level for each of red, green and blue, [0, 255].

    Returns:
        uint8 array of shape (height, width, 3), RGB, [0, 255].
    """
    alpha = image[..., 3:] / 255
    return (image[..., :3] * alpha + np.asarray(paper) * (1 - alpha)).round().astype(np.uint8)


def to_rgb(image: Image) -> Rgb:
    """Make three channels of any picture; transparent paper contrasts with the ink.

    Args:
        image: uint8 array of shape (height, width), (height, width, 3) RGB or
            (height, width, 4) RGBA, [0, 255].

    Returns:
        uint8 array of shape (height, width, 3), RGB, [0, 255]; `image` itself where it
        is RGB already. RGBA lies on black paper where its opaque part is bright, else on
        white.
    """
    if image.ndim == 2:
        return cv2.cvtColor(image, cv2.COLOR_GRAY2RGB)
    if image.shape[2] == 3:
        return image
    opaque = image[..., :3][image[..., 3] >= OPAQUE]
    return compose_over(image, 0 if opaque.size and opaque.mean() >= 128 else 255)
