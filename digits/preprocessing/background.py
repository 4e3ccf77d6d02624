"""Tell ink from paper in photos: light, shadow, tables and thumbs, noise, printed lines.

    ink = clean_photo(darken_ink(gray, None))  # 0 = paper, 255 = ink; None when blank

NumPy and OpenCV only; `ink.find_ink` says which pictures are photos.
"""

import cv2
import numpy as np
import numpy.typing as npt

from digits.preprocessing.arrays import Gray, Ink, shrink
from digits.preprocessing.ruled_lines import Ruling, remove_lines

PAPER_SIDE = 96  # pixels; light and shadow need no more
MIN_CONTRAST = 24  # gray levels; a picture that is flatter than this is blank
BROADEST = 1 / 3  # of the picture's longest side; no stroke is broader
STRONG_INK = 64  # gray levels from the paper; no paper in a dark corner is so far off
DARKEST_PAPER = 48  # gray levels; in deeper shadow there is more noise than ink
FAINT = 0.5  # of a photo's full ink; below it are rules, shadows and noise
SOFT = 0.6  # how far a stroke's gray edge reaches below that, against above it
WEAK = 0.13  # of a photo's full ink; a hairline has as much, which paper and JPEG have not
HAIRLINE = 128  # what becomes of that much, so that it is seen beside full ink
LINKED = 0.25  # of the largest piece's area; smaller pieces are not linked by hairlines
MAX_LOOSE = 0.5  # of the pieces' area; where more weak ink lies about, it is noise or print
NEAR = (5, 5)  # pixels around strong ink that are its soft edge
SURROUNDING = 0.5  # of a piece's height and width; with so much on the border it is no ink


def clean_photo(
    gray: Gray, *, keep_border: bool = False, rulings: list[Ruling] | None = None
) -> Ink | None:
    """Make ink of a photo, without light and shadow, noise, printed lines, surroundings.

    Args:
        gray: uint8 array of shape (height, width), [0, 255], dark ink on lighter paper.
        keep_border: whether pieces stay that touch the picture's border.
        rulings: gets the lines that are taken off. Defaults to nobody who asks.

    Returns:
        uint8 array of the same shape, 0 = paper, 255 = ink; None when nothing
        stands out from the noise.
    """
    contrast = contrast_in_light(gray, estimate_paper(gray))
    smooth = cv2.GaussianBlur(contrast, (3, 3), 0)
    ink = extract_ink(clear_surroundings(smooth), keep_border, rulings)
    return extract_ink(smooth, keep_border, rulings) if ink is None else ink


def threshold_photo(gray: Gray) -> Ink | None:
    """Make ink of a photo as it is: what differs from the median of its paper.

    Light, shadow, printed lines and what lies along the border stay. For even scans of
    which `clean_photo` takes too much.

    Args:
        gray: as for `clean_photo`.

    Returns:
        As `clean_photo` does.
    """
    threshold, _ = cv2.threshold(gray, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    level = round(float(np.median(gray[gray >= threshold])))
    contrast = cv2.subtract(np.full_like(gray, level), gray)
    return soften(cv2.GaussianBlur(contrast, (3, 3), 0), keep_border=True)


def darken_ink(gray: Gray, is_dark_ink: bool | None) -> Gray:
    """Return a picture whose ink is darker than its paper; None: find which is which."""
    is_dark = has_dark_ink(gray) if is_dark_ink is None else is_dark_ink
    return gray if is_dark else cv2.bitwise_not(gray)


def has_dark_ink(gray: Gray) -> bool:
    """Whether what differs from the median of its surroundings is darker.

    Asked twice, and one yes is enough: beyond the border the picture goes on as it is
    there, as light and shadow do, or as its own median, so that a dark table that shows
    at the border does not pass for paper, with a light sheet for ink.
    """
    small = shrink(gray, PAPER_SIDE)
    side = max(small.shape) // 2 | 1
    level, edge = float(np.median(small)), side // 2
    framed = cv2.copyMakeBorder(small, edge, edge, edge, edge, cv2.BORDER_CONSTANT, value=level)
    height, width = small.shape
    inner = cv2.medianBlur(framed, side)[edge : edge + height, edge : edge + width]
    return any(
        cv2.norm(cv2.subtract(paper, small)) >= cv2.norm(cv2.subtract(small, paper))
        for paper in (cv2.medianBlur(small, side), inner)
    )


def estimate_paper(gray: Gray) -> Gray:
    """Estimate the paper of a photo, without its dark ink, light and shadow included.

    What is narrow and dark is a first guess of the ink, and so is what is as dark. It
    is painted over with what surrounds it, and of that a wide median is taken.

    Args:
        gray: uint8 array of shape (height, width), [0, 255], dark ink on light.

    Returns:
        uint8 array of the same shape.
    """
    height, width = gray.shape
    small = shrink(gray, PAPER_SIDE)
    slope = fit_slope(small)
    flat = (cv2.medianBlur(small, 3) - slope).clip(0, 255).astype(np.uint8)
    side = round(BROADEST * max(small.shape)) | 1
    contrast = cv2.morphologyEx(flat, cv2.MORPH_BLACKHAT, np.ones((side, side), np.uint8))
    _, ink = cv2.threshold(contrast, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    strong = cv2.bitwise_and(ink, cv2.compare(contrast, STRONG_INK, cv2.CMP_GE))
    if strong.any():  # broad ink at the border, or where strokes meet
        ink |= cv2.compare(flat, float(np.median(flat[strong > 0])), cv2.CMP_LE)
    ink = cv2.dilate(ink, np.ones((3, 3), np.uint8))
    painted = cv2.inpaint(flat, ink, 3, cv2.INPAINT_TELEA)
    paper = cv2.medianBlur(painted, max(small.shape) // 2 | 1) + slope
    return cv2.resize(paper.clip(0, 255).astype(np.uint8), (width, height))


def fit_slope(gray: Gray) -> npt.NDArray[np.float64]:
    """Fit light that falls evenly to one side, as gray levels more or less than the mean.

    Neither a median nor what is narrow and dark can tell its dark end from ink.
    """
    ys, xs = np.indices(gray.shape).reshape(2, -1)
    places = np.column_stack([xs - xs.mean(), ys - ys.mean()])
    slope, *_ = np.linalg.lstsq(places, gray.ravel() - gray.mean())
    return (places @ slope).reshape(gray.shape)


def contrast_in_light(gray: Gray, paper: Gray) -> Gray:
    """Compare dark ink with its paper, in shares of the paper's light.

    Ink in shadow differs less from its paper in gray levels, and as much in shares.
    """
    return cv2.divide(cv2.subtract(paper, gray), cv2.max(paper, DARKEST_PAPER), scale=255)


def clear_surroundings(contrast: Gray) -> Gray:
    """Blank what lies along the picture's border: a table, a thumb, a deep shadow.

    Such a piece shares more than half of its height and width with the border. A
    stroke that runs over the border shares its thickness.
    """
    _, mask = cv2.threshold(contrast, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    border = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    shared = np.bincount(border, minlength=count)
    extent = stats[:, cv2.CC_STAT_WIDTH] + stats[:, cv2.CC_STAT_HEIGHT]
    is_around = shared > SURROUNDING * extent
    is_around[0] = False
    if not is_around.any():
        return contrast
    wide = max(contrast.shape) // 50 | 1
    around = cv2.dilate((is_around[labels] * 255).astype(np.uint8), np.ones((wide, wide), np.uint8))
    return cv2.bitwise_and(contrast, cv2.bitwise_not(around))


def extract_ink(
    contrast: Gray, keep_border: bool, rulings: list[Ruling] | None = None
) -> Ink | None:
    """Take rules off a smooth contrast, and threshold it as `soften` does."""
    threshold, _ = cv2.threshold(contrast, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    return soften(remove_lines(contrast, threshold / 2, rulings), keep_border)


def soften(smooth: Gray, keep_border: bool) -> Ink | None:
    """Threshold a smooth contrast softly; None when nothing stands out from the noise."""
    threshold, mask = cv2.threshold(smooth, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    paper_level, noise = cv2.meanStdDev(smooth, mask=cv2.bitwise_not(mask))
    inked = smooth[mask > 0]
    full = float(np.quantile(inked, 0.8)) if inked.size else 0.0
    if full - paper_level[0, 0] < max(MIN_CONTRAST / 2, 4 * noise[0, 0]):
        return None
    threshold = max(threshold, FAINT * full)
    _, mask = cv2.threshold(smooth, threshold, 255, cv2.THRESH_BINARY)
    low = threshold - (full - threshold) * SOFT
    soft = np.clip((smooth - low) * (255 / (full - low)), 0, 255).astype(np.uint8)
    if keep_border:
        return cv2.bitwise_and(soft, cv2.dilate(mask, np.ones(NEAR, np.uint8)))
    kept = drop_border_pieces(mask)
    near = cv2.dilate(kept, np.ones(NEAR, np.uint8))
    return cv2.max(cv2.bitwise_and(soft, near), find_hairlines(smooth, near, WEAK * full))


def find_hairlines(smooth: Gray, near: Gray, weak: float) -> Ink:
    """Find weak ink that links pieces of strong ink, as the hairlines of a quill do.

    Two thresholds, as of Canny ("A computational approach to edge detection", 1986): what
    lies between them is ink where it hangs together with ink. Here with two pieces: what
    hangs on one may be a printed line that it crosses.

    Args:
        smooth: uint8 array of shape (height, width), 0 = paper.
        near: the strong ink and its soft edges, 255.
        weak: contrast that a hairline has at least.

    Returns:
        uint8 array of the same shape, 0 but for the hairlines.
    """
    found = np.zeros_like(smooth)
    _, owners, sizes, _ = cv2.connectedComponentsWithStats(near)
    area = np.append(0, sizes[1:, cv2.CC_STAT_AREA])  # of the pieces, without the paper
    is_part = area >= max(LINKED * area.max(), 1)
    loose = cv2.bitwise_and(cv2.compare(smooth, weak, cv2.CMP_GE), cv2.bitwise_not(near))
    if is_part.sum() < 2 or cv2.countNonZero(loose) > MAX_LOOSE * area[is_part].sum():
        return found
    parts = (is_part[owners] * 255).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(loose)
    grown = cv2.dilate(labels.astype(np.float32), np.ones((3, 3), np.uint8)).astype(np.intp)
    meetings = np.unique([grown[parts > 0], owners[parts > 0]], axis=1)
    sides = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1)
    is_link = np.bincount(meetings[0], minlength=count) >= 2
    is_link &= sides <= max(cv2.boundingRect(parts)[2:])
    is_link[0] = False
    # Up to the strong ink, across the soft edge between.
    reach = cv2.dilate((is_link[labels] * 255).astype(np.uint8), np.ones(NEAR, np.uint8))
    links = (reach > 0) & (smooth >= weak)
    found[links] = np.minimum(smooth[links] * (HAIRLINE / weak), 255)
    return found


def drop_border_pieces(mask: Gray) -> Gray:
    """Remove pieces that touch the picture's border, such as the paper's edge.

    They stay when nothing substantial lies inside: the digit fills the picture.
    """
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    height, width = mask.shape
    left, top, w, h, area = stats.T
    inside = (left > 0) & (top > 0) & (left + w < width) & (top + h < height)
    inside[0] = False
    if not inside.any() or area[inside].max() < 0.3 * area[1:].max():
        return mask
    return (inside[labels] * 255).astype(np.uint8)
