"""A corpus of good, odd and hostile picture files, made when it is asked for.

    for case in PICTURES:
        (folder / case.name).write_bytes(case.data)

Each case says what must come of it: the digit that is read, "blank", or the beginning of
a sentence that says why not. Command line, page and server are tested with the same ones.
"""

import gzip
import io
import pickle
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tests.support.digit_drawings import draw

DIGIT = "7"  # what all good pictures of the corpus show
BLANK = "blank"
NO_PICTURE = "Expected a picture such as PNG or JPEG"
DAMAGED = "The picture is damaged or cut short"
EMPTY = "Expected a picture, found an empty file"
TOO_LARGE = "Expected at most 50 megapixels"
NAN = float("nan")


@dataclass(frozen=True)
class PictureCase:
    """A picture file and what must come of it.

    Attributes:
        name: of the file, with its ending.
        make: makes the file's bytes.
        outcome: the digit read, "blank", or how the sentence on the fault begins.
    """

    name: str
    make: Callable[[], bytes]
    outcome: str

    @cached_property
    def data(self) -> bytes:
        """The file."""
        return self.make()

    @property
    def is_refused(self) -> bool:
        """Whether a sentence is to come of it, and no reading."""
        return self.outcome not in (DIGIT, BLANK)


@cache
def seven() -> Image.Image:
    """A seven, dark on white, of 280 x 280 gray pixels."""
    drawn = draw(int(DIGIT), ink=(0, 0, 0), paper=(255, 255, 255))
    return Image.fromarray(np.ascontiguousarray(drawn[..., 0]))


def encode(picture: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """Write a picture as a file of Pillow's `kind`."""
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def deep(kind: str, dtype: str, *, scale: float) -> bytes:
    """The seven with other numbers as pixels."""
    levels = (np.asarray(seven()).astype(np.float64) * scale).astype(dtype)
    return encode(Image.fromarray(levels), kind)


def with_bad_floats() -> bytes:
    """A float TIFF, half of whose paper is no number or infinite."""
    levels = np.asarray(seven()).astype(np.float32)
    levels[:, :20] = NAN
    levels[:, -20:] = np.inf
    return encode(Image.fromarray(levels), "TIFF")


def transparent(mode: str) -> bytes:
    """The seven cut out: opaque ink, and no paper."""
    gray = np.asarray(seven())
    cut = np.zeros((*gray.shape, 4), np.uint8)
    cut[..., 3] = 255 - gray
    picture = Image.fromarray(cut)
    if mode == "P":
        picture = Image.fromarray((gray < 128).astype(np.uint8), "L").convert("P")
        picture.putpalette([255, 255, 255, 0, 0, 0])
        return encode(picture, "PNG", transparency=0)
    return encode(picture)


def turned(kind: str) -> bytes:
    """The seven on its side, with a note how to turn it upright."""
    exif = Image.Exif()
    exif[0x0112] = 8
    return encode(seven().rotate(-90), kind, exif=exif)


def animated(kind: str) -> bytes:
    """The seven, and then white paper."""
    white = Image.new("L", seven().size, 255)
    return encode(seven(), kind, save_all=True, append_images=[white, white])


def cut(kind: str, share: float = 0.5) -> bytes:
    """The first part of a file."""
    data = encode(seven(), kind)
    return data[: int(len(data) * share)]


def flipped(kind: str) -> bytes:
    """A file with bytes changed in the midst of its pixels."""
    data = bytearray(encode(seven(), kind))
    middle = len(data) // 2
    data[middle : middle + 8] = bytes(255 - byte for byte in data[middle : middle + 8])
    return bytes(data)


def png_chunk(kind: bytes, content: bytes) -> bytes:
    """Encode one chunk of a PNG file."""
    return (
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
    )


def png(width: int, height: int, *chunks: bytes) -> bytes:
    """Write a gray PNG file by hand, with a head that may lie."""
    head = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + png_chunk(b"IEND", b"")


def gif(width: int, height: int) -> bytes:
    """Write a GIF file by hand, with a head that may lie."""
    head = b"GIF89a" + struct.pack("<HHBBB", width, height, 0, 0, 0)
    frame = b"," + struct.pack("<HHHHB", 0, 0, width, height, 0)
    return head + frame + b"\x02\x02\x44\x01\x00;"


def text_bomb() -> bytes:
    """A PNG of a few kilobytes whose comment unpacks to 80 MB."""
    text = PngInfo()
    text.add_text("Comment", " " * 80_000_000, zip=True)
    return encode(seven(), "PNG", pnginfo=text)


def profile_bomb() -> bytes:
    """A PNG whose colour profile unpacks to 80 MB."""
    return encode(seven(), "PNG", icc_profile=bytes(80_000_000))


def many_pages(count: int, *, is_loop: bool) -> bytes:
    """A TIFF of one pixel, and of `count` empty pages behind it, the last back to the first."""
    tags = [(256, 4, 1, 1), (257, 4, 1, 1), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1),
            (273, 4, 1, 8), (277, 3, 1, 1), (278, 4, 1, 1), (279, 4, 1, 1)]  # fmt: skip
    entries = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    size = 2 + len(entries) + 4
    start = 10
    pages = [start + index * size for index in range(count + 1)]
    following = [*pages[1:], pages[0] if is_loop else 0]
    body = b"".join(
        struct.pack("<H", len(tags)) + entries + struct.pack("<I", n) for n in following
    )
    return b"II*\0" + struct.pack("<I", start) + b"\0\0" + body


def pickled() -> bytes:
    """A pickle that would make a folder if it were read."""

    class Harm:
        def __reduce__(self) -> tuple[Any, ...]:
            import os

            return os.mkdir, ("pickle-was-read",)

    return pickle.dumps(Harm())


def zipped() -> bytes:
    """A zip archive with the seven in it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("seven.png", encode(seven()))
    return buffer.getvalue()


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/hostname"/></svg>'
PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
# Pillow hands such files to Ghostscript, where that is installed: a program, not a picture.
EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(harm) (w) file\nshowpage\n%%EOF\n"

PICTURES: tuple[PictureCase, ...] = tuple(
    PictureCase(name, make, outcome)
    for name, make, outcome in (
        # Kinds of pictures that people have.
        ("gray.png", lambda: encode(seven()), DIGIT),
        ("one-bit.png", lambda: encode(seven().convert("1")), DIGIT),
        ("palette.png", lambda: encode(seven().convert("P")), DIGIT),
        ("palette-cut-out.png", lambda: transparent("P"), DIGIT),
        ("cut-out.png", lambda: transparent("RGBA"), DIGIT),
        ("gray-with-alpha.png", lambda: encode(seven().convert("LA")), DIGIT),
        ("sixteen-bit.png", lambda: deep("PNG", "uint16", scale=257), DIGIT),
        ("sixteen-bit.tiff", lambda: deep("TIFF", "uint16", scale=257), DIGIT),
        ("thirty-two-bit.tiff", lambda: deep("TIFF", "int32", scale=1 << 20), DIGIT),
        ("float.tiff", lambda: deep("TIFF", "float32", scale=1), DIGIT),
        ("float-zero-to-one.tiff", lambda: deep("TIFF", "float32", scale=1 / 255), DIGIT),
        ("negative-float.tiff", lambda: deep("TIFF", "float32", scale=-1), BLANK),
        ("nan-and-infinite.tiff", with_bad_floats, DIGIT),
        ("rgb.jpg", lambda: encode(seven().convert("RGB"), "JPEG"), DIGIT),
        ("cmyk.jpg", lambda: encode(seven().convert("CMYK"), "JPEG"), DIGIT),
        ("cmyk.tiff", lambda: encode(seven().convert("CMYK"), "TIFF"), DIGIT),
        ("ycbcr.tiff", lambda: encode(seven().convert("YCbCr"), "TIFF"), DIGIT),
        ("lab.tiff", lambda: encode(seven().convert("RGB").convert("LAB"), "TIFF"), DIGIT),
        ("progressive.jpg", lambda: encode(seven(), "JPEG", progressive=True), DIGIT),
        ("exif-turned.jpg", lambda: turned("JPEG"), DIGIT),
        ("exif-turned.png", lambda: turned("PNG"), DIGIT),
        ("exif-turned.webp", lambda: turned("WEBP"), DIGIT),
        ("animated.gif", lambda: animated("GIF"), DIGIT),
        ("animated.webp", lambda: animated("WEBP"), DIGIT),
        ("animated.png", lambda: animated("PNG"), DIGIT),
        ("pages.tiff", lambda: animated("TIFF"), DIGIT),
        ("lzw.tiff", lambda: encode(seven(), "TIFF", compression="tiff_lzw"), DIGIT),
        ("plain.bmp", lambda: encode(seven(), "BMP"), DIGIT),
        ("plain.pgm", lambda: encode(seven(), "PPM"), DIGIT),
        ("a-jpeg-called.png", lambda: encode(seven(), "JPEG"), DIGIT),
        ("a-webp-called.tif", lambda: encode(seven(), "WEBP"), DIGIT),
        ("rubbish-behind.png", lambda: encode(seven()) + bytes(1000), DIGIT),
        # Sizes.
        ("one-pixel.png", lambda: encode(Image.new("L", (1, 1))), BLANK),
        ("one-white-pixel.png", lambda: encode(Image.new("RGBA", (1, 1), "white")), BLANK),
        ("long-and-empty.png", lambda: encode(Image.new("L", (1, 100_000), 255)), BLANK),
        ("wide-and-empty.png", lambda: encode(Image.new("L", (100_000, 1), 255)), BLANK),
        ("bomb.png", lambda: encode(Image.new("1", (12_000, 12_000))), TOO_LARGE),
        ("bomb.gif", lambda: gif(60_000, 60_000), TOO_LARGE),
        ("lying-head.png", lambda: png(2**31 - 1, 2**31 - 1), TOO_LARGE),
        ("lying-head.pgm", lambda: b"P5 99999 99999 255\n" + bytes(100), TOO_LARGE),
        ("lying-head-within-limits.pgm", lambda: b"P5 7000 7000 255\n" + bytes(100), DAMAGED),
        ("no-width.pgm", lambda: b"P5 0 7 255\n", NO_PICTURE),
        ("no-size.gif", lambda: gif(0, 0), NO_PICTURE),
        ("text-bomb.png", text_bomb, DAMAGED),
        ("profile-bomb.png", profile_bomb, DAMAGED),
        ("pages-in-a-loop.tiff", lambda: many_pages(3, is_loop=True), BLANK),
        ("a-thousand-pages.tiff", lambda: many_pages(1000, is_loop=False), BLANK),
        # What is damaged.
        *((f"cut-short.{kind.lower()}", lambda kind=kind: cut(kind), DAMAGED)
          for kind in ("PNG", "JPEG", "BMP", "TIFF", "WEBP")),
        ("cut-short.gif", lambda: cut("GIF"), DAMAGED),
        ("cut-in-its-head.png", lambda: cut("PNG", 0.02), DAMAGED),
        ("changed-within.jpg", lambda: flipped("JPEG"), DAMAGED),
        ("no-pixels.png", lambda: png(28, 28), DAMAGED),
        ("no-colour-table.png", lambda: b"\x89PNG\r\n\x1a\n" + bytes(40), NO_PICTURE),
        # What is no picture.
        ("empty.png", lambda: b"", EMPTY),
        ("text.png", lambda: b"This is a text.\n" * 20, NO_PICTURE),
        ("drawing.svg.png", lambda: SVG, NO_PICTURE),
        ("page.pdf.png", lambda: PDF, NO_PICTURE),
        ("script.eps.png", lambda: EPS, NO_PICTURE),
        ("page.html.jpg", lambda: b"<!doctype html><img src=x onerror=alert(1)>", NO_PICTURE),
        ("archive.zip.png", zipped, NO_PICTURE),
        ("packed.gz.png", lambda: gzip.compress(encode(seven())), NO_PICTURE),
        ("pickle.png", pickled, NO_PICTURE),
        ("array.npy.png", lambda: b"\x93NUMPY\x01\x00" + bytes(100), NO_PICTURE),
        ("zeros.jpg", lambda: bytes(5000), NO_PICTURE),
        ("signature-only.jpg", lambda: b"\xff\xd8\xff\xe0", NO_PICTURE),
    )
)  # fmt: skip
