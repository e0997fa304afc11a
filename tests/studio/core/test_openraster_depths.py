"""Layers of other programs in every kind of PNG: greys, palettes, 16 bits."""

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from studio.core.geometry import Rect
from studio.core.openraster import open_ora
from tests.fixtures.ora import STACK, archive

WIDTH, HEIGHT = 40, 30
GREY, GREY_ALPHA, RGB, RGBA, PALETTE = 0, 4, 2, 6, 3
ROW = np.arange(WIDTH * HEIGHT).reshape(HEIGHT, WIDTH) % 256
"""A ramp: every value of 8 bits is there."""


def png(kind: int, bits: int, samples: np.ndarray, extra: dict[bytes, bytes] | None = None) -> bytes:
    """A PNG written by hand, samples [h, w] or [h, w, channels], so that no library decides its kind."""
    height, width = samples.shape[:2]
    rows = samples.reshape(height, -1).astype(">u2" if bits == 16 else np.uint8)
    raw = b"".join(b"\0" + row.tobytes() for row in rows)
    chunks = {b"IHDR": struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, 0), **(extra or {})}
    chunks |= {b"IDAT": zlib.compress(raw), b"IEND": b""}
    packed = [
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks.items()
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


def grey(bits: int) -> bytes:
    return png(GREY, bits, ROW * (257 if bits == 16 else 1))


def grey_alpha(bits: int) -> bytes:
    return png(GREY_ALPHA, bits, np.dstack([ROW, ROW[::-1]]) * (257 if bits == 16 else 1))


def rgb16() -> bytes:
    return png(RGB, 16, np.dstack([ROW, 255 - ROW, ROW // 2]) * 257)


def rgba16() -> bytes:
    return png(RGBA, 16, np.dstack([ROW, 255 - ROW, ROW // 2, ROW[::-1]]) * 257)


def grey16_with_a_clear_value() -> bytes:
    return png(GREY, 16, ROW * 257, {b"tRNS": struct.pack(">H", 9 * 257)})


def palette() -> bytes:
    colours = np.stack([np.arange(256), 255 - np.arange(256), np.full(256, 7)], axis=1).astype(np.uint8)
    clear = np.arange(256).astype(np.uint8)
    return png(PALETTE, 8, ROW, {b"PLTE": colours.tobytes(), b"tRNS": clear.tobytes()})


OPAQUE = np.full_like(ROW, 255)
CASES: list[tuple[str, Callable[[], bytes], list[np.ndarray], bool]] = [
    ("grey", lambda: grey(8), [ROW, ROW, ROW, OPAQUE], False),
    ("grey of 16 bits", lambda: grey(16), [ROW, ROW, ROW, OPAQUE], True),
    (
        "grey of 16 bits, one value clear",
        grey16_with_a_clear_value,
        [ROW, ROW, ROW, np.where(ROW == 9, 0, 255)],
        True,
    ),
    ("grey and alpha", lambda: grey_alpha(8), [ROW, ROW, ROW, ROW[::-1]], False),
    ("grey and alpha of 16 bits", lambda: grey_alpha(16), [ROW, ROW, ROW, ROW[::-1]], True),
    ("colour of 16 bits", rgb16, [ROW, 255 - ROW, ROW // 2, OPAQUE], True),
    ("colour and alpha of 16 bits", rgba16, [ROW, 255 - ROW, ROW // 2, ROW[::-1]], True),
    ("palette with transparency", palette, [ROW, 255 - ROW, np.full_like(ROW, 7), ROW], False),
]


@pytest.mark.parametrize(
    ("make", "channels", "is_deep"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)
def test_layers_of_every_depth_open_with_their_own_colours(
    tmp_path: Path, make: Callable[[], bytes], channels: list[np.ndarray], is_deep: bool
) -> None:
    layers = '<layer name="A" src="data/a.png"/><layer name="B" src="data/a.png"/>'
    path = archive(tmp_path / "a.ora", {"stack.xml": STACK.format(layers), "data/a.png": make()})
    opened = open_ora(path)
    straight = np.dstack(channels).astype(np.float64)
    expected = straight.copy()
    expected[..., :3] *= straight[..., 3:] / 255
    pixels = opened.document.layers[0].surface.read(Rect(0, 0, WIDTH, HEIGHT))
    assert np.abs(pixels - expected).max() <= 1
    assert any("16 bits" in note for note in opened.notes) is is_deep
