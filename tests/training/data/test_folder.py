"""Any folder as a data set: the same surface as a prepared one, and nothing in the folder changed."""

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.training.data.trees import (
    line_drawing,
    photo,
    save,
    write_cifar,
    write_idx,
    write_pairs,
    write_photos,
    write_side_by_side,
)
from training.data import folder as folder_module
from training.data.batches import Batch, evaluation_batches, training_batch
from training.data.dataset import CancelledError, Dataset
from training.data.folder import Groups
from training.data.options import AugmentConfig, HintConfig, SketchConfig, SourceConfig
from training.data.paired import PairedDataset
from training.data.source import open_dataset, open_splits
from training.files import UserError
from training.folders import datasets_dir

SIZE = 64
AUGMENT, HINTS = AugmentConfig(), HintConfig()
PLAIN, BARE = AugmentConfig(enabled=False), HintConfig(enabled=False)


def make(data: Dataset, step: int, seed: int = 0, size: int = 3) -> Batch:
    return training_batch(data, step, seed, size, AUGMENT, HINTS, 8)


def same(one: Batch, other: Batch) -> bool:
    return all(np.array_equal(getattr(one, key), getattr(other, key)) for key in Batch.__dataclass_fields__)


def state(folder: Path) -> dict[str, tuple[int, int]]:
    return {
        str(path): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


WRITERS = {
    "images": lambda folder: write_photos(folder, 10),
    "classes": lambda folder: [write_photos(folder / name, 6, 10 * i) for i, name in enumerate("ab")],
    "paired": lambda folder: write_pairs(folder, 10),
    "side_by_side": lambda folder: write_side_by_side(folder, 10, "right"),
    "idx": write_idx,
    "cifar": write_cifar,
}


@pytest.mark.parametrize("kind", WRITERS)
def test_every_layout_gives_batches_that_are_functions_of_their_arguments(tmp_path: Path, kind: str) -> None:
    WRITERS[kind](tmp_path / "set")  # type: ignore[no-untyped-call]
    before = state(tmp_path / "set")
    data = open_dataset(tmp_path / "set", "train", SIZE)
    one = make(data, 5)
    assert one.sketch.shape == (3, SIZE, SIZE)
    assert one.flats.shape == (3, SIZE, SIZE, 3)
    assert one.hints.shape == (3, SIZE, SIZE, 4)
    assert one.sketch.dtype == one.flats.dtype == np.uint8
    assert (one.sketch < 200).any()
    assert one.label.shape == (3, len(data.labels))
    again = open_dataset(tmp_path / "set", "train", SIZE)
    assert again.fingerprint == data.fingerprint
    assert same(one, make(again, 5))
    assert not same(one, make(data, 6))
    assert data.name == "set"
    assert data.lines == (kind in ("paired", "side_by_side"))
    assert one.lines == data.lines
    assert state(tmp_path / "set") == before


def test_a_prepared_folder_is_opened_as_ever(shared_shapes: Path) -> None:
    data = open_dataset(shared_shapes, "train", SIZE)
    assert isinstance(data, PairedDataset)


def test_evaluation_sees_each_picture_of_a_split_once_and_always_alike(tmp_path: Path) -> None:
    WRITERS["classes"](tmp_path)  # type: ignore[no-untyped-call]
    splits = open_splits(tmp_path, ("train", "val"), SIZE)
    assert len(splits["train"]) + len(splits["val"]) == 12
    assert len(splits["val"]) >= 2
    assert not set(splits["train"].names) & set(splits["val"].names)
    first, second = ([*evaluation_batches(open_dataset(tmp_path, "val", SIZE), 2, hints=2)] for _ in range(2))
    assert all(same(one, other) for one, other in zip(first, second, strict=True))
    label = np.concatenate([batch.label for batch in first])
    assert np.array_equal(label.argmax(axis=1), splits["val"].label_index)


def test_an_epoch_shows_every_picture_once_and_copies_together(tmp_path: Path) -> None:
    write_photos(tmp_path, 12)
    save(tmp_path / "copy.png", photo(3))
    data = open_dataset(tmp_path, "train", SIZE)
    assert len(data) > len(data.members) or "003.png" not in list(data.names)
    units = len(data.members)
    seen = [flats.tobytes() for step in range(units) for flats in _plain(data, step).flats]
    assert len(set(seen)) == units


def _plain(data: Dataset, step: int) -> Batch:
    return training_batch(data, step, 0, 1, PLAIN, BARE, 0)


def test_paired_drawings_keep_their_lines_and_colours(tmp_path: Path) -> None:
    for i in range(4):
        sketch = line_drawing(i, SIZE)
        save(tmp_path / "sketch" / f"{i}.png", sketch)
        ground = np.full((SIZE, SIZE, 3), (40 * i + 60, 200, 90), np.uint8)
        save(tmp_path / "image" / f"{i}.png", (ground * (sketch[..., None] / 255.0)).astype(np.uint8))
    data = open_dataset(tmp_path, "train", SIZE)
    assert data.lines
    for index, name in enumerate(data.names):
        clean = data.clean(index)
        number = int(Path(name).stem)
        assert np.array_equal(clean.sketch, line_drawing(number, SIZE))
        assert np.abs(clean.flats.astype(int) - (40 * number + 60, 200, 90)).max() <= 2


def test_photos_are_their_own_target_and_cut_to_their_middle(tmp_path: Path) -> None:
    for i in range(4):
        wide = np.zeros((SIZE, 3 * SIZE, 3), np.uint8)
        wide[:, SIZE : 2 * SIZE] = photo(i, SIZE, SIZE)
        save(tmp_path / f"{i}.png", wide)
    data = open_dataset(tmp_path, "train", SIZE, SourceConfig(layout="images"))
    clean = data.clean(0)
    assert np.array_equal(clean.flats, photo(int(Path(data.names[0]).stem), SIZE, SIZE))
    padded = open_dataset(tmp_path, "train", SIZE, SourceConfig(layout="images", fit="pad")).clean(0)
    assert (padded.flats[:20] == 255).all()
    squeezed = open_dataset(tmp_path, "train", SIZE, SourceConfig(layout="images", fit="stretch")).clean(0)
    assert (squeezed.flats[:, :20] == 0).all()


def test_lines_can_be_said_to_lie_over_factory_sketches_too(tmp_path: Path) -> None:
    write_photos(tmp_path, 6)
    data = open_dataset(tmp_path, "train", SIZE, SourceConfig(lines="over"))
    assert data.lines
    assert make(data, 0).lines


def test_a_photo_is_not_padded_with_white_when_it_is_turned(tmp_path: Path) -> None:
    for i in range(4):
        save(tmp_path / f"{i}.png", np.minimum(photo(i), 200))
    data = open_dataset(tmp_path, "train", SIZE)
    lightest = max(training_batch(data, step, 0, 3, AUGMENT, BARE, 0).flats.max() for step in range(6))
    assert lightest <= 202


def test_exclusions_come_from_the_settings_and_from_a_list(tmp_path: Path) -> None:
    write_photos(tmp_path / "set" / "sub", 8)
    (tmp_path / "out.json").write_text(json.dumps(["sub/001.png"]))
    source = SourceConfig(excluded=("sub\\000.png",), excluded_list=str(tmp_path / "out.json"))
    splits = open_splits(tmp_path / "set", ("train", "val"), SIZE, source)
    names = {name for data in splits.values() for name in data.names}
    assert names == {f"sub/{i:03d}.png" for i in range(2, 8)}
    (tmp_path / "out.json").write_text("{}")
    with pytest.raises(UserError, match="no JSON list"):
        open_dataset(tmp_path / "set", "train", SIZE, source)


def test_broken_pictures_are_left_out_and_told(tmp_path: Path) -> None:
    write_photos(tmp_path, 6)
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / "cut.png").write_bytes((tmp_path / "000.png").read_bytes()[:200])
    (tmp_path / "text.jpg").write_text("no picture")
    data = open_dataset(tmp_path, "train", SIZE)
    assert len(data.problems) == 3
    assert any("empty.png is empty" in problem for problem in data.problems)
    for i in range(6):
        (tmp_path / f"{i:03d}.png").write_bytes(b"")
    with pytest.raises(UserError, match="No picture in"):
        open_dataset(tmp_path, "train", SIZE)


def test_pictures_removed_meanwhile_are_replaced_and_told(tmp_path: Path) -> None:
    write_photos(tmp_path, 8)
    data = open_dataset(tmp_path, "train", SIZE, SourceConfig(cache_gb=0))
    gone = list(data.names)[1]
    (tmp_path / gone).unlink()
    assert np.array_equal(data.clean(1).flats, data.clean(2).flats)
    assert any(gone in problem for problem in data.problems)
    for path in tmp_path.glob("*.png"):
        path.unlink()
    with pytest.raises(UserError, match="have gone"):
        data.clean(0)


def test_the_cache_saves_decoding_and_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_pairs(tmp_path, 8)
    direct = open_dataset(tmp_path, "train", SIZE, SourceConfig(cache_gb=0))
    expected = [make(direct, step) for step in range(3)]
    open_dataset(tmp_path, "train", SIZE)
    warm = open_dataset(tmp_path, "train", SIZE)
    assert all(same(make(warm, step), expected[step]) for step in range(3))
    monkeypatch.setattr(folder_module, "read_item", lambda *_: pytest.fail("decoded again"))
    assert all(same(make(warm, step), expected[step]) for step in range(3))
    assert list(datasets_dir().glob("*/pictures-*.bin"))


def test_another_run_over_an_inspected_folder_opens_no_file_to_measure_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from training.data import measure

    write_photos(tmp_path, 8)
    first = open_dataset(tmp_path, "train", SIZE)
    monkeypatch.setattr(measure, "read_item", lambda *_: pytest.fail("measured again"))
    assert open_dataset(tmp_path, "train", 96).fingerprint == first.fingerprint
    monkeypatch.undo()
    save(tmp_path / "new.png", photo(99))
    changed = open_dataset(tmp_path, "train", SIZE)
    assert changed.fingerprint != first.fingerprint


def test_cancelling_keeps_what_was_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from training.data import measure

    write_photos(tmp_path, 12)
    asked = iter([False] * 8 + [True] * 100)
    with pytest.raises(CancelledError):
        open_dataset(tmp_path, "train", SIZE, cancelled=lambda: next(asked))
    opened: list[int] = []
    read = measure.read_item
    monkeypatch.setattr(
        measure, "read_item", lambda scan, index, least: opened.append(index) or read(scan, index, least)
    )
    open_dataset(tmp_path, "train", SIZE)
    assert 0 < len(opened) < 12


def test_a_user_cache_that_cannot_be_written_or_is_damaged_does_no_harm(tmp_path: Path) -> None:
    write_photos(tmp_path / "set", 6)
    expected = open_dataset(tmp_path / "set", "train", SIZE)
    for path in datasets_dir().rglob("*"):
        if path.is_file():
            path.write_bytes(b"damaged" * 40)
    damaged = open_dataset(tmp_path / "set", "train", SIZE)
    assert same(make(damaged, 0), make(expected, 0))
    shutil.rmtree(datasets_dir())
    datasets_dir().write_text("in the way")
    without = open_dataset(tmp_path / "set", "train", SIZE)
    assert without.fingerprint == expected.fingerprint
    assert same(make(without, 0), make(expected, 0))


def test_progress_ends_with_all_pictures(tmp_path: Path) -> None:
    write_photos(tmp_path, 6)
    told: list[tuple[int, int]] = []
    open_dataset(tmp_path, "train", SIZE, on_progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (6, 6)


def test_what_cannot_be_opened_is_refused_with_a_remedy(tmp_path: Path) -> None:
    write_photos(tmp_path, 1)
    with pytest.raises(UserError, match="no pictures in its val split"):
        open_dataset(tmp_path, "val", SIZE)
    with pytest.raises(UserError, match="weight above 0"):
        open_dataset(
            tmp_path, "train", SIZE, sketch=SketchConfig(canny=0, xdog=0, pencil=0, threshold=0, lines=0)
        )


def test_the_seed_draws_other_splits_and_the_labels_matter(tmp_path: Path) -> None:
    write_photos(tmp_path, 40)
    prints = {open_dataset(tmp_path, "train", SIZE, seed=seed).fingerprint for seed in range(3)}
    assert len(prints) == 3


def test_settings_of_the_factory_reach_the_samples(tmp_path: Path) -> None:
    write_photos(tmp_path, 4)
    only = SketchConfig(canny=0, xdog=0, pencil=0, threshold=1, lines=0, redraw=0)
    plain = replace(AUGMENT, enabled=False)
    data = open_dataset(tmp_path, "train", SIZE, sketch=only)
    batch = training_batch(data, 0, 0, 3, plain, BARE, 0)
    assert set(np.unique(batch.sketch)) <= {0, 255}


def test_relatives_stay_in_one_split(tmp_path: Path) -> None:
    for i in range(40):
        save(tmp_path / f"{i}.png", photo(i))
        save(tmp_path / f"{i} again.jpg", photo(i), quality=60)
    splits = open_splits(tmp_path, ("train", "val", "test"), SIZE)
    for data in splits.values():
        numbers = [Path(name).stem.split()[0] for name in data.names]
        assert all(numbers.count(number) == 2 for number in numbers)
        assert len(set(data.families)) == len(numbers) // 2


def test_names_that_are_no_unicode_are_read(tmp_path: Path) -> None:
    write_photos(tmp_path, 4)
    try:
        os.rename(tmp_path / "000.png", os.fsencode(tmp_path) + b"/caf\xe9.png")
    except OSError:
        pytest.skip("the file system knows Unicode names alone")
    splits = open_splits(tmp_path, ("train", "val"), SIZE)
    assert sum(len(data) for data in splits.values()) == 4


def test_groups_hold_every_place_once() -> None:
    groups = Groups(np.array([7, 3, 7, 3, 9]))
    assert [group.tolist() for group in groups] == [[0, 2], [1, 3], [4]]
    assert len(groups) == 3
    assert groups[-1].tolist() == [4]
    with pytest.raises(IndexError):
        groups[3]
