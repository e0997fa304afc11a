"""Work that is no training, as the window asks for it: a request, and the path of what came of it."""

import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.training.metrics.test_suggest import write_coloured
from tests.training.processes import LONGEST_S, REPOSITORY
from tests.training.recipes.tiny import GREY, tiny_recipe, write_classes
from tests.training.runs import never
from training import commands, events
from training.data.labels_file import suggestions_from
from training.errands import ERRANDS
from training.evaluation_options import ClassifierConfig, EvaluationOptions, options_from
from training.files import UserError, read_json
from training.listeners import JournalWriter
from training.loop import train
from training.record import read_kept


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("errands")
    run = folder / "run"
    train(tiny_recipe("cgan", write_classes(folder, 12) / GREY, run), JournalWriter(run), never)
    return run


def test_options_survive_their_way_and_are_checked() -> None:
    options = EvaluationOptions(split="val", nearest=0, classifier=ClassifierConfig("resnet18", epochs=3))
    assert options_from(json.loads(json.dumps(asdict(options)))) == options
    with pytest.raises(UserError, match="ask again"):
        options_from({"everything": True})
    with pytest.raises(UserError, match="classifier epochs"):
        options_from({"classifier": {"epochs": 0}})


def test_a_run_is_measured_then_reported(run: Path) -> None:
    told: list[tuple[int, int, str]] = []

    def show(done: int, total: int, text: str) -> None:
        told.append((done, total, text))

    options = EvaluationOptions(split="val", figures=False, nearest=0, classifier=ClassifierConfig(epochs=1))
    request = {"run": str(run), "options": asdict(options)}
    assert ERRANDS["evaluate"](request, show, lambda: False) == run / "report"
    kept = read_kept(run)
    assert kept.evaluation is not None
    assert set(kept.evaluation) == {"discriminator", "date"}
    assert [one["classifier"] for one in kept.classifiers] == ["softmax"]
    assert "average at step 4" in kept.classifiers[0]["protocol"]
    assert {"The model is made ready", "The classifier learns from mixed pictures"} <= {
        text for _, _, text in told
    }
    page = ERRANDS["report"]({"run": str(run)}, show, lambda: False)
    assert "Classifier accuracy" in page.read_text(encoding="utf-8")


def test_suggestions_survive_their_way_whatever_files_are_called(tmp_path: Path) -> None:
    pictures = write_coloured(tmp_path / "new", 6, 2, labelled=False)
    odd = "odd-\udcff.png" if os.name == "posix" and sys.platform != "darwin" else "odd-ü.png"
    (pictures / "blue-0.png").rename(pictures / odd)
    request = {
        "folder": str(pictures),
        "like": str(write_coloured(tmp_path / "known", 12, 1, labelled=True)),
        "model": None,
        "out": str(tmp_path / "out.json"),
    }
    found = suggestions_from(read_json(ERRANDS["suggest"](request, lambda *_: None, lambda: False)))
    assert len(found.rows) == 6
    assert odd in {row.file for row in found.rows}
    assert sum(found.examples.values()) == 12


@pytest.mark.slow
@pytest.mark.timeout(LONGEST_S)
@pytest.mark.parametrize("told", [None, commands.Stop()], ids=["finished", "stopped"])
def test_a_process_does_the_work_and_gives_it_up_when_told(run: Path, told: commands.Command | None) -> None:
    options = EvaluationOptions(split="val", figures=False, nearest=0)
    lines = [json.dumps({"task": "evaluate", "run": str(run), "options": asdict(options)})]
    if told is not None:
        lines.append(commands.to_json(told))
    process = subprocess.Popen(
        [sys.executable, "-m", "training.worker"],
        cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdin is not None
    process.stdin.write("\n".join(lines) + "\n")
    process.stdin.flush()
    assert process.stdout is not None
    said = [events.from_json(line) for line in process.stdout]
    process.stdin.close()
    assert process.wait() == 0, process.stderr and process.stderr.read()
    if told is None:
        assert said[-1] == events.Written(str(run / "report"))
    else:
        assert not any(isinstance(event, events.Written) for event in said)
