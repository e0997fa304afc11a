"""Labels in a table: written, read back, found in a folder, and used in place of folders."""

from pathlib import Path

import pytest

from tests.training.data.trees import photo, save, write_idx, write_pairs, write_photos
from training.data.findings import FindingKind
from training.data.inspect import inspect
from training.data.labels_file import NAME, Suggestion, read_labels, read_rows, write_labels
from training.data.layouts import LayoutKind
from training.data.options import SourceConfig
from training.data.scan import read_layout
from training.data.source import open_splits
from training.files import UserError

ODD = 'a,"b"; \n=1+1'


def table(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_what_is_written_is_read_back_whatever_it_is_called(tmp_path: Path) -> None:
    rows = [Suggestion(f"deep/{ODD}.png", ODD, 0.25, "x"), Suggestion("lone\udc80.png", "plain")]
    write_labels(tmp_path / NAME, rows)
    assert read_labels(tmp_path / NAME) == {rows[0].file: ODD.strip(), rows[1].file: "plain"}
    assert (tmp_path / NAME).read_bytes().startswith(b"file,label,confidence,runner_up,settled\n")


def test_one_goes_on_with_a_table_where_one_left_off(tmp_path: Path) -> None:
    rows = (
        Suggestion("a.png", "cat", 0.25, "dog"),
        Suggestion("b.png", "dog", 1.0, settled=True),
        Suggestion("c.png", "", 1.0, "cat", settled=True),
    )
    write_labels(tmp_path / NAME, rows)
    assert read_rows(tmp_path / NAME) == rows
    assert read_labels(tmp_path / NAME) == {"a.png": "cat", "b.png": "dog"}


def test_a_table_that_does_not_tell_who_labelled_is_a_persons(tmp_path: Path) -> None:
    text = "file,label,confidence\na.png,cat,much\nb.png,,\nc.png,dog,7\n"
    assert read_rows(table(tmp_path / "mine.csv", text)) == (
        Suggestion("a.png", "cat", settled=True),
        Suggestion("c.png", "dog", settled=True),
    )


def test_tables_of_spreadsheets_are_read(tmp_path: Path) -> None:
    text = "\ufeffLabel;File;note\r\ncat;./a\\1.png;\r\n ;a/2.png;\r\ndog;b.png\r\n"
    assert read_labels(table(tmp_path / "mine.csv", text)) == {"a/1.png": "cat", "b.png": "dog"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("id,breed\n1,pug\n", "no columns"),
        ("", "no columns"),
        (b"file,label\n\xff\xfe,x\n", "UTF-8"),
        ("file,label\na,x\na,y\n", "two labels"),
        ("file,label\na," + "x" * 201, "201 letters"),
        ("file,label\n" + "".join(f"{i},{i}\n" for i in range(1001)), "1001 labels"),
        ('file,label\na,"' + "x" * 200_000, "no table"),
    ],
)
def test_what_is_no_table_of_labels_is_told_in_a_sentence(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(UserError, match=told) as error:
        read_labels(table(tmp_path / "mine.csv", text))
    assert str(error.value).endswith(".")
    with pytest.raises(UserError, match="cannot be read"):
        read_labels(tmp_path / "none.csv")


def test_a_table_in_the_folder_gives_the_labels_and_says_so(tmp_path: Path) -> None:
    write_photos(tmp_path, 40)
    write_labels(tmp_path / NAME, [Suggestion(f"{i:03d}.png", "ab"[i % 2]) for i in range(36)])
    report = inspect(tmp_path)
    assert report.reason == "36 of 40 pictures have one of 2 labels in labels.csv."
    assert report.counts == {"a": 18, "b": 18}
    assert report.found[FindingKind.UNLABELLED] == 4
    assert FindingKind.FOREIGN not in report.found
    opened = open_splits(tmp_path, ("train", "val"), 32)
    for dataset in opened.values():
        assert dataset.labels == ("a", "b")
        for name, label in zip(dataset.names, dataset.label_index, strict=True):
            assert label == int(Path(name).stem) % 2
    assert sum(len(dataset) for dataset in opened.values()) <= 36
    before = opened["train"].fingerprint
    write_labels(tmp_path / NAME, [Suggestion(f"{i:03d}.png", "ab"[i % 3 > 0]) for i in range(36)])
    assert open_splits(tmp_path, ("train",), 32)["train"].fingerprint != before


def test_a_table_overrules_folders_unless_those_are_asked_for(tmp_path: Path) -> None:
    for i in range(8):
        save(tmp_path / "xy"[i % 2] / f"{i}.png", photo(i))
    mine = table(
        tmp_path / "mine.csv",
        "file,label\n" + "".join(f"{'xy'[i % 2]}/{i}.png,l{i // 4}\n" for i in range(8)),
    )
    assert read_layout(tmp_path, SourceConfig())[0].labels == ("x", "y")
    layout, _ = read_layout(tmp_path, SourceConfig(labels=str(mine)))
    assert (layout.kind, layout.labels) == (LayoutKind.IMAGES, ("l0", "l1"))
    assert layout.alternatives == (LayoutKind.CLASSES, LayoutKind.SIDE_BY_SIDE)
    mine.rename(tmp_path / NAME)
    assert read_layout(tmp_path, SourceConfig())[0].labels == ("l0", "l1")
    assert read_layout(tmp_path, SourceConfig(layout="classes"))[0].labels == ("x", "y")


def test_pairs_are_labelled_by_either_picture(tmp_path: Path) -> None:
    write_pairs(tmp_path, 12, "lines", "colours")
    names = sorted(path.name for path in (tmp_path / "colours").iterdir())
    stem = {name: name.rpartition(".")[0] for name in names}
    lines = {path.stem: path.name for path in (tmp_path / "lines").iterdir()}
    rows = [Suggestion(f"colours/{name}", "a") for name in names[:6]]
    rows += [Suggestion(f"lines/{lines[stem[name]]}", "b") for name in names[6:]]
    write_labels(tmp_path / NAME, rows)
    dataset = open_splits(tmp_path, ("train",), 64)["train"]
    assert dataset.has_sketches
    assert dataset.labels == ("a", "b")
    assert [int(Path(name).name in names[6:]) for name in dataset.names] == dataset.label_index.tolist()


def test_other_tables_and_other_data_are_left_alone(tmp_path: Path) -> None:
    write_photos(tmp_path / "photos", 4)
    table(tmp_path / "photos" / NAME, "id,breed\n1,pug\n")
    assert read_layout(tmp_path / "photos", SourceConfig())[0].reason == "4 pictures without classes."
    table(tmp_path / "photos" / NAME, "file,label\nelsewhere.png,pug\n")
    assert read_layout(tmp_path / "photos", SourceConfig())[0].labels_file == ""
    with pytest.raises(UserError, match="names no picture"):
        read_layout(tmp_path / "photos", SourceConfig(labels=str(tmp_path / "photos" / NAME)))
    write_idx(tmp_path / "idx")
    with pytest.raises(UserError, match="its own labels"):
        read_layout(tmp_path / "idx", SourceConfig(labels="mine.csv"))
