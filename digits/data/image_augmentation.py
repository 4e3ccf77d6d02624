"""Random changes of a training batch: one warp, then stroke thickness.

    batch = augment(images, rng=np.random.default_rng(0))

Pure functions of their arguments: the same generator state gives the same batch.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from digits.data.dataset import Images

FloatArray = npt.NDArray[np.float32]

PADDING = 2  # black pixels between the images that one OpenCV call works on
MAX_BATCH = 1000  # images a call; OpenCV addresses 32,767 rows


@dataclass(frozen=True)
class Strength:
    """How far a batch is changed: each value is drawn evenly from -limit to limit."""

    rotation: float = 0.2  # radians
    shear: float = 0.25  # pixels sideways per pixel down
    scale: float = 0.15  # of the size
    aspect: float = 0.15  # of the size, one side against the other
    shift: float = 2.0  # pixels
    elastic: float = 0.0  # pixels, standard deviation of a smooth random displacement
    dilated_3x3: float = 0.10  # share of the images whose strokes grow by two pixels
    dilated_2x2: float = 0.15  # ... by one pixel
    eroded_2x2: float = 0.20  # ... shrink by one pixel

    def scaled(self, factor: float) -> "Strength":
        """Return every limit and share times `factor`."""
        return Strength(*(factor * getattr(self, name) for name in self.__match_args__))


def augment(
    images: Images, *, rng: np.random.Generator, strength: Strength | None = None
) -> Images:
    """Change each image at random, as another hand or pen would have.

    Args:
        images: uint8 array of shape (n, 28, 28), bright digit on black.
        rng: source of randomness.
        strength: limits of the changes. Defaults to `Strength()`.

    Returns:
        uint8 array of the same shape and polarity; `images` is left as it was.
    """
    strength = strength or Strength()
    chunks = [images[i : i + MAX_BATCH] for i in range(0, len(images), MAX_BATCH)]
    changed = [change_thickness(warp(c, rng, strength), rng, strength) for c in chunks]
    return np.concatenate(changed) if changed else images.copy()


def warp(images: Images, rng: np.random.Generator, strength: Strength) -> Images:
    """Rotate, shear, scale and shift each image, in one bilinear warp of them all.

    Args:
        images: uint8 array of shape (n, 28, 28), at most 1,000 images.
        rng: source of randomness.
        strength: limits of the changes.

    Returns:
        uint8 array of the same shape.
    """
    count, height, width = images.shape
    matrices, shifts = random_affine(count, rng, strength)
    y, x = np.mgrid[:height, :width].astype(np.float32)
    grid = np.stack([x.ravel() - (width - 1) / 2, y.ravel() - (height - 1) / 2])
    source = matrices @ grid + shifts  # (n, 2, 784), measured from the image's centre
    if strength.elastic:
        heights = rng.standard_normal((count, 2, len(BUMPS)), dtype=np.float32)
        source += strength.elastic * (heights @ BUMPS)
    # Coordinates outside an image end in its black padding, never in a neighbour.
    source_x = np.clip(source[:, 0] + (width - 1) / 2 + PADDING, 0, width + PADDING)
    source_y = np.clip(source[:, 1] + (height - 1) / 2 + PADDING, 0, height + PADDING)
    source_y += (height + 2 * PADDING) * np.arange(count, dtype=np.float32)[:, np.newaxis]
    shape = (count * height, width)
    column = np.pad(images, ((0, 0), (PADDING, PADDING), (PADDING, PADDING)))
    column = column.reshape(-1, width + 2 * PADDING)  # images below one another
    warped = cv2.remap(column, source_x.reshape(shape), source_y.reshape(shape), cv2.INTER_LINEAR)
    return warped.reshape(images.shape).astype(np.uint8, copy=False)


def random_affine(
    count: int, rng: np.random.Generator, strength: Strength
) -> tuple[FloatArray, FloatArray]:
    """Draw affine maps from changed to original pixels.

    Returns:
        float32 arrays of shape (count, 2, 2) and (count, 2, 1): matrices and shifts.
    """

    def uniform(limit: float) -> FloatArray:
        return rng.uniform(-limit, limit, count).astype(np.float32)

    angle, shear = uniform(strength.rotation), uniform(strength.shear)
    scale, aspect = 1 + uniform(strength.scale), uniform(strength.aspect)
    scale_x, scale_y = scale * (1 + aspect / 2), scale * (1 - aspect / 2)
    cos, sin = np.cos(angle), np.sin(angle)
    x_row = [cos / scale_x, (shear * cos - sin) / scale_x]
    y_row = [sin / scale_y, (shear * sin + cos) / scale_y]
    matrices = np.stack(x_row + y_row, axis=-1).astype(np.float32).reshape(count, 2, 2)
    shifts = np.stack([uniform(strength.shift), uniform(strength.shift)], axis=-1)
    return matrices, shifts[..., np.newaxis]


def make_bumps(side: int, meshes: int) -> FloatArray:
    """Make Gaussian bumps at the crossings of a grid that covers an image.

    A random sum of them is a smooth field: they are as wide as the grid's meshes, so
    strokes bend, and do not fray (Simard, Steinkraus and Platt, "Best Practices for
    Convolutional Neural Networks", 2003).

    Returns:
        float32 array of shape ((meshes + 1)**2, side**2); the sum of squares at a
        pixel is at most 1.
    """
    places = np.linspace(0, side - 1, meshes + 1)
    width = (side - 1) / meshes
    profile = np.exp(-((np.arange(side) - places[:, np.newaxis]) ** 2) / (2 * (0.6 * width) ** 2))
    bumps = np.kron(profile, profile)
    return (bumps / np.sqrt((bumps**2).sum(axis=0).max())).astype(np.float32)


BUMPS = make_bumps(28, 5)


def change_thickness(images: Images, rng: np.random.Generator, strength: Strength) -> Images:
    """Widen or thin the strokes of some images.

    Args:
        images: uint8 array of shape (n, 28, 28), at most 1,000 images.
        rng: source of randomness.
        strength: the shares of images to change.

    Returns:
        uint8 array of the same shape.
    """
    changed = images.copy()
    choice = rng.uniform(size=len(images))
    start = 0.0
    for share, operation, size in (
        (strength.dilated_3x3, cv2.MORPH_DILATE, 3),
        (strength.dilated_2x2, cv2.MORPH_DILATE, 2),
        (strength.eroded_2x2, cv2.MORPH_ERODE, 2),
    ):
        kernel = np.ones((size, size), np.uint8)
        for index in np.flatnonzero((choice >= start) & (choice < start + share)):
            changed[index] = cv2.morphologyEx(images[index], operation, kernel, borderValue=0)
        start += share
    return changed
