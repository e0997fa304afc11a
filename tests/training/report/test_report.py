"""The page of a run: whole in one file, with its figures, and harmless whatever things are called."""

import json
import re
import shutil
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.training.recipes.tiny import GREY, tiny_recipe, write_classes
from tests.training.runs import never
from training import events
from training.cli.parser import main
from training.config import load_config, save_config
from training.files import UserError, write_json
from training.listeners import JournalWriter
from training.loop import train
from training.recipes import get_recipe
from training.record import FOLDER
from training.report.gather import gather, read_report
from training.report.journal import epoch_grids, read_events
from training.report.page import duration
from training.report.write import write_report

HOSTILE = "<img src=x onerror=alert(1)>\"'&"
FIGURES = {
    "n": 12,
    "split": "test",
    "protocol": {"data": HOSTILE, "kd": "unbiased"},
    "metrics": {"kd_efficientnet_lite2": 0.25, "ssim": 0.5, f"odd{HOSTILE}": 1.0},
    "baselines": {HOSTILE: {"ssim": 0.4}},
    "discriminator": {"n": 9, "real": 0.75, "real_training": 0.5, "generated": 1.0, "protocol": "asked"},
    "nearest": {
        "n": 8,
        "among": 30,
        "generated": {"median": 1.25},
        "held_out": {"median": 2.5},
        "suspicious": 0.125,
        "protocol": "compared",
    },
}
CLASSIFIED = {
    "classifier": "softmax",
    "n": 100,
    "tested": 50,
    "accuracy": {name: {"real": 0.9, "generated": 0.8} for name in ("real", "generated", "mixed")},
    "chance": 0.1,
    "is_softmax": 3.5,
    "protocol": "trained",
}


class Reader(HTMLParser):
    """Collects tags, the addresses they point to, and text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.addresses: list[str] = []
        self.handlers: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses += [value or "" for name, value in attributes if name in ("src", "href", "xlink:href")]
        self.handlers += [name for name, _ in attributes if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def read(path: Path) -> Reader:
    reader = Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    return reader


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of four steps with two grids of samples, as the command line leaves it."""
    folder = tmp_path_factory.mktemp("report")
    classes = write_classes(folder / "classes")
    run = folder / "run"
    journal = JournalWriter(run)
    train(tiny_recipe("cgan", classes / GREY, run), journal, never)
    return run


@pytest.fixture
def run(finished: Path, tmp_path: Path) -> Path:
    shutil.copytree(finished, tmp_path / "run")
    return tmp_path / "run"


def test_the_page_holds_everything_and_asks_for_nothing(run: Path) -> None:
    write_json(run / FOLDER / "evaluation.json", FIGURES)
    write_json(run / FOLDER / "classifier-softmax.json", CLASSIFIED)
    path = write_report(run)
    page = read(path)
    assert page.tags.isdisjoint({"script", "link", "iframe", "object", "base", "form"})
    assert page.handlers == []
    assert len(page.addresses) == 3
    assert all(address.startswith("data:image/") for address in page.addresses)
    assert not re.search(r"url\(|@import", path.read_text(encoding="utf-8"))
    text = " ".join(page.text)
    for expected in (
        *("Kernel distance (efficientnet_lite2)", "0.25", "12 pictures of the test split"),
        *("Discriminator accuracy", "75.0%", "softmax", "90.00%", "12.5%"),
        *("100% · step 4", "d_real", "loss.l1", get_recipe("cgan").source.split(";")[0], ".8877"),
    ):
        assert expected in text, expected


def test_names_of_all_kinds_are_shown_as_they_are(run: Path) -> None:
    write_json(run / FOLDER / "evaluation.json", FIGURES)
    config = load_config(run / "config.toml")
    save_config(replace(config, recipe=HOSTILE, data=f"/data/{HOSTILE}"), run / "config.toml")
    journal = JournalWriter(run)
    journal(replace(next(e for e in read_events(run) if isinstance(e, events.Started)), labels=(HOSTILE,)))
    journal(events.StepDone(5, 5, {HOSTILE: 1.0}, 1.0, 1.0, 0.0, 0.1))
    journal(events.Warned(5, HOSTILE))
    samples = [e for e in read_events(run) if isinstance(e, events.SamplesReady)][-1]
    journal(replace(samples, labels=(HOSTILE,) * samples.rows))
    page = read(write_report(run))
    assert page.handlers == []
    assert "x" not in page.addresses
    assert " ".join(page.text).count(HOSTILE) >= 6


def test_json_lies_beside_the_page(run: Path, tmp_path: Path) -> None:
    assert main(["report", str(run), "--out", str(tmp_path / "mine.html")]) == 0
    found = json.loads((tmp_path / "mine.json").read_text(encoding="utf-8"))
    assert (found["recipe"]["name"], found["task"], found["evaluation"]) == ("cgan", "label-to-image", None)
    assert (found["length"]["step"], found["length"]["complete"]) == (4, True)
    assert found["curves"]["losses"]["d_real"]["step"] == [1, 2, 3, 4]
    assert [grid["step"] for grid in found["samples"]] == [0, 2, 4]
    assert found["data"]["labels"] == ["cats", "dogs", "owls"]
    assert found["versions"]["torch"]
    assert "Not measured yet" in (tmp_path / "mine.html").read_text(encoding="utf-8")
    with pytest.raises(UserError, match="no report yet"):
        read_report(run)
    write_report(run)
    assert read_report(run)["run"] == "run"


def test_the_grids_are_those_nearest_to_the_quarters(tmp_path: Path) -> None:
    for step in range(0, 1050, 50):
        path = tmp_path / "samples" / f"step-{step:08d}.png"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"")
    told = [
        events.SamplesReady(step, f"C:\\run\\samples\\step-{step:08d}.png") for step in range(0, 1050, 50)
    ]
    assert [grid.step for grid in epoch_grids(tmp_path, told, 1000)] == [0, 250, 500, 750, 1000]
    assert [grid.step for grid in epoch_grids(tmp_path, told[1:3], 1000)] == [50, 100]
    assert epoch_grids(tmp_path / "elsewhere", told, 1000) == []


def test_what_is_no_run_or_half_written_is_told_or_borne(run: Path, tmp_path: Path) -> None:
    assert main(["report", str(tmp_path / "nowhere")]) == 2
    with (run / "events.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"event": "StepDone", "step":\n[[[\n')
    for grid in (run / "samples").iterdir():
        grid.write_bytes(b"no picture")
    write_report(run)
    (run / "events.jsonl").unlink()
    with pytest.raises(UserError, match="not been trained"):
        gather(run)


def test_times_are_for_people() -> None:
    assert [duration(seconds) for seconds in (59, 61, 3725)] == ["59 s", "1 min 1 s", "1 h 2 min"]


def test_the_discriminator_alone_makes_a_page(run: Path) -> None:
    alone = {key: FIGURES[key] for key in ("discriminator", "nearest")} | {
        "nearest_state": "average at step 4"
    }
    write_json(run / FOLDER / "evaluation.json", alone)
    text = " ".join(read(write_report(run)).text)
    assert "75.0%" in text
    assert "compared; average at step 4" in text
    assert "Kernel distance" not in text
