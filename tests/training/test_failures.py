"""Failures between the steps, injected: pictures, memory and devices that go at the wrong moment."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from tests.training.data.trees import write_photos
from tests.training.runs import Listener, ignore, never, tiny_config
from training import commands, events, session
from training.checkpoint import last_checkpoint
from training.config import load_config
from training.data.batches import Prefetcher
from training.data.folder import FolderDataset
from training.files import UserError
from training.listeners import JOURNAL, JournalWriter
from training.loop import train

GPU_LOST = RuntimeError("CUDA error: unspecified launch failure\nCUDA kernel errors might be reported late")


def warned(listener: Listener, kind: str) -> list[str]:
    return [event.text for event in listener.of(events.Warned) if event.kind == kind]  # type: ignore[union-attr]


def failing(
    error: Exception, calls: Callable[[int], bool], real: Callable[..., object]
) -> Callable[..., object]:
    """``real``, but for the calls, counted from 0, of which ``calls`` says that they raise ``error``."""
    count = -1

    def work(*arguments: object, **options: object) -> object:
        nonlocal count
        count += 1
        if calls(count):
            raise error
        return real(*arguments, **options)

    return work


def test_pictures_removed_while_training_are_told_and_the_run_goes_on(tmp_path: Path) -> None:
    photos = write_photos(tmp_path / "photos", 12)
    gone: list[Path] = []

    class Remover(Listener):
        def on_event(self, event: events.Event) -> None:
            super().on_event(event)
            if isinstance(event, events.StepDone) and event.step == 1:
                gone.extend(sorted(photos.iterdir())[::2])
                for path in gone:
                    path.unlink()

    listener = Remover()
    config = tiny_config(photos, tmp_path / "run", "steps=9", "source.cache_gb=0", "every.sample=9")
    assert train(config, listener.on_event, listener.next_command).complete
    told = warned(listener, "data")
    assert told
    assert any(path.name in text for text in told for path in gone)


def test_when_all_pictures_have_gone_the_run_ends_and_can_be_resumed_when_they_are_back(
    tmp_path: Path, listener: Listener
) -> None:
    photos = write_photos(tmp_path / "photos", 12)
    away = tmp_path / "away"

    def on_event(event: events.Event) -> None:
        listener.on_event(event)
        if isinstance(event, events.CheckpointSaved) and photos.exists():
            photos.rename(away)

    config = tiny_config(photos, tmp_path / "run", "steps=8", "source.cache_gb=0")
    result = train(config, on_event, never)
    assert result.failed
    assert isinstance(listener.events[-1], events.Failed)
    assert "put them back" in listener.events[-1].text
    assert last_checkpoint(tmp_path / "run").step >= 2
    away.rename(photos)
    assert train(load_config(tmp_path / "run" / "config.toml"), ignore, never, resume=True).complete


def test_held_out_pictures_that_have_gone_cost_the_figures_and_not_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listener: Listener
) -> None:
    real = FolderDataset.clean

    def clean(self: FolderDataset, index: int) -> object:
        if self.split == "val":
            raise UserError("The pictures have gone; put them back.")
        return real(self, index)

    monkeypatch.setattr(FolderDataset, "clean", clean)
    config = tiny_config(
        write_photos(tmp_path / "photos", 12), tmp_path / "run", "every.evaluate=2", "every.sample=2",
    )  # fmt: skip
    assert train(config, listener.on_event, listener.next_command).complete
    assert any("figures" in text and "put them back" in text for text in warned(listener, "data"))
    assert any("samples" in text for text in warned(listener, "data"))
    assert "MetricsReady" not in listener.names()


@pytest.mark.parametrize("command", [None, commands.Evaluate()], ids=["when due", "when asked"])
def test_too_little_memory_to_measure_costs_the_figures_and_not_the_run(
    pairs: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    listener: Listener,
    command: commands.Command,
) -> None:
    full = torch.OutOfMemoryError("CUDA out of memory.")
    real = session.Session._evaluate
    monkeypatch.setattr(session.Session, "_evaluate", failing(full, lambda count: count == 0, real))
    listener.inbox = [command] if command else []
    config = tiny_config(pairs, tmp_path / "run", f"every.evaluate={0 if command else 2}", "every.share=1")
    assert train(config, listener.on_event, listener.next_command).complete
    assert "figures" in warned(listener, "memory")[0]
    assert ("MetricsReady" in listener.names()) == (command is None)
    plan = last_checkpoint(tmp_path / "run").manifest["plan"]
    assert plan["batch_size"] == 0  # the steps had memory enough


@pytest.mark.parametrize(
    ("name", "call"),
    [("_evaluate", 0), ("_draw_samples", 1), ("_save", 1)],
    ids=["measuring", "drawing samples", "saving"],
)
def test_a_device_lost_between_the_steps_ends_the_run_with_its_checkpoint_intact(
    pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listener: Listener, name: str, call: int
) -> None:
    real = getattr(session.Session, name)
    monkeypatch.setattr(session.Session, name, failing(GPU_LOST, lambda count: count == call, real))
    settings = ("steps=6", "every.evaluate=4", "every.sample=4", "every.share=1")
    config = tiny_config(pairs, tmp_path / "run", *settings)
    result = train(config, listener.on_event, listener.next_command)
    assert (result.failed, result.complete) == (True, False)
    last = listener.events[-1]
    assert isinstance(last, events.Failed)
    assert "graphics processor" in last.text
    assert "\n" not in last.text
    assert last_checkpoint(tmp_path / "run").step >= 2
    monkeypatch.undo()
    assert train(load_config(tmp_path / "run" / "config.toml"), ignore, never, resume=True).complete


def test_a_device_lost_when_losses_are_read_ends_the_run_with_a_sentence(
    pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listener: Listener
) -> None:
    monkeypatch.setattr(
        session.losses, "read", failing(GPU_LOST, lambda count: count == 2, session.losses.read)
    )
    result = train(tiny_config(pairs, tmp_path / "run"), listener.on_event, listener.next_command)
    assert result.failed
    assert "graphics processor" in listener.events[-1].text  # type: ignore[union-attr]
    assert last_checkpoint(tmp_path / "run").step == 2


def test_an_error_of_the_program_between_the_steps_is_not_hidden(
    pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = RuntimeError("mat1 and mat2 shapes cannot be multiplied")
    monkeypatch.setattr(
        session.Session, "_evaluate", failing(error, lambda count: True, session.Session._evaluate)
    )
    with pytest.raises(RuntimeError, match="mat1"):
        train(tiny_config(pairs, tmp_path / "run", "every.evaluate=2"), ignore, never)


def test_a_full_disk_before_the_first_step_is_told_in_a_sentence(
    pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from training import loop

    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(loop, "save_config", full)
    with pytest.raises(UserError, match=r"No space left on device.*free some space"):
        train(tiny_config(pairs, tmp_path / "run"), ignore, never)


def test_a_journal_that_cannot_be_written_waits_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = JournalWriter(tmp_path / "run")
    told = [events.Paused(step) for step in range(3)]
    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", failing(OSError(28, "full"), lambda count: True, Path.open))
        journal(told[0])
        journal(told[1])
    journal(told[2])
    lines = (tmp_path / "run" / JOURNAL).read_text(encoding="utf-8").splitlines()
    assert [events.from_json(line) for line in lines] == told


def test_the_background_work_ends_with_a_run_that_breaks(
    pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[bool] = []
    real = Prefetcher.close
    monkeypatch.setattr(Prefetcher, "close", lambda self: (real(self), closed.append(True))[0])

    def broken(event: events.Event) -> None:
        if isinstance(event, events.StepDone):
            raise ValueError("a listener that breaks")

    with pytest.raises(ValueError, match="listener"):
        train(tiny_config(pairs, tmp_path / "run"), broken, never)
    assert closed
    shutil.rmtree(tmp_path / "run")
