"""Other artists' emoji as more drawings to learn from: read, redrawn, and kept apart from what is tested."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from tests.training.data.packs import pack
from training.data.emoji_families import LABELS, split_of
from training.data.emoji_sets import EmojiSet, read_sets
from training.data.flat_lines import WORKED_PX, redraw
from training.data.more_emoji import PALETTE, others, render_others
from training.files import UserError

SWATCHES = np.array([list(bytes.fromhex(name)) for name in PALETTE], np.float32) / 255
RED, GREEN = (0xEA, 0x5A, 0x47), (0x5C, 0x9E, 0x31)


def drawn(*discs: tuple[tuple[int, int, int, int], tuple[int, ...]]) -> np.ndarray:
    """Discs on a transparent ground, RGBA, at the side at which areas are found."""
    image = Image.new("RGBA", (WORKED_PX, WORKED_PX))
    for box, colour in discs:
        ImageDraw.Draw(image).ellipse([value * WORKED_PX // 64 for value in box], colour)
    return np.asarray(image)


def test_names_without_code_points_are_known_from_other_packs_and_from_unicode(tmp_path: Path) -> None:
    first = pack(tmp_path / "first", {"a-pear": "<g/>"}, {"1f350": "a-pear"})
    second = pack(tmp_path / "second", {"a-pear": "<g/>", "redapple": "<g/>", "a-logo": "<g/>"})
    sets = read_sets([first, second])
    assert set(sets[0].drawings) == {"1F350"}
    assert set(sets[1].drawings) == {"1F350", "1F34E"}
    assert (sets[1].prefix, sets[1].author, sets[1].licence) == ("second", "An artist", "CC BY 4.0")


@pytest.mark.parametrize("broken", ["missing", "no json", "no drawings", "a list"])
def test_what_is_no_pack_is_refused_with_a_sentence(broken: str, tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    if broken != "missing":
        pack(folder, {"a": "<g/>"})
        content = {"no json": "{", "no drawings": '{"prefix": "x"}', "a list": "[]"}[broken]
        (folder / "icons.json").write_text(content, encoding="utf-8")
    with pytest.raises(UserError, match="is no emoji pack"):
        read_sets([folder])


def test_nothing_is_learnt_of_the_relatives_of_what_is_tested() -> None:
    fruit = [f"{point:X}" for point in range(0x1F345, 0x1F354)]
    held_out = {name for name in fruit if split_of(name) != "train"}
    assert held_out, "the fruit have to be in several splits for this test"
    emoji = EmojiSet("some", "", "", "", dict.fromkeys([*fruit, "1F44B-1F3FD", "1F1E6-1F1E8"], "<svg/>"))
    taken = {item.name.removesuffix(".some") for item in others([emoji], {})}
    assert taken == set(fruit) - held_out  # and neither skin tones nor flags
    # A drawing that OpenMoji draws with the lines of a tested one is its relative.
    relative = next(iter(held_out))
    joined = others([emoji], dict.fromkeys(fruit, relative))
    assert not joined


def test_areas_become_lines_and_the_nearest_swatches() -> None:
    picture = drawn(((4, 4, 60, 60), (*RED, 255)), ((20, 20, 44, 44), (100, 160, 60, 255)))
    made = redraw(picture, SWATCHES, 128, np.random.default_rng(0))
    assert made is not None
    assert made.sketch.shape == (128, 128)
    assert made.image.shape == (128, 128, 3)
    assert tuple(made.image[64, 64]) == GREEN
    assert tuple(made.image[64, 20]) == RED
    assert tuple(made.image[2, 2]) == (255, 255, 255)
    assert made.sketch[64, 64] == made.sketch[64, 20] == made.sketch[2, 2] == 255
    crossed = np.flatnonzero(made.sketch[64] < 128)
    gaps = np.flatnonzero(np.diff(crossed) > 1)
    assert len(gaps) == 3, "a row through the middle crosses four lines"


def test_shades_are_one_area_and_eyes_are_ink() -> None:
    picture = drawn(
        ((4, 4, 60, 60), (252, 234, 43, 255)),
        ((30, 4, 60, 34), (246, 228, 48, 255)),
        ((20, 20, 25, 27), (40, 40, 40, 255)),
        ((39, 20, 44, 27), (40, 40, 40, 255)),
    )
    made = redraw(picture, SWATCHES, 128, np.random.default_rng(0))
    assert made is not None
    assert made.sketch[47, 45] < 30  # an eye
    middle = made.sketch[60:100, 30:100]
    assert (middle == 255).all()  # no line parts the shades


@pytest.mark.parametrize("colour", [None, (*RED, 255)])
def test_nothing_to_part_is_no_drawing(colour: tuple[int, ...] | None) -> None:
    picture = drawn() if colour is None else np.full((WORKED_PX, WORKED_PX, 4), colour, np.uint8)
    assert redraw(picture, SWATCHES, 128, np.random.default_rng(0)) is None


def test_pairs_are_written_and_what_cannot_be_drawn_is_left_out(tmp_path: Path) -> None:
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">'
        '<circle cx="32" cy="32" r="{}" fill="#fc3"/></svg>'
    )
    shapes = {"1F600": svg.format(24), "1F601": svg.format(0), "1F602": "no drawing", "1F34E": svg.format(20)}
    chosen = others([EmojiSet("some", "", "", "", shapes)], dict.fromkeys(shapes, "family of training"))
    assert split_of("family of training") == "train"
    done: list[int] = []
    pairs = [(tmp_path / f"{item.name}.s.png", tmp_path / f"{item.name}.i.png") for item in chosen]
    kept = render_others(chosen, pairs, 64, done.append)
    assert [item.name for item in kept] == ["1F34E.some", "1F600.some"]
    assert [list(LABELS)[item.label] for item in kept] == ["Food & Drink", "Smileys & Emotion"]
    assert done[-1] == 4
    with (
        Image.open(tmp_path / "1F600.some.i.png") as face,
        Image.open(tmp_path / "1F34E.some.i.png") as fruit,
    ):
        # A face's amber is OpenMoji's yellow; a fruit may be amber.
        assert face.getpixel((32, 32)) == (0xFC, 0xEA, 0x2B)
        assert fruit.getpixel((32, 32)) != (0xFC, 0xEA, 0x2B)
