"""The training loop: exact resume, commands, budgets, and what happens when something goes wrong."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from tests.training.data.shapes import write_set
from tests.training.runs import Listener, after, ignore, never, tiny_config
from training import checkpoint, commands, events, session
from training.config import TrainConfig, load_config
from training.files import UserError
from training.listeners import JOURNAL, JournalWriter
from training.loop import train
from training.state import Plan, learning_rate_factor


def weights(run: Path, step: int) -> dict[str, torch.Tensor]:
    """Everything in a checkpoint's files, by file and name."""
    folder = run / "checkpoints" / f"step-{step:08d}"
    return {
        f"{path.name}/{name}": value
        for path in folder.glob("*.safetensors")
        for name, value in load_file(path).items()
    }


def journal_lines(run: Path) -> list[str]:
    return (run / JOURNAL).read_text(encoding="utf-8").splitlines()


def assert_identical(ours: dict[str, torch.Tensor], theirs: dict[str, torch.Tensor]) -> None:
    assert ours.keys() == theirs.keys()
    assert [name for name, value in ours.items() if not torch.equal(value, theirs[name])] == []


@pytest.mark.parametrize(
    "settings",
    [
        (),
        ("precision=bfloat16",),
        ("discriminator.kind=projected", "loss.features=1", "discriminator.crop=0.7", "size=128"),
    ],
    ids=["patchgan", "bfloat16", "projected"],
)
def test_a_run_that_is_stopped_and_resumed_ends_bit_identical(
    pairs: Path, tmp_path: Path, settings: tuple[str, ...]
) -> None:
    whole, parted = (tiny_config(pairs, tmp_path / name, *settings) for name in ("whole", "parted"))
    train(whole, ignore, never)
    stopped = train(parted, ignore, after(1, commands.Stop()))
    assert (stopped.step, stopped.complete) == (1, False)
    torch.manual_seed(12345)  # a new process starts with other random states
    resumed = train(parted, ignore, never, resume=True)
    assert (resumed.step, resumed.complete) == (4, True)
    assert_identical(weights(tmp_path / "whole", 4), weights(tmp_path / "parted", 4))


def test_the_same_seed_gives_the_same_run_and_another_seed_another(pairs: Path, tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        train(tiny_config(pairs, tmp_path / name, f"seed={seed}", "steps=2"), ignore, never)
    assert_identical(weights(tmp_path / "a", 2), weights(tmp_path / "b", 2))
    name = "generator.safetensors/stem.weight"
    assert not torch.equal(weights(tmp_path / "a", 2)[name], weights(tmp_path / "c", 2)[name])


def test_the_events_tell_the_run(pairs: Path, tmp_path: Path, listener: Listener) -> None:
    config = tiny_config(pairs, tmp_path / "run", "every.sample=4", "every.evaluate=4")
    result = train(config, listener.on_event, listener.next_command)
    assert listener.names() == [
        *["Started", "SamplesReady", "StepDone", "StepDone", "CheckpointSaved", "StepDone", "StepDone"],
        *["MetricsReady", "CheckpointSaved", "SamplesReady", "Finished"],
    ]
    done = listener.of(events.StepDone)[-1]
    assert isinstance(done, events.StepDone)
    assert {"l1", "adversarial", "d_real", "d_fake", "flats"} <= done.losses.keys()
    assert (done.step, done.steps) == (4, 4)
    assert 0 < result.best["l1"] < 1
    grid = Image.open(tmp_path / "run" / "samples" / "step-00000004.png")
    assert grid.width > 5 * 64
    assert load_config(tmp_path / "run" / "config.toml") == config


def test_the_first_losses_are_told_long_before_the_interval(
    pairs: Path, tmp_path: Path, listener: Listener
) -> None:
    train(tiny_config(pairs, tmp_path / "run", "steps=11", "every.log=100"), listener.on_event, never)
    told = [event.step for event in listener.of(events.StepDone)]
    assert told == [1, 2, 5, 10, 11]


def test_commands_are_obeyed_within_a_step(pairs: Path, tmp_path: Path, listener: Listener) -> None:
    preview = commands.SetPreview(
        np.full((50, 50), 255, np.uint8), np.zeros((50, 50, 4), np.uint8), (1.0, 0.0)
    )
    listener.inbox = [commands.SaveCheckpoint(), commands.Evaluate(), preview, commands.Pause()]
    listener.answers = {events.Paused: [commands.Continue()], events.StepDone: []}
    train(tiny_config(pairs, tmp_path / "run"), listener.on_event, listener.next_command)
    obeyed = ["CheckpointSaved", "MetricsReady", "SamplesReady", "Paused", "Continued"]
    assert listener.names()[:8] == ["Started", "StepDone", *obeyed, "StepDone"]
    assert listener.names()[-1] == "Finished"


def test_stop_ends_a_pause_and_an_evaluation(pairs: Path, tmp_path: Path) -> None:
    paused = Listener(answers={events.Started: [commands.Pause()], events.Paused: [commands.Stop()]})
    result = train(tiny_config(pairs, tmp_path / "paused"), paused.on_event, paused.next_command)
    assert (result.step, result.complete) == (1, False)
    measuring = Listener(inbox=[commands.Evaluate(), commands.Stop()])
    train(tiny_config(pairs, tmp_path / "measuring"), measuring.on_event, measuring.next_command)
    assert measuring.names() == ["Started", "StepDone", "CheckpointSaved", "Finished"]


def test_the_journal_forgets_what_came_after_the_last_checkpoint(pairs: Path, tmp_path: Path) -> None:
    class Killed(BaseException):
        pass

    run = tmp_path / "run"
    journal = JournalWriter(run)

    def die_at_three(event: events.Event) -> None:
        journal(event)
        if isinstance(event, events.StepDone) and event.step == 3:
            raise Killed

    config = tiny_config(pairs, run)
    with pytest.raises(Killed):
        train(config, die_at_three, never)
    with (run / JOURNAL).open("a", encoding="utf-8") as file:
        file.write('{"event": "StepD')
    train(config, journal, never, resume=True)
    lines = [json.loads(line) for line in journal_lines(run)]
    assert [line["step"] for line in lines if line["event"] == "StepDone"] == [1, 2, 3, 4]


def test_a_run_killed_before_its_first_checkpoint_begins_again_and_ends_the_same(
    pairs: Path, tmp_path: Path, listener: Listener
) -> None:
    class Killed(BaseException):
        pass

    journal = JournalWriter(tmp_path / "killed")

    def die_at_one(event: events.Event) -> None:
        journal(event)
        if isinstance(event, events.StepDone):
            raise Killed

    train(tiny_config(pairs, tmp_path / "whole"), ignore, never)
    with pytest.raises(Killed):
        train(tiny_config(pairs, tmp_path / "killed"), die_at_one, never)
    torch.manual_seed(12345)  # a new process starts with other random states
    config = load_config(tmp_path / "killed" / "config.toml")

    def note(event: events.Event) -> None:
        journal(event)
        listener.on_event(event)

    assert train(config, note, never, resume=True).complete
    assert listener.of(events.Started)[0].resumed is False
    assert_identical(weights(tmp_path / "whole", 4), weights(tmp_path / "killed", 4))
    lines = [json.loads(line) for line in journal_lines(tmp_path / "killed")]
    assert [line["step"] for line in lines if line["event"] == "StepDone"] == [1, 2, 3, 4]


def test_a_run_whose_checkpoints_cannot_be_read_is_not_begun_again(pairs: Path, tmp_path: Path) -> None:
    config = tiny_config(pairs, tmp_path / "run", "steps=1")
    train(config, ignore, never)
    (tmp_path / "run" / "checkpoints" / "step-00000001" / "manifest.json").write_text("{}", encoding="utf-8")
    with pytest.raises(UserError, match="no checkpoint"):
        train(config, ignore, never, resume=True)


def test_a_slow_run_is_saved_long_before_its_interval(
    pairs: Path, tmp_path: Path, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "LONGEST_UNSAVED_S", 0.0)
    train(tiny_config(pairs, tmp_path / "run", "every.checkpoint=1000"), listener.on_event, never)
    assert [event.step for event in listener.of(events.CheckpointSaved)] == [1, 2, 3, 4]  # type: ignore[attr-defined]


def test_the_learning_rate_rises_stays_and_falls() -> None:
    config = replace(TrainConfig(), steps=1000)
    factors = [learning_rate_factor(config, Plan(step, 1000)) for step in range(1001)]
    assert factors[0] == pytest.approx(0.01)
    assert factors[100:600] == [1.0] * 500
    assert factors[800] == pytest.approx(0.5)
    assert factors[1000] == 0
    assert learning_rate_factor(config, Plan(500, 0)) == 1.0


def test_a_budget_in_minutes_becomes_steps_and_is_kept(
    pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listener: Listener
) -> None:
    ticks = iter(range(10_000))
    monkeypatch.setattr(session, "CALIBRATION_STEPS", 2)
    monkeypatch.setattr(session.time, "monotonic", lambda: 0.5 * next(ticks))
    config = tiny_config(pairs, tmp_path / "run", "minutes=0.05", "every.checkpoint=3")
    result = train(config, listener.on_event, listener.next_command)
    assert result.complete
    told = [event for event in listener.of(events.StepDone) if isinstance(event, events.StepDone)]
    for event in told[:-1]:
        assert event.left_s == pytest.approx(max(3 - event.elapsed_s, 0))
        assert event.share == pytest.approx(min(event.elapsed_s / 3, 1))
    assert (told[-1].left_s, told[-1].share) == (0.0, 1.0)
    assert 3 <= result.step <= 6  # three seconds at half a second to a second a step
    assert checkpoint.last_checkpoint(tmp_path / "run").manifest["plan"]["steps"] == result.step


def test_extending_a_finished_run_replans_it_and_says_so(
    pairs: Path, tmp_path: Path, listener: Listener
) -> None:
    config = tiny_config(pairs, tmp_path / "run", "steps=2")
    train(config, ignore, never)
    result = train(replace(config, steps=3), listener.on_event, listener.next_command, resume=True)
    assert result.step == 3
    assert listener.names()[0] == "Warned"
    assert load_config(tmp_path / "run" / "config.toml").steps == 3


def test_a_used_folder_is_not_trained_over(pairs: Path, tmp_path: Path) -> None:
    config = tiny_config(pairs, tmp_path / "run", "steps=1")
    train(config, ignore, never)
    with pytest.raises(UserError, match="resume it"):
        train(config, ignore, never)


def test_changed_data_is_not_resumed_with(tmp_path: Path) -> None:
    data = write_set(tmp_path / "data")
    config = tiny_config(data, tmp_path / "run", "steps=1")
    train(config, ignore, never)
    about = json.loads((data / "dataset.json").read_text(encoding="utf-8"))
    (data / "dataset.json").write_text(json.dumps(about | {"fingerprint": "0" * 64}), encoding="utf-8")
    with pytest.raises(UserError, match="has changed"):
        train(config, ignore, never, resume=True)


def test_no_adversary_is_a_run_too(pairs: Path, tmp_path: Path) -> None:
    result = train(tiny_config(pairs, tmp_path / "run", "loss.adversarial=0", "steps=1"), ignore, never)
    assert result.complete
    assert not (tmp_path / "run" / "checkpoints" / "step-00000001" / "discriminator.safetensors").exists()
