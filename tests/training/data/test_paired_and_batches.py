"""Opening a prepared data set, and the batches made from it."""

import json
import threading
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from tests.training.data.shapes import LABELS, SIZE
from training.data import paired
from training.data.batches import Batch, Prefetcher, evaluation_batches, training_batch
from training.data.hints import regions
from training.data.options import AugmentConfig, HintConfig
from training.data.paired import PairedDataset
from training.data.palette import CODE_SIZE, palette_code
from training.files import UserError

AUGMENT, HINTS = AugmentConfig(), HintConfig()
BATCHES = Path(__file__).with_name("batches.npz")


def make(data: PairedDataset, step: int, seed: int = 1, size: int = 4, rows: range | None = None) -> Batch:
    return training_batch(data, step, seed, size, AUGMENT, HINTS, 8, rows=rows)


def same(one: Batch, other: Batch) -> bool:
    return all(np.array_equal(getattr(one, key), getattr(other, key)) for key in Batch.__dataclass_fields__)


def test_a_split_is_read_with_labels_families_and_strokes(shared_shapes: Path) -> None:
    data = PairedDataset.open(shared_shapes, "train", SIZE)
    assert len(data) == 13
    assert data.labels == tuple(LABELS)
    assert data.sketch.shape == (13, SIZE, SIZE)
    assert data.flats.shape == (13, SIZE, SIZE, 3)
    tone = data.names.index("train-round-0-tone")
    assert data.names[data.base[tone]] == "train-round-0"
    assert data.families[tone] == "train-round-0"
    assert (np.delete(data.base, tone) == -1).all()
    assert len(data.strokes(tone)) == 2
    assert data.problems == ()


def test_the_cache_gives_the_same_and_follows_changed_files(shapes: Path) -> None:
    first = PairedDataset.open(shapes, "val", SIZE)
    second = PairedDataset.open(shapes, "val", SIZE)
    assert np.array_equal(first.flats, second.flats)
    assert np.array_equal(first.strokes(0).points, second.strokes(0).points)
    (shapes / "val" / "sketch" / "boxes" / "val-box-0.png").write_bytes(b"")
    third = PairedDataset.open(shapes, "val", SIZE)
    assert third.names == ("val-round-0",)
    assert "val-box-0.png is empty" in third.problems[0]
    assert len(third.sketch) == 1


def test_pictures_are_scaled_to_the_size_asked_for(shared_shapes: Path) -> None:
    for size in (48, 128):
        assert PairedDataset.open(shared_shapes, "test", size).flats.shape == (2, size, size, 3)


def test_a_folder_that_cannot_hold_a_cache_works(shapes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (shapes / ".cache").write_text("in the way")
    data = PairedDataset.open(shapes, "train", SIZE)
    assert not isinstance(data.sketch, np.memmap)
    assert data.sketch.any()


def test_a_disk_without_room_for_the_decoded_pictures_is_told(
    shapes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(paired.shutil, "disk_usage", lambda folder: SimpleNamespace(free=1000))
        with pytest.raises(UserError, match="free some space"):
            PairedDataset.open(shapes, "train", 64)
    assert list((shapes / ".cache").iterdir()) == []
    assert len(PairedDataset.open(shapes, "train", 64))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("{", "cannot be read as JSON"),
        ("[]", "format that is not known"),
        ('{"format": 2}', "format that is not known"),
        ('{"format": 1}', "lists no labels"),
        ('{"format": 1, "labels": ["a"], "folders": ["../.."]}', "do not match"),
        ('{"format": 1, "labels": ["a", "b"], "folders": ["a"]}', "do not match"),
        ('{"format": 1, "labels": ["a"], "folders": ["a"], "families": 3}', "odd as families"),
    ],
)
def test_a_bad_description_is_refused(shapes: Path, content: str, sentence: str) -> None:
    (shapes / "dataset.json").write_text(content)
    with pytest.raises(UserError, match=sentence):
        PairedDataset.open(shapes, "train", SIZE)


def test_folders_without_data_are_refused_with_a_remedy(shapes: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="prepare openmoji"):
        PairedDataset.open(tmp_path / "nothing", "train", SIZE)
    with pytest.raises(UserError, match="holds no pictures in its extra split"):
        PairedDataset.open(shapes, "extra", SIZE)
    for image in (shapes / "val" / "image").rglob("*.png"):
        image.unlink()
    with pytest.raises(UserError, match="No pair in the val split"):
        PairedDataset.open(shapes, "val", SIZE)


def test_a_training_batch_is_a_function_of_its_arguments(shared_shapes: Path) -> None:
    data = PairedDataset.open(shared_shapes, "train", SIZE)
    one = make(data, 7)
    assert same(one, make(data, 7))
    assert not same(one, make(data, 8))
    assert not same(one, make(data, 7, seed=2))
    assert one.sketch.shape == (4, SIZE, SIZE)
    assert one.hints.shape == (4, SIZE, SIZE, 4)
    assert one.flats.shape == (4, SIZE, SIZE, 3)
    assert one.label.dtype == one.noise.dtype == np.float32


def test_batches_are_what_they_were_so_that_old_runs_resume(shared_shapes: Path) -> None:
    data = PairedDataset.open(shared_shapes, "train", SIZE)
    now = cells([make(data, step) for step in range(6)])
    with np.load(BATCHES) as before:
        assert sorted(before) == sorted(now)
        for key, were in before.items():
            # Other versions of the libraries and other processors round a pixel here and there otherwise.
            assert np.abs(now[key] - were).mean() < 0.05, key


def cells(batches: list[Batch]) -> dict[str, np.ndarray]:
    """The mean level (0..255) of every 8 x 8 pixels of the pictures; labels and noise in percent.

    ``np.savez_compressed(BATCHES, **cells(batches))`` wrote the file; anew only where no run is to go on.
    """
    side, found = SIZE // 8, {}
    for key in ("sketch", "hints", "flats"):
        pictures = np.concatenate([getattr(batch, key) for batch in batches])
        found[key] = pictures.reshape(-1, side, 8, side, 8, *pictures.shape[3:]).mean((2, 4), np.float32)
    for key in ("label", "noise"):
        found[key] = 100 * np.concatenate([getattr(batch, key) for batch in batches])
    return found


def test_several_processes_make_the_rows_of_one_batch(shared_shapes: Path) -> None:
    data = PairedDataset.open(shared_shapes, "train", SIZE)
    whole = make(data, 2)
    parts = [make(data, 2, rows=rows) for rows in (range(3), range(3, len(whole)))]
    for key in ("sketch", "hints", "flats", "label", "noise"):
        np.testing.assert_array_equal(
            np.concatenate([getattr(part, key) for part in parts]), getattr(whole, key)
        )


def test_a_batch_of_half_the_size_goes_on_where_the_last_one_ended(shared_shapes: Path) -> None:
    data = PairedDataset.open(shared_shapes, "train", SIZE)
    places: list[int] = []

    class Noting:
        def __getattr__(self, name: str) -> object:
            return getattr(data, name)

        def pick(self, place: int, rng: np.random.Generator) -> int:
            places.append(place)
            return data.pick(place, rng)

    settings = (AugmentConfig(enabled=False), HintConfig(enabled=False), 0)
    training_batch(Noting(), 0, 1, 4, *settings)  # type: ignore[arg-type]
    training_batch(Noting(), 1, 1, 2, *settings, offset=2)  # type: ignore[arg-type]
    training_batch(Noting(), 0, 1, 6, *settings)  # type: ignore[arg-type]
    assert places[:6] == places[6:]


def test_chosen_items_are_evaluated_as_in_the_whole_split(shared_shapes: Path) -> None:
    data = PairedDataset.open(shared_shapes, "train", SIZE)
    (whole,) = evaluation_batches(data, len(data), 2)
    (some,) = evaluation_batches(data, 8, 2, items=[1, 4])
    np.testing.assert_array_equal(some.hints, whole.hints[[1, 4]])
    np.testing.assert_array_equal(some.label, whole.label[[1, 4]])


def test_an_epoch_shows_every_family_once(shared_shapes: Path) -> None:
    data = PairedDataset.open(shared_shapes, "train", SIZE)
    plain, bare = AugmentConfig(enabled=False), HintConfig(enabled=False)
    families = len(set(data.families))
    assert families == 12
    by_flats = {data.flats[i].tobytes(): family for i, family in enumerate(data.families)}
    seen = Counter(
        by_flats[flats.tobytes()]
        for step in range(families // 4 * 2)
        for flats in training_batch(data, step, 3, 4, plain, bare, 0).flats
    )
    assert set(seen.values()) == {2}
    assert len(seen) == families


def test_labels_are_sometimes_dropped_and_mixed_but_never_wrong(shared_shapes: Path) -> None:
    data = PairedDataset.open(shared_shapes, "train", SIZE)
    plain, bare = AugmentConfig(enabled=False), HintConfig(enabled=False)
    labels = np.concatenate([training_batch(data, step, 0, 12, plain, bare, 0).label for step in range(40)])
    total = labels.sum(axis=1)
    assert set(np.round(total, 5)) == {0.0, 1.0}
    assert 0.1 < (total == 0).mean() < 0.2
    mixed = (labels.max(axis=1) < 1) & (total > 0)
    assert 0.05 < mixed.mean() < 0.16
    assert labels[mixed].max(axis=1).min() > 0.5


def test_noise_is_the_palette_of_the_truth_or_zeros(shared_shapes: Path) -> None:
    data = PairedDataset.open(shared_shapes, "train", SIZE)
    batch = make(data, 0, size=12)
    for sketch, flats, noise in zip(batch.sketch, batch.flats, batch.noise, strict=True):
        assert not noise.any() or np.array_equal(noise, palette_code(flats, sketch))
    kept = np.concatenate([make(data, step).noise.any(axis=1) for step in range(10)])
    assert 0.2 < kept.mean() < 0.8


def test_skin_tones_always_come_with_a_hint(shared_shapes: Path) -> None:
    data = PairedDataset.open(shared_shapes, "train", SIZE)
    tone = data.names.index("train-round-0-tone")
    found = 0
    for step in range(40):
        batch = training_batch(data, step, 0, 4, AugmentConfig(enabled=False), HintConfig(none=1, faint=0), 0)
        for i in range(4):
            if np.array_equal(batch.flats[i], data.flats[tone]):
                found += 1
                assert batch.hints[i, ..., 3].any()
    assert found > 2


def test_evaluation_goes_through_the_split_once_with_true_labels(shared_shapes: Path) -> None:
    data = PairedDataset.open(shared_shapes, "train", SIZE)
    batches = list(evaluation_batches(data, 5))
    assert [len(batch) for batch in batches] == [5, 5, 3]
    assert np.array_equal(np.concatenate([batch.sketch for batch in batches]), data.sketch)
    labels = np.concatenate([batch.label for batch in batches])
    assert np.array_equal(labels.argmax(axis=1), data.label_index)
    assert (labels.sum(axis=1) == 1).all()
    assert not any(batch.hints.any() for batch in batches)


def test_evaluation_hints_do_not_depend_on_the_batch_size(shared_shapes: Path) -> None:
    data = PairedDataset.open(shared_shapes, "train", SIZE)
    one = np.concatenate([batch.hints for batch in evaluation_batches(data, 5, hints=3, seed=2)])
    other = np.concatenate([batch.hints for batch in evaluation_batches(data, 13, hints=3, seed=2)])
    assert np.array_equal(one, other)
    found = regions(np.array(data.flats[0]), np.array(data.sketch[0]))
    assert set(np.unique(found[one[0, ..., 3] > 0])) == {1, 2}


def test_a_palette_code_tells_colours_apart_and_is_zero_without_any() -> None:
    paper = np.full((64, 64), 255, np.uint8)
    white = np.full((64, 64, 3), 255, np.uint8)
    red, blue = white.copy(), white.copy()
    red[10:50, 10:50], blue[10:50, 10:50] = (220, 40, 30), (30, 60, 220)
    assert not palette_code(white, paper).any()
    assert np.abs(palette_code(red, paper) - palette_code(blue, paper)).max() > 1
    assert palette_code(red, paper, 3).shape == (3,)
    with pytest.raises(ValueError, match="at most 8"):
        palette_code(red, paper, CODE_SIZE + 1)


def test_the_prefetcher_gives_what_make_gives_in_any_order(shared_shapes: Path) -> None:
    data = PairedDataset.open(shared_shapes, "train", SIZE)
    ahead = Prefetcher(lambda step: make(data, step), first_step=3)
    try:
        for step in (3, 4, 5, 9, 2):
            assert same(ahead.get(step), make(data, step))
    finally:
        ahead.close()


def test_the_prefetcher_raises_an_error_where_it_belongs_and_ends_its_thread() -> None:
    empty = np.zeros((1, 4, 4), np.uint8)
    fine = Batch(empty, empty, empty, np.zeros((1, 1), np.float32), np.zeros((1, 0), np.float32))

    def fail_at_two(step: int) -> Batch:
        if step == 2:
            raise UserError("the disk is gone")
        return fine

    ahead = Prefetcher(fail_at_two, first_step=1)
    assert ahead.get(1) is fine
    with pytest.raises(UserError, match="the disk is gone"):
        ahead.get(2)
    assert ahead.get(3) is fine
    ahead.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("batches")]


def test_names_in_json_that_do_not_exist_do_no_harm(shapes: Path) -> None:
    about = json.loads((shapes / "dataset.json").read_text())
    about["families"] = {}
    about["bases"] = {"train-round-0-tone": "gone"}
    (shapes / "dataset.json").write_text(json.dumps(about))
    data = PairedDataset.open(shapes, "train", SIZE)
    assert data.families == data.names
    assert (data.base == -1).all()
