from pathlib import Path

import numpy as np
import pytest

from studio.core.compose import sketch_of
from studio.core.fill import enclosed_region
from studio.core.openraster import open_ora
from tests.fixtures.drawings import FIXTURES, draw_fixture
from tests.fixtures.samples import SAMPLES

LABELS = {
    "Smileys",
    "People",
    "Animals & nature",
    "Food & drink",
    "Travel & places",
    "Activities",
    "Objects",
    "Symbols",
}


@pytest.mark.parametrize("name", [name.lower() for name in SAMPLES])
def test_sample_drawing_opens_without_a_remark(repository: Path, name: str) -> None:
    opened = open_ora(repository / "assets" / "samples" / f"{name}.ora")
    assert opened.notes == ()
    document = opened.document
    assert (document.width, document.height) == (1024, 1024)
    assert document.choices.labels[0][0] in LABELS
    ink = document.line.surface.alpha(document.rect)
    assert 0.03 < (ink > 127).mean() < 0.2


def test_fixtures_cover_every_label() -> None:
    assert {fixture.label for fixture in FIXTURES.values()} == LABELS
    assert len(FIXTURES) >= 24


@pytest.mark.parametrize("name", ["smiley", "cupcake", "warning"])
def test_fixture_is_drawn_by_a_hand_the_same_each_time(name: str) -> None:
    first, again, other = draw_fixture(name, 256), draw_fixture(name, 256), draw_fixture(name, 256, seed=99)
    pixels = [sketch_of(document.snapshot(), 256, 256) for document in (first, again, other)]
    assert np.array_equal(pixels[0], pixels[1])
    assert not np.array_equal(pixels[0], pixels[2])
    assert len(first.history) == len(FIXTURES[name].draw())


def test_a_hand_drawn_smiley_is_still_a_region_of_its_own() -> None:
    document = draw_fixture("smiley", 512)
    region = enclosed_region(document.line.surface.alpha(document.rect), 256, 330, 16)
    assert 0.3 < region.mean() < 0.5
