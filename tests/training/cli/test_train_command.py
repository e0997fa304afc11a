"""``train`` when it is interrupted, and when what it is told over a pipe is no command."""

import collections
import json
import signal
import sys
from pathlib import Path

import pytest

from tests.training.runs import TINY
from training import commands, events
from training.checkpoint import last_checkpoint
from training.cli import train as command
from training.cli.parser import main
from training.config import TrainConfig
from training.listeners import JOURNAL, ProgressBar

SETTINGS = [word for setting in TINY for word in ("--set", setting)]


def given(pairs: Path, run: Path, *more: str) -> list[str]:
    return ["train", "--recipe", "lineart", "--data", str(pairs), "--run", str(run), *SETTINGS, *more]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_training_saves_its_state_and_goes_on_from_there(
    pairs: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    number: signal.Signals,
) -> None:
    class Interrupting(ProgressBar):
        def __call__(self, event: events.Event) -> None:
            super().__call__(event)
            if isinstance(event, events.StepDone) and event.step == 1:
                signal.raise_signal(number)

    monkeypatch.setattr(command, "ProgressBar", Interrupting)
    before = signal.getsignal(number)
    assert main(given(pairs, tmp_path / "run")) == 0
    assert last_checkpoint(tmp_path / "run").step == 1
    assert signal.getsignal(number) is before
    assert f"step 1. Go on with: sketch-train resume {tmp_path / 'run'}" in capsys.readouterr().err
    monkeypatch.undo()
    assert main(["resume", str(tmp_path / "run")]) == 0
    lines = (tmp_path / "run" / JOURNAL).read_text(encoding="utf-8").splitlines()
    steps = [event["step"] for event in map(json.loads, lines) if event["event"] == "StepDone"]
    assert steps == [1, 2, 3, 4]
    assert "sketch-train export" in capsys.readouterr().err


def test_a_second_interrupt_stops_at_once_and_the_last_checkpoint_is_whole(
    pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Impatient(ProgressBar):
        def __call__(self, event: events.Event) -> None:
            super().__call__(event)
            if isinstance(event, events.StepDone) and event.step == 3:
                signal.raise_signal(signal.SIGINT)
                signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(command, "ProgressBar", Impatient)
    assert main(given(pairs, tmp_path / "run")) == 130
    assert last_checkpoint(tmp_path / "run").step == 2


def test_what_is_no_command_is_told_and_the_next_one_is_heard(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", iter(["\n", "jump\n", commands.to_json(commands.Pause()) + "\n"]))
    inbox: collections.deque[commands.Command] = collections.deque()
    command._read_commands(inbox)
    assert list(inbox) == [commands.Pause()]
    assert capsys.readouterr().err.count("was not understood") == 1


def test_a_failed_training_ends_with_its_own_status(
    pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def lost(*arguments: object) -> None:
        raise RuntimeError("CUDA error: device-side assert triggered")

    from training import loop

    monkeypatch.setattr(loop, "training_step", lost)
    assert main(given(pairs, tmp_path / "run")) == 1
    assert "graphics processor" in capsys.readouterr().err


@pytest.mark.parametrize(("word", "number"), [("steps", "7"), ("minutes", "0.5"), ("epochs", "2")])
def test_a_length_on_the_command_line_replaces_that_of_the_recipe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, word: str, number: str
) -> None:
    seen: list[TrainConfig] = []
    monkeypatch.setattr(command, "_run", lambda config, as_json, resume: seen.append(config))
    given_in_epochs = ["train", "--recipe", "cdcgan-mnist", "--data", str(tmp_path), "--run", str(tmp_path)]
    assert main(given_in_epochs) == 0
    assert main([*given_in_epochs, f"--{word}", number]) == 0
    assert seen[0].epochs == 50
    assert getattr(seen[1], word) == float(number)
    assert [name for name in ("minutes", "epochs") if getattr(seen[1], name) is not None] == [word] * (
        word != "steps"
    )


@pytest.mark.parametrize("words", ["--set loss.l1=3 seed=7", "--set loss.l1=3 --set seed=7"])
def test_settings_follow_one_word_or_each_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    seen: list[TrainConfig] = []
    monkeypatch.setattr(command, "_run", lambda config, as_json, resume: seen.append(config))
    where = ["--data", str(tmp_path), "--run", str(tmp_path)]
    assert main(["train", "--recipe", "lineart", *words.split(), *where]) == 0
    assert (seen[0].loss.l1, seen[0].seed) == (3.0, 7)


def test_a_table_of_labels_becomes_a_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[TrainConfig] = []
    monkeypatch.setattr(command, "_run", lambda config, as_json, resume: seen.append(config))
    monkeypatch.chdir(tmp_path)
    assert main(["train", "--recipe", "cgan", "--data", ".", "--run", "run", "--labels", "mine.csv"]) == 0
    assert seen[0].source.labels == str(tmp_path.resolve() / "mine.csv")
