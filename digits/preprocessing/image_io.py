"""Decode picture files to uint8 arrays, and encode arrays for a page.

    image = load_image("seven.jpg")  # (height, width[, 3 or 4]) uint8
    image = decode_image(data)       # the same of a file's bytes
    url = to_data_url(image)         # "data:image/png;base64,..."

Pillow decodes: it keeps EXIF rotation and alpha right, which OpenCV does not do at
once. Limits hold before any pixel is unpacked, so that no small file fills memory.
"""

import base64
import io
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
from PIL import Image as PillowImage
from PIL import ImageOps, UnidentifiedImageError

from digits.files import first_line
from digits.preprocessing.arrays import Image

MAX_PICTURE_BYTES = 20 * 1024 * 1024  # of a file; a phone's photo has 2-8 MB
MAX_MEGAPIXELS = 50  # of a picture; a phone's photo has 12-50

# Pillow knows many more, of which one starts another program (EPS, Ghostscript).
PICTURE_FORMATS = ("AVIF", "BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP")


class ImageError(Exception):
    """A picture that cannot be read; its text says why in one sentence."""


class TooLargeError(ImageError):
    """A picture beyond the limits."""


class NotAPictureError(ImageError):
    """A file of no kind of picture that is known."""


@dataclass(frozen=True)
class Limits:
    """How large a picture may be."""

    max_bytes: int = MAX_PICTURE_BYTES  # of its file
    max_megapixels: float = MAX_MEGAPIXELS


LIMITS = Limits()


def load_image(source: Path | str | bytes, *, limits: Limits = LIMITS) -> Image:
    """Load one picture, turned upright; of an animation its first frame.

    >>> import cv2, digits, numpy as np
    >>> _, png = cv2.imencode(".png", np.zeros((20, 30, 3), np.uint8))
    >>> digits.load_image(png.tobytes()).shape
    (20, 30, 3)

    Args:
        source: path of a file, or the bytes of a file.
        limits: beyond which a picture is refused. Defaults to 20 MB and 50 megapixels.

    Returns:
        uint8 array of shape (height, width) gray, (height, width, 3) RGB or
        (height, width, 4) RGBA, in [0, 255].

    Raises:
        ImageError: if it is no picture, damaged, or beyond the limits.
    """
    data = source if isinstance(source, bytes) else load_bytes(Path(source), limits)
    return decode_image(data, limits=limits)


def decode_image(data: bytes, *, limits: Limits = LIMITS) -> Image:
    """Decode the bytes of one picture file.

    Args, returns and raises as `load_image`, of bytes alone.
    """
    check_size(len(data), limits)
    try:
        with PillowImage.open(io.BytesIO(data), formats=PICTURE_FORMATS) as picture:
            check_megapixels(picture, limits)
            ImageOps.exif_transpose(picture, in_place=True)
            return to_uint8(picture)
    except ImageError:
        raise
    except UnidentifiedImageError as error:
        raise NotAPictureError("Expected a picture such as PNG or JPEG, found none.") from error
    except PillowImage.DecompressionBombError as error:  # Pillow's own limit, where it stands
        raise too_large(limits.max_megapixels, "megapixels", "far more") from error
    except Exception as error:  # Pillow's decoders raise many kinds for damaged files
        raise ImageError(
            f"The picture is damaged or cut short ({first_line(error)}). Save or send it again."
        ) from error


def find_other_frames(data: bytes) -> Literal["", "animation", "pages"]:
    """Tell whether a file holds further pictures, which `load_image` passes over.

    Phones put previews and depth maps behind their photos: those do not count.
    """
    try:
        with PillowImage.open(io.BytesIO(data), formats=PICTURE_FORMATS) as picture:
            has_frames = picture.format in ("GIF", "PNG", "WEBP", "TIFF")
            if not has_frames or not getattr(picture, "is_animated", False):
                return ""
            return "pages" if picture.format == "TIFF" else "animation"
    except Exception:  # as in `load_image`; what is damaged behind the first picture is no matter
        return ""


def load_bytes(path: Path, limits: Limits) -> bytes:
    """Load a file no larger than the limit, or raise ImageError."""
    kind = "folder" if os.path.isdir(path) else "file"
    try:
        if kind == "folder":
            os.scandir(path).close()  # often, it may not be opened
            raise ImageError("Expected a picture, found a folder.")
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):  # a pipe would be waited for, a device has no end
            raise ImageError("Expected a file, found a pipe or a device. Save the picture first.")
        check_size(found.st_size, limits)
        with path.open("rb") as file:
            return file.read(limits.max_bytes + 1)  # it may have grown since
    except (OSError, ValueError) as error:  # a name may hold what no file's name can
        raise ImageError(f"The {kind} cannot be read: {first_line(error)}.") from error


def check_size(size: int, limits: Limits = LIMITS) -> None:
    """Raise ImageError unless a file of `size` bytes is within the limit."""
    if size == 0:
        raise ImageError("Expected a picture, found an empty file.")
    if size > limits.max_bytes:
        raise too_large(limits.max_bytes / 2**20, "MB", f"{size / 2**20:.1f} MB")


def check_megapixels(picture: PillowImage.Image, limits: Limits) -> None:
    """Raise ImageError unless the picture's size, known from its head, is allowed."""
    megapixels = picture.width * picture.height / 1e6
    if not megapixels:
        raise ImageError("Expected a picture with pixels, found one of no width or height.")
    if megapixels > limits.max_megapixels:
        raise too_large(limits.max_megapixels, "megapixels", f"{megapixels:.0f}")


def too_large(limit: float, unit: str, found: str) -> TooLargeError:
    """Make the error that says how large a picture may be."""
    return TooLargeError(
        f"Expected at most {limit:.3g} {unit}, found {found}. Save the picture smaller."
    )


def to_uint8(picture: PillowImage.Image) -> Image:
    """Bring any of Pillow's modes to uint8 gray, RGB or RGBA."""
    if picture.mode.startswith("I") or picture.mode == "F":
        return reduce_depth(np.asarray(picture))
    opaque_mode = "L" if picture.mode in ("1", "L") else "RGB"
    mode = "RGBA" if picture.has_transparency_data else opaque_mode
    return np.asarray(picture if picture.mode == mode else picture.convert(mode))


def reduce_depth(levels: npt.NDArray[np.integer | np.floating]) -> npt.NDArray[np.uint8]:
    """Bring levels of any depth to 8 bits, by the depth that their maximum needs.

    A 12-bit scan in a 16-bit file comes out as bright as an 8-bit one. Fractions are taken
    as shares of white; what is no number, as the level in the middle of all.
    """
    if levels.dtype.kind == "f":
        finite = np.isfinite(levels)
        if not finite.all():
            middle = np.median(levels[finite]) if finite.any() else 0
            levels = np.where(finite, levels, middle)
        if 0 < levels.max() <= 1:
            levels = levels * 255
    depth = max(8, int(levels.max()).bit_length())
    scaled = np.clip(levels, 0, None) / np.float32(2.0 ** (depth - 8))
    return np.minimum(scaled, 255).astype(np.uint8)


def to_data_url(picture: npt.NDArray[np.uint8] | npt.NDArray[np.float32]) -> str:
    """Encode a picture as a PNG file in a data URL (RFC 2397).

    A page shows it without fetching a file. Streamlit makes a file of an array, and drops
    it when the next run shows another: a slow browser then finds nothing.

    Args:
        picture: (height, width) gray, (height, width, 3) RGB or (height, width, 4) RGBA;
            uint8 in [0, 255], or float32 in [0, 1].
    """
    pixels = picture if picture.dtype == np.uint8 else np.round(picture * 255).astype(np.uint8)
    file = io.BytesIO()
    PillowImage.fromarray(pixels).save(file, "PNG", compress_level=1)
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
