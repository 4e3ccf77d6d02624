"""Pictures of all kinds come out upright, as uint8; others as one sentence."""

import base64
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from digits.preprocessing.image_io import (
    ImageError,
    Limits,
    TooLargeError,
    decode_image,
    load_image,
    to_data_url,
)


def encode(picture: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def half_dark(mode: str = "L") -> Image.Image:
    """A picture of 40 x 20 pixels, dark on its left."""
    gray = np.full((20, 40), 200, np.uint8)
    gray[:, :20] = 10
    return Image.fromarray(gray).convert(mode)


@pytest.mark.parametrize(
    ("mode", "shape"),
    [("1", (20, 40)), ("L", (20, 40)), ("P", (20, 40, 3)), ("RGB", (20, 40, 3)),
     ("RGBA", (20, 40, 4)), ("LA", (20, 40, 4))],
)  # fmt: skip
def test_modes_of_png_come_as_gray_rgb_or_rgba(mode: str, shape: tuple[int, ...]) -> None:
    image = decode_image(encode(half_dark(mode)))
    assert image.dtype == np.uint8 and image.shape == shape
    assert image[10, 5].flat[0] < image[10, 35].flat[0]


def test_cmyk_is_read_as_rgb() -> None:
    assert decode_image(encode(half_dark("CMYK"), "JPEG")).shape == (20, 40, 3)


@pytest.mark.parametrize("bits", [8, 12, 16])
def test_deep_pictures_keep_their_contrast(bits: int) -> None:
    levels = np.asarray(half_dark()).astype(np.uint16) << (bits - 8)
    image = decode_image(encode(Image.fromarray(levels)))
    np.testing.assert_array_equal(image, np.asarray(half_dark()))


def test_a_transparent_palette_keeps_its_alpha() -> None:
    image = decode_image(encode(half_dark("P"), transparency=10))
    assert image.shape == (20, 40, 4)
    assert set(np.unique(image[..., 3])) == {0, 255}


def test_a_photo_is_turned_upright_as_its_exif_says() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held on its side
    image = decode_image(encode(half_dark(), "JPEG", exif=exif))
    assert image.shape == (40, 20)
    assert image[5, 10] < 50 < image[35, 10]  # what was left is now above


def test_the_first_frame_of_an_animation_is_read() -> None:
    frames = [half_dark(), Image.new("L", (40, 20), 128)]
    image = decode_image(encode(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    assert image[10, 5].flat[0] < 50


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "empty file"),
        (b"no picture at all", "found none"),
        (encode(half_dark())[:60], "damaged or cut short"),
    ],
)
def test_what_is_no_picture_is_refused(data: bytes, sentence: str) -> None:
    with pytest.raises(ImageError, match=sentence):
        decode_image(data)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="cannot be read"):
        load_image(tmp_path / "gone.png")


def test_too_many_bytes_are_refused_unread() -> None:
    with pytest.raises(TooLargeError, match=r"at most 1 MB, found 2\.0 MB"):
        decode_image(bytes(2 << 20), limits=Limits(max_bytes=1 << 20))


def test_too_many_pixels_are_refused_before_they_are_unpacked() -> None:
    """A small file of 144 megapixels; unpacking it would take 144 MB."""
    data = encode(Image.new("1", (12000, 12000)))
    assert len(data) < 100_000
    with pytest.raises(ImageError, match="at most 50 megapixels, found 144"):
        decode_image(data)


def test_limits_hold_for_paths_as_for_bytes(tmp_path: Path) -> None:
    path = tmp_path / "noise.png"
    path.write_bytes(encode(Image.effect_noise((400, 400), 90)))  # some 100 kB
    with pytest.raises(TooLargeError, match=r"at most 0\.0477 MB, found 0\.\d MB"):
        load_image(path, limits=Limits(max_bytes=50_000))
    with pytest.raises(TooLargeError, match=r"at most 0\.1 megapixels"):
        load_image(path, limits=Limits(max_megapixels=0.1))


def test_limits_above_the_default_hold_for_paths(tmp_path: Path) -> None:
    path = tmp_path / "large.ppm"
    path.write_bytes(b"P6 3000 2500 255\n" + bytes(3000 * 2500 * 3))  # 21.5 MB
    with pytest.raises(TooLargeError):
        load_image(path)
    assert load_image(path, limits=Limits(max_bytes=30 << 20)).shape == (2500, 3000, 3)


def test_pillows_own_limit_is_a_picture_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    with pytest.raises(TooLargeError, match="Expected at most 50 megapixels"):
        decode_image(encode(half_dark()))


@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 3), (5, 7, 4)], ids=["gray", "RGB", "RGBA"])
def test_a_picture_in_a_data_url_keeps_every_pixel(shape: tuple[int, ...]) -> None:
    picture = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    for url in (to_data_url(picture), to_data_url((picture / 255).astype(np.float32))):
        kind, _, data = url.partition(",")
        assert kind == "data:image/png;base64"
        np.testing.assert_array_equal(Image.open(io.BytesIO(base64.b64decode(data))), picture)
