"""Decoding pictures from anywhere: what is odd is put right, what is broken is refused in a sentence."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from training.files import UserError
from training.images import describe, facts, load_image, load_image_bytes


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def declared_png(width: int, height: int) -> bytes:
    """A PNG that declares a size and holds next to nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


RED = Image.new("RGB", (20, 10), (200, 30, 40))


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF", "BMP"])
def test_usual_pictures_come_as_they_are(kind: str) -> None:
    image = load_image_bytes(encoded(RED, kind, **({"lossless": True} if kind == "WEBP" else {})), "a")
    assert image.mode == "RGB"
    assert image.size == (20, 10)
    assert image.getpixel((3, 3)) == (200, 30, 40)
    assert describe(image) == []


def test_a_file_is_read_by_its_content_not_its_name(tmp_path: Path) -> None:
    path = tmp_path / "größe 大.jpg"
    path.write_bytes(encoded(RED))
    assert load_image(path).getpixel((0, 0)) == (200, 30, 40)


def test_transparency_is_kept() -> None:
    image = load_image_bytes(encoded(Image.new("RGBA", (4, 4), (1, 2, 3, 77))), "a")
    assert image.mode == "RGBA"
    assert image.getpixel((0, 0)) == (1, 2, 3, 77)
    palette = Image.new("P", (4, 4), 0)
    palette.putpalette([9, 8, 7])
    assert load_image_bytes(encoded(palette, transparency=0), "a").getpixel((0, 0))[3] == 0


def test_cmyk_is_converted() -> None:
    image = load_image_bytes(encoded(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG"), "a")
    assert image.mode == "RGB"
    red, green, blue = image.getpixel((4, 4))
    assert red > 200
    assert max(green, blue) < 60
    assert describe(image) == ["CMYK converted"]


def test_sixteen_bits_are_scaled_not_clipped() -> None:
    ramp = np.linspace(0, 65535, 256).astype(np.uint16).reshape(16, 16)
    for kind in ("PNG", "TIFF"):
        image = load_image_bytes(encoded(Image.fromarray(ramp), kind), "a")
        grey = np.asarray(image)[..., 0].ravel().astype(int)
        assert np.abs(grey - np.arange(256)).max() <= 1
        assert describe(image) == ["16 bits converted to 8 bits"]


def test_floats_are_scaled() -> None:
    values = np.array([[0.0, 0.5, 1.0, np.nan]], np.float32)
    image = load_image_bytes(encoded(Image.fromarray(values), "TIFF"), "a")
    assert [pixel[0] for pixel in np.asarray(image)[0]] == [0, 128, 255, 0]


def test_an_animation_gives_its_first_frame() -> None:
    frames = [Image.new("RGB", (6, 6), colour) for colour in ("red", "blue", "lime")]
    for kind in ("GIF", "WEBP", "PNG", "TIFF"):
        data = encoded(frames[0], kind, save_all=True, append_images=frames[1:])
        image = load_image_bytes(data, "a")
        red, green, blue = image.getpixel((2, 2))[:3]
        assert red > 200, kind
        assert max(green, blue) < 40, kind
        assert describe(image) == ["3 frames: the first is used"]


def test_a_photo_is_turned_upright_once() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    image = load_image_bytes(encoded(RED, "JPEG", exif=exif.tobytes()), "a")
    assert image.size == (10, 20)
    assert describe(image) == ["turned upright as its EXIF data says"]
    assert 0x0112 not in image.getexif()


def test_one_pixel_is_a_picture() -> None:
    assert load_image_bytes(encoded(Image.new("L", (1, 1), 7)), "a").getpixel((0, 0)) == (7, 7, 7)


@pytest.mark.parametrize("size", [(30_000, 30_000), (10_000, 10_000), (1, 2**31 - 1)])
def test_declared_giants_are_refused_before_decoding(size: tuple[int, int]) -> None:
    with pytest.raises(UserError, match=r"big\.png has too many pixels.*scale it to at most 64 megapixels"):
        load_image_bytes(declared_png(*size), "big.png")


def test_the_limit_is_the_callers() -> None:
    with pytest.raises(UserError, match="20 x 10"):
        load_image_bytes(encoded(RED), "a", max_pixels=199)
    assert load_image_bytes(encoded(RED), "a", max_pixels=200).size == (20, 10)


def test_our_limit_holds_when_pillows_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)
    with pytest.raises(UserError, match="too many pixels"):
        load_image_bytes(declared_png(30_000, 30_000), "a")


def test_zero_bytes_are_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "nothing.png").write_bytes(b"")
    with pytest.raises(UserError, match=r"nothing\.png is empty"):
        load_image(tmp_path / "nothing.png")


def test_missing_files_and_folders_are_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="does not exist"):
        load_image(tmp_path / "gone.png")
    with pytest.raises(UserError, match="cannot be read"):
        load_image(tmp_path)


@pytest.mark.parametrize("data", [b"hello, I am text", b"%!PS-Adobe-3.0 EPSF-3.0\n", b"<svg/>", b"\0" * 64])
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(UserError, match="is no picture"):
        load_image_bytes(data, "x.png")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF", "GIF", "BMP"])
def test_truncated_pictures_are_refused(kind: str) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    data = encoded(Image.fromarray(noise), kind)
    for share in (0.1, 0.5, 0.9):
        with pytest.raises(UserError, match="x is"):
            load_image_bytes(data[: int(len(data) * share)], "x")


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["PNG", "JPEG", "WEBP", "TIFF", "GIF"]), st.data())
def test_any_damage_gives_a_picture_or_a_sentence(kind: str, data: st.DataObject) -> None:
    content = bytearray(encoded(RED, kind))
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    image, sentence = None, ""
    try:
        image = load_image_bytes(bytes(content), "x")
    except UserError as error:
        sentence = str(error)
    assert sentence.startswith("x ") if image is None else image.mode in ("RGB", "RGBA")


def test_facts_tell_what_a_file_held(tmp_path: Path) -> None:
    turned = Image.Exif()
    turned[0x0112] = 6
    Image.new("RGB", (40, 20), "red").save(tmp_path / "a.jpg", exif=turned)
    found = facts(load_image(tmp_path / "a.jpg"))
    assert (found.width, found.height, found.turned) == (20, 40, True)
    assert not any((found.grey, found.cmyk, found.deep, found.transparent))
    Image.new("L", (8, 8)).save(tmp_path / "b.png")
    assert facts(load_image(tmp_path / "b.png")).grey
    Image.new("RGBA", (8, 8), (0, 0, 0, 255)).save(tmp_path / "c.png")
    assert not facts(load_image(tmp_path / "c.png")).transparent
    Image.new("RGBA", (8, 8), (0, 0, 0, 254)).save(tmp_path / "c.png")
    assert facts(load_image(tmp_path / "c.png")).transparent
    assert facts(Image.new("RGB", (3, 4))).width == 3


@pytest.mark.parametrize("orientation", [1, 6])
def test_large_jpeg_files_may_come_reduced_and_say_their_full_size(tmp_path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.radial_gradient("L").resize((1600, 800)).convert("RGB").save(tmp_path / "a.jpg", exif=exif)
    small, whole = load_image(tmp_path / "a.jpg", at_least=150), load_image(tmp_path / "a.jpg")
    assert min(small.size) == 200
    assert facts(small) == facts(whole)
    assert sorted(whole.size) == [800, 1600]
    difference = np.asarray(whole.resize(small.size, Image.Resampling.BOX), int) - np.asarray(small, int)
    assert np.abs(difference).mean() < 2
