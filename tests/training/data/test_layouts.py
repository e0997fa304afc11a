"""The arrangement of a folder is found by itself, and can be overruled."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from tests.training.data.trees import (
    write_cifar,
    write_idx,
    write_pairs,
    write_photos,
    write_side_by_side,
)
from training.data.layouts import Layout, LayoutKind, find_layout, spread
from training.data.places import find_labels, find_splits, without_split
from training.data.scan import Scan, scan
from training.files import UserError


def items(folder: Path, layout: Layout | None = None) -> Scan:
    return scan(folder, layout or find_layout(folder))


def test_loose_pictures(tmp_path: Path) -> None:
    write_photos(tmp_path, 5)
    layout = find_layout(tmp_path)
    assert (layout.kind, layout.labels, layout.splits) == (LayoutKind.IMAGES, (), ())
    assert layout.reason == "5 pictures without classes."
    assert len(items(tmp_path)) == 5


def test_one_folder_in_a_folder_is_no_class(tmp_path: Path) -> None:
    write_photos(tmp_path / "photos" / "2024", 5)
    assert find_layout(tmp_path).kind is LayoutKind.IMAGES


@pytest.mark.parametrize("wrapped", ["", "data/pictures"])
def test_a_folder_for_each_class_also_nested_and_in_any_script(tmp_path: Path, wrapped: str) -> None:
    for i, name in enumerate(("猫", "Hunde", "кони/белые")):
        write_photos(tmp_path / wrapped / name, 4, 10 * i)
    layout = find_layout(tmp_path)
    assert layout.kind is LayoutKind.CLASSES
    assert layout.labels == ("Hunde", "кони", "猫")
    assert "a folder for each of 3 classes" in layout.reason
    assert layout.alternatives == (LayoutKind.IMAGES, LayoutKind.SIDE_BY_SIDE)
    assert items(tmp_path).label.tolist().count(1) == 4


def test_loose_pictures_beside_classes_are_left_out_and_told(tmp_path: Path) -> None:
    write_photos(tmp_path / "cats", 10)
    write_photos(tmp_path / "dogs", 10, 20)
    write_photos(tmp_path, 1, 50)
    found = items(tmp_path)
    assert len(found) == 20
    assert found.findings[0].text.startswith("The folder . does not fit")


@pytest.mark.parametrize(
    ("train", "val", "test"), [("train", "val", "test"), ("Training", "Validation", "TEST")]
)
@pytest.mark.parametrize("kind", ["images", "classes", "paired", "side_by_side"])
def test_splits_are_seen_in_every_layout(tmp_path: Path, train: str, val: str, test: str, kind: str) -> None:
    for i, split in enumerate((train, val, test)):
        folder, count, first = tmp_path / split, (6, 4, 2)[i], 20 * i
        if kind == "images":
            write_photos(folder, count, first)
        elif kind == "classes":
            write_photos(folder / "a", count // 2, first)
            write_photos(folder / "b", count // 2, first + 10)
        elif kind == "paired":
            write_pairs(folder, count, first=first)
        else:
            write_side_by_side(folder, count, first=first)
    layout = find_layout(tmp_path)
    assert layout.kind == kind
    assert layout.splits == ("train", "val", "test")
    found = items(tmp_path)
    assert [(found.split == i).sum() for i in range(3)] == [6, 4, 2]
    assert found.labels == (("a", "b") if kind == "classes" else ())


def test_a_class_named_test_is_no_split(tmp_path: Path) -> None:
    write_photos(tmp_path / "test", 3)
    write_photos(tmp_path / "exam", 3, 10)
    assert find_layout(tmp_path).labels == ("exam", "test")


@pytest.mark.parametrize("names", [("sketch", "image"), ("Line Art", "Photos"), ("edges", "target")])
@pytest.mark.parametrize("order", ["roles first", "classes first", "no classes"])
def test_paired_folders_by_their_names(tmp_path: Path, names: tuple[str, str], order: str) -> None:
    for i, label in enumerate(("cats", "dogs")):
        if order == "roles first":
            write_pairs(tmp_path, 4, *names, inside=label, first=10 * i)
        elif order == "classes first":
            write_pairs(tmp_path / label, 4, *names, first=10 * i)
    if order == "no classes":
        write_pairs(tmp_path, 4, *names)
    layout = find_layout(tmp_path)
    assert layout.kind is LayoutKind.PAIRED
    assert not layout.inverted
    assert layout.labels == (() if order == "no classes" else ("cats", "dogs"))
    found = items(tmp_path)
    assert found.sketches is not None
    for sketch, image in zip(found.sketches, found.images, strict=True):
        assert Path(sketch).stem == Path(image).stem
        assert names[0] in sketch
        assert names[1] in image


def test_splits_inside_paired_folders(tmp_path: Path) -> None:
    for i, split in enumerate(("train", "test")):
        write_pairs(tmp_path, 5 - i, "lines", "colour", inside=split, first=10 * i)
    layout = find_layout(tmp_path)
    assert (layout.kind, layout.splits, layout.labels) == (LayoutKind.PAIRED, ("train", "test"), ())
    assert (items(tmp_path).split == 0).sum() == 5


@pytest.mark.parametrize("names", [("線画", "着色"), ("b", "a")])
def test_paired_folders_whose_names_say_nothing_are_known_by_what_they_show(
    tmp_path: Path, names: tuple[str, str]
) -> None:
    write_pairs(tmp_path, 6, *names)
    layout = find_layout(tmp_path)
    assert layout.kind is LayoutKind.PAIRED
    assert dict(layout.roles)[names[0]] == "sketch"


def test_two_classes_that_number_their_files_alike_are_no_pairs(tmp_path: Path) -> None:
    write_photos(tmp_path / "cats", 6)
    write_photos(tmp_path / "dogs", 6, 20)
    layout = find_layout(tmp_path)
    assert layout.kind is LayoutKind.CLASSES
    forced = find_layout(tmp_path, LayoutKind.PAIRED)
    assert forced.kind is LayoutKind.PAIRED
    assert "as you chose" in forced.reason


def test_white_lines_on_black_are_seen(tmp_path: Path) -> None:
    write_pairs(tmp_path, 6)
    for path in (tmp_path / "sketch").iterdir():
        ImageOps.invert(Image.open(path).convert("L")).save(path)
    assert find_layout(tmp_path).inverted


@pytest.mark.parametrize("direction", ["left", "right"])
def test_side_by_side_pairs_in_either_direction(tmp_path: Path, direction: str) -> None:
    write_side_by_side(tmp_path, 6, direction)
    layout = find_layout(tmp_path)
    assert (layout.kind, layout.direction) == (LayoutKind.SIDE_BY_SIDE, direction)
    other = "left" if direction == "right" else "right"
    assert find_layout(tmp_path, LayoutKind.SIDE_BY_SIDE, other).direction == other


def test_wide_photos_are_no_pairs(tmp_path: Path) -> None:
    from tests.training.data.trees import photo, save

    for i in range(6):
        save(tmp_path / f"{i}.png", photo(i, 60, 120))
    assert find_layout(tmp_path).kind is LayoutKind.IMAGES


@pytest.mark.parametrize(("write", "kind"), [(write_idx, "idx"), (write_cifar, "cifar")])
def test_the_files_of_mnist_and_cifar(tmp_path: Path, write: Callable[[Path], object], kind: str) -> None:
    write(tmp_path)
    assert find_layout(tmp_path).kind == kind


def test_a_prepared_data_set(shared_shapes: Path) -> None:
    layout = find_layout(shared_shapes)
    assert layout.kind is LayoutKind.PREPARED
    assert layout.labels == ("Round things", "Boxes")
    assert find_layout(shared_shapes, LayoutKind.PAIRED).kind is LayoutKind.PAIRED


def test_what_cannot_be_is_refused_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds no pictures"):
        find_layout(tmp_path)
    with pytest.raises(UserError, match="no folder"):
        find_layout(tmp_path / "nothing")
    write_photos(tmp_path, 3)
    for kind in (LayoutKind.CLASSES, LayoutKind.PAIRED, LayoutKind.IDX, LayoutKind.PREPARED):
        with pytest.raises(UserError, match="cannot be read as"):
            find_layout(tmp_path, kind)


def test_pictures_that_are_all_broken_have_a_layout_still(tmp_path: Path) -> None:
    for i in range(3):
        (tmp_path / f"{i}.png").write_bytes(b"")
    assert find_layout(tmp_path).kind is LayoutKind.IMAGES


NAMES = st.sampled_from(["train", "test", "val", "cats", "犬", "sketch", "image", "a b", "Ω"])
FOLDERS = st.dictionaries(st.lists(NAMES, max_size=4).map("/".join), st.integers(1, 50), min_size=1)


@given(FOLDERS)
def test_whatever_the_folders_are_called_splits_and_labels_hold_together(counts: dict[str, int]) -> None:
    rests = {folder: tuple(folder.split("/")) if folder else () for folder in counts}
    splits = find_splits(rests, counts)
    assert not splits or ("train" in splits.values() and len(set(splits.values())) > 1)
    for folder in splits:
        assert len(without_split(rests[folder])) == len(rests[folder]) - 1
    labels = find_labels(rests, counts)
    assert len(labels) != 1
    assert len(set(labels)) == len(labels)
    assert set(labels) <= {rest[0] for rest in rests.values() if rest}


@given(st.lists(st.integers(), unique=True, max_size=60), st.integers(1, 30))
def test_items_are_spread_evenly(values: list[int], count: int) -> None:
    chosen = spread(values, count)
    assert len(chosen) == min(count, len(values))
    assert [value for value in values if value in set(chosen)] == chosen
