"""Every text stands out from what lies under it, in both themes."""

import pytest

from studio.ui.palette import DARK, LIGHT, Palette, colour_names, contrast

TEXT_PAIRS = [
    (text, ground)
    for text in ("text", "muted", "link")
    for ground in ("window", "panel", "raised", "field", "hover")
] + [("on_accent", "accent"), ("on_accent", "accent_hover")]

SHAPE_PAIRS = [
    (shape, ground)
    for shape in ("control", "idle", "working", "live", "trouble", "accent")
    for ground in ("window", "panel", "raised")
]


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=lambda palette: palette.name)
@pytest.mark.parametrize(("text", "ground"), TEXT_PAIRS)
def test_text_contrast_is_at_least_four_and_a_half(palette: Palette, text: str, ground: str) -> None:
    assert contrast(getattr(palette, text), getattr(palette, ground)) >= 4.5


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=lambda palette: palette.name)
@pytest.mark.parametrize(("shape", "ground"), SHAPE_PAIRS)
def test_dots_and_borders_of_controls_are_seen(palette: Palette, shape: str, ground: str) -> None:
    assert contrast(getattr(palette, shape), getattr(palette, ground)) >= 3.0


def test_contrast_of_black_and_white_is_21() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#ffffff", "#000000") == pytest.approx(21.0)


def test_surround_is_neutral_grey() -> None:
    for palette in (LIGHT, DARK):
        red, green, blue = (int(palette.surround[i : i + 2], 16) for i in (1, 3, 5))
        assert max(red, green, blue) - min(red, green, blue) <= 4


def test_the_themes_differ_in_every_colour_but_shared_greys() -> None:
    shared = {name for name in colour_names() if getattr(LIGHT, name) == getattr(DARK, name)}
    assert shared <= {"control"}
