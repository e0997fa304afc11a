"""Batches of pictures that no drawing belongs to: their variation, their labels, their noise; and views."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.training.data.shapes import write_set
from tests.training.data.trees import photo
from tests.training.recipes.tiny import COLOUR, GREY, LABELS, write_classes
from training.data.batches import LabelUse, picture_batch, picture_batches
from training.data.dataset import Dataset, under_lines
from training.data.options import AugmentConfig, HintConfig, SketchConfig, VaryConfig
from training.data.source import open_dataset
from training.data.vary import in_channels, is_grey, vary_picture
from training.data.views import as_read
from training.suitable import found_channels

STILL = VaryConfig()
ALL = LabelUse(0.0, 0.0)


@pytest.fixture(scope="module")
def classes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_classes(tmp_path_factory.mktemp("classes"), 4)


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return open_dataset(write_set(tmp_path_factory.mktemp("pairs") / "set"), "train", 64)


def moved(vary: VaryConfig, seed: int = 0) -> NDArray[np.uint8]:
    return vary_picture(photo(1, 32, 32), np.random.default_rng(seed), vary)


def test_a_picture_is_varied_only_as_asked_and_alike_for_equal_seeds() -> None:
    picture = photo(1, 32, 32)
    assert (moved(STILL) == picture).all()
    assert (moved(VaryConfig(mirror=1.0)) == picture[:, ::-1]).all()
    for vary in (VaryConfig(rotate_deg=30), VaryConfig(shift_px=4), VaryConfig(zoom=0.2)):
        assert (moved(vary) != picture).any()
        assert (moved(vary) == moved(vary)).all()
        assert (moved(vary) != moved(vary, seed=1)).any()


def test_a_shift_is_a_random_crop_with_the_edge_repeated() -> None:
    picture = np.zeros((16, 16, 1), np.uint8)
    picture[8, 8] = 255
    places = {
        tuple(np.argwhere(vary_picture(picture, np.random.default_rng(seed), VaryConfig(shift_px=2)))[0, :2])
        for seed in range(200)
    }
    assert places == {(8 + down, 8 + right) for down in range(-2, 3) for right in range(-2, 3)}
    white = np.full((16, 16, 1), 255, np.uint8)
    varied = vary_picture(white, np.random.default_rng(0), VaryConfig(rotate_deg=30, shift_px=4, zoom=0.3))
    assert (varied == 255).all()


def test_grey_is_told_from_colour_and_loses_nothing() -> None:
    grey = np.repeat(photo(3, 20, 20)[..., :1], 3, axis=2)
    assert is_grey(grey)
    assert not is_grey(photo(3, 20, 20))
    assert (in_channels(grey, 1) == grey[..., :1]).all()
    assert in_channels(photo(3, 20, 20), 3).shape == (20, 20, 3)


def test_pictures_come_with_their_own_label_and_no_sketch_is_made(
    classes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from training.data import folder

    def never_made(*_: object) -> None:
        raise AssertionError("a sketch was made")

    monkeypatch.setattr(folder, "make_sketch", never_made)
    data = open_dataset(classes / COLOUR, "train", 32, sketch=SketchConfig())
    assert data.labels == LABELS
    batch = picture_batch(data, 3, 1, 4, VaryConfig(rotate_deg=9), ALL, 5, 3)
    assert (batch.pictures.shape, batch.label.shape, batch.noise.shape) == ((4, 32, 32, 3), (4, 3), (4, 5))
    assert (batch.label.sum(axis=1) == 1).all()
    again = picture_batch(data, 3, 1, 4, VaryConfig(rotate_deg=9), ALL, 5, 3)
    parted = picture_batch(data, 3, 1, 4, VaryConfig(rotate_deg=9), ALL, 5, 3, rows=range(2, 4))
    for name in ("pictures", "label", "noise"):
        assert (getattr(batch, name) == getattr(again, name)).all()
        assert (getattr(batch, name)[2:] == getattr(parted, name)).all()
    assert (picture_batch(data, 4, 1, 4, STILL, ALL, 5, 3).noise != batch.noise).all()
    grey = picture_batch(data, 0, 1, 4, STILL, ALL, 5, 1)
    assert grey.pictures.shape == (4, 32, 32, 1)
    with pytest.raises(AssertionError, match="sketch"):
        data.clean(0)


def test_labels_are_dropped_and_mixed_as_often_as_asked(classes: Path) -> None:
    data = open_dataset(classes / GREY, "train", 8)
    some = LabelUse(dropped=0.5, mixed=0.25)
    label = np.concatenate([picture_batch(data, i, 0, 32, STILL, some, 1, 1).label for i in range(20)])
    assert (label.sum(axis=1) == 0).mean() == pytest.approx(0.5, abs=0.06)
    assert ((label > 0).sum(axis=1) == 2).mean() == pytest.approx(0.25, abs=0.06)


def test_held_out_pictures_come_unvaried_in_order_with_the_same_noise(classes: Path) -> None:
    data = open_dataset(classes / COLOUR, "train", 16)
    items = [5, 0, 3]
    small, large = (list(picture_batches(data, size, 4, 3, 7, items)) for size in (2, 3))
    assert [len(batch) for batch in small] == [2, 1]
    for name in ("pictures", "label", "noise"):
        parts = np.concatenate([getattr(batch, name) for batch in small])
        assert (parts == getattr(large[0], name)).all()
    assert (large[0].pictures[1] == data.picture(0)).all()
    assert large[0].label.argmax(axis=1).tolist() == [int(data.label_index[item]) for item in items]


def test_channels_are_found_in_the_pictures(classes: Path) -> None:
    assert found_channels(open_dataset(classes / GREY, "train", 16)) == 1
    assert found_channels(open_dataset(classes / COLOUR, "train", 16)) == 3


def test_the_picture_of_a_drawing_is_its_lines_over_its_colours(pairs: Dataset) -> None:
    clean = pairs.clean(1)
    assert (pairs.picture(1) == under_lines(clean.flats, clean.sketch)).all()
    assert pairs.has_sketches


def test_a_view_joins_lines_and_hides_labels_and_leaves_the_rest(pairs: Dataset) -> None:
    assert as_read(pairs, labelled=True, whole=False) is pairs
    whole = as_read(pairs, labelled=False, whole=True)
    assert (whole.lines, whole.labels, len(whole)) == (False, (), len(pairs))
    assert (whole.fingerprint, whole.name, whole.split) == (pairs.fingerprint, pairs.name, pairs.split)
    assert (whole.clean(2).flats == pairs.picture(2)).all()
    augment, hints = AugmentConfig(), HintConfig(enabled=False)
    drawn = pairs.sample(0, np.random.default_rng(4), augment, hints)
    joined = whole.sample(0, np.random.default_rng(4), augment, hints)
    assert (joined.sketch == drawn.sketch).all()
    assert (joined.flats == under_lines(drawn.flats, drawn.sketch)).all()
    assert (whole.label_index == 0).all()
