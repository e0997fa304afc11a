"""Every failure that a run survives, injected: numbers, memory, disk, data, devices."""

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.training.runs import Listener, ignore, never, tiny_config
from training import checkpoint, commands, events, loop, samples, session, tasks
from training import losses as losses_module
from training.checkpoint import last_checkpoint
from training.data.batches import Batch
from training.files import UserError
from training.loop import train
from training.state import Plan
from training.step import training_step


def poison(monkeypatch: pytest.MonkeyPatch, calls: Iterable[int]) -> None:
    """Make the losses of these steps, counted from 0 as they are computed, no numbers."""
    real, count, wanted = losses_module.picture_losses, iter(range(10_000)), set(calls)

    def spoilt(*arguments: object) -> losses_module.Losses:
        made = real(*arguments)  # type: ignore[arg-type]
        return {name: value * float("nan") for name, value in made.items()} if next(count) in wanted else made

    monkeypatch.setattr(losses_module, "picture_losses", spoilt)


def warnings(listener: Listener, kind: str) -> list[events.Warned]:
    return [event for event in listener.of(events.Warned) if event.kind == kind]  # type: ignore[union-attr]


def weights_of(run: Path) -> dict[str, torch.Tensor]:
    return last_checkpoint(run).tensors("generator")


def test_a_step_without_numbers_changes_no_generator_and_the_run_goes_on(
    pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listener: Listener
) -> None:
    poison(monkeypatch, [1])
    seen: list[torch.Tensor] = []

    def noting(state, *arguments):  # type: ignore[no-untyped-def]
        made = training_step(state, *arguments)
        seen.append(state.generator.stem.weight.detach().clone())
        return made

    monkeypatch.setattr(loop, "training_step", noting)
    result = train(tiny_config(pairs, tmp_path / "run"), listener.on_event, listener.next_command)
    assert result.complete
    assert torch.equal(seen[0], seen[1])
    assert not torch.equal(seen[1], seen[2])
    (told,) = warnings(listener, "rollback")
    assert "one step" in told.text
    assert [event.step for event in listener.of(events.StepDone)] == [1, 3, 4]  # type: ignore[union-attr]


def test_steps_that_stay_without_numbers_go_back_to_the_last_state_at_half_the_rate(
    pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listener: Listener
) -> None:
    poison(monkeypatch, [4, 5, 6])
    config = tiny_config(pairs, tmp_path / "run", "steps=8", "every.checkpoint=2")
    result = train(config, listener.on_event, listener.next_command)
    assert result.complete
    assert "from step 4 with 0.5" in warnings(listener, "rollback")[-1].text
    plan = last_checkpoint(tmp_path / "run").manifest["plan"]
    assert (plan["step"], plan["rate"]) == (8, 0.5)
    last = listener.of(events.StepDone)[-1]
    assert last.learning_rate <= 2e-4  # type: ignore[union-attr]
    assert all(bool(torch.isfinite(value).all()) for value in weights_of(tmp_path / "run").values())


def test_weights_without_numbers_go_back_even_to_the_start(
    pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listener: Listener
) -> None:
    broken = iter([False, True, *[False] * 99])

    def spoilt(state, *arguments):  # type: ignore[no-untyped-def]
        made = training_step(state, *arguments)
        if next(broken):
            with torch.no_grad():
                state.generator.stem.weight.fill_(float("nan"))
        return made

    monkeypatch.setattr(loop, "training_step", spoilt)
    config = tiny_config(pairs, tmp_path / "run", "every.checkpoint=4")
    assert train(config, listener.on_event, listener.next_command).complete
    assert "from step 0" in warnings(listener, "rollback")[-1].text
    monkeypatch.undo()
    train(tiny_config(pairs, tmp_path / "other", "optim.generator_lr=2e-4", "optim.discriminator_lr=2e-4"),
          ignore, never)  # fmt: skip
    ours, theirs = weights_of(tmp_path / "run"), weights_of(tmp_path / "other")
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)


def test_a_run_without_hope_ends_and_spares_the_last_state(
    pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listener: Listener
) -> None:
    poison(monkeypatch, range(2, 10_000))
    config = tiny_config(pairs, tmp_path / "run", "steps=9")
    result = train(config, listener.on_event, listener.next_command)
    assert (result.failed, result.complete) == (True, False)
    assert isinstance(listener.events[-1], events.Failed)
    assert "generator_lr" in listener.events[-1].text
    assert all(bool(torch.isfinite(value).all()) for value in weights_of(tmp_path / "run").values())


def failing_once(error: Exception, at: int) -> Callable[..., losses_module.Losses]:
    calls = iter(range(10_000))

    def step(*arguments):  # type: ignore[no-untyped-def]
        if next(calls) == at:
            raise error
        return training_step(*arguments)

    return step


@pytest.mark.parametrize(
    "error", [torch.OutOfMemoryError("CUDA out of memory."), MemoryError()], ids=["gpu", "machine"]
)
def test_out_of_memory_halves_the_batch_and_goes_on_from_the_same_picture(
    pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listener: Listener, error: Exception
) -> None:
    sizes: list[int] = []
    step = failing_once(error, 2)

    def noting(state, config, placement, batch, team):  # type: ignore[no-untyped-def]
        made = step(state, config, placement, batch, team)
        sizes.append(len(batch.sketch))
        return made

    monkeypatch.setattr(loop, "training_step", noting)
    result = train(
        tiny_config(pairs, tmp_path / "run", "batch_size=4"), listener.on_event, listener.next_command
    )
    assert result.complete
    assert sizes == [4, 4, 2, 2]
    assert "2" in warnings(listener, "memory")[0].text
    done = [event.epoch for event in listener.of(events.StepDone)]  # type: ignore[union-attr]
    families = 12
    assert done == pytest.approx([4 / families, 8 / families, 10 / families, 12 / families])
    plan = last_checkpoint(tmp_path / "run").manifest["plan"]
    assert (plan["batch_size"], plan["offset"]) == (2, 4)


def test_a_batch_that_was_halved_is_resumed_exactly(
    pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("whole", "parted"):
        monkeypatch.setattr(loop, "training_step", failing_once(MemoryError(), 1))
        config = tiny_config(pairs, tmp_path / name, "batch_size=4")
        stop = [None, commands.Stop()] if name == "parted" else []
        train(config, ignore, lambda stop=stop: stop.pop(0) if stop else None)  # type: ignore[misc]
        if name == "parted":
            assert last_checkpoint(tmp_path / name).step == 2
            train(config, ignore, never, resume=True)
    ours, theirs = weights_of(tmp_path / "whole"), weights_of(tmp_path / "parted")
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)


def test_out_of_memory_for_one_picture_is_the_end(
    pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listener: Listener
) -> None:
    monkeypatch.setattr(loop, "training_step", failing_once(MemoryError(), 0))
    config = tiny_config(pairs, tmp_path / "run", "batch_size=1")
    assert train(config, listener.on_event, listener.next_command).failed
    assert "smaller" in listener.events[-1].text  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (RuntimeError("CUDA error: unspecified launch failure\nmore"), "graphics processor"),
        (UserError("a.png cannot be read; restore it."), "a.png"),
    ],
)
def test_a_lost_device_and_lost_data_end_the_run_with_its_checkpoint_intact(
    pairs: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    listener: Listener,
    error: Exception,
    sentence: str,
) -> None:
    monkeypatch.setattr(loop, "training_step", failing_once(error, 3))
    result = train(tiny_config(pairs, tmp_path / "run"), listener.on_event, listener.next_command)
    assert result.failed
    assert sentence in listener.events[-1].text  # type: ignore[union-attr]
    assert "\n" not in listener.events[-1].text  # type: ignore[union-attr]
    assert last_checkpoint(tmp_path / "run").step == 2
    monkeypatch.undo()
    assert train(tiny_config(pairs, tmp_path / "run"), ignore, never, resume=True).complete


def test_an_error_of_the_program_is_not_hidden(
    pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = RuntimeError("mat1 and mat2 shapes cannot be multiplied")
    monkeypatch.setattr(loop, "training_step", failing_once(error, 0))
    with pytest.raises(RuntimeError, match="mat1"):
        train(tiny_config(pairs, tmp_path / "run"), ignore, never)


def refusing(times: int) -> Callable[..., Path]:
    """A ``save_checkpoint`` for which the disk is full the first ``times`` times."""
    left = iter(range(times))

    def save(*arguments: object) -> Path:
        if next(left, None) is not None:
            raise OSError(28, "No space left on device")
        return checkpoint.save_checkpoint(*arguments)  # type: ignore[arg-type]

    return save


def test_a_full_disk_pauses_the_run_and_continue_loses_nothing(
    pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(tiny_config(pairs, tmp_path / "whole"), ignore, never)
    monkeypatch.setattr(session, "save_checkpoint", refusing(2))
    listener = Listener(answers={events.Paused: [commands.Continue(), commands.Continue()]})
    result = train(tiny_config(pairs, tmp_path / "run"), listener.on_event, listener.next_command)
    assert result.complete
    first = listener.names().index("Warned")
    expected = ["Warned", "Paused", "Warned", "Paused", "Continued", "CheckpointSaved"]
    assert listener.names()[first : first + 6] == expected
    assert listener.of(events.Paused)[0].reason == "disk"  # type: ignore[union-attr]
    ours, theirs = weights_of(tmp_path / "run"), weights_of(tmp_path / "whole")
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)


def test_a_full_disk_is_tried_again_without_being_asked(
    pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listener: Listener
) -> None:
    monkeypatch.setattr(session, "save_checkpoint", refusing(3))
    monkeypatch.setattr(session, "SAVE_RETRY_S", 0.0)
    assert train(tiny_config(pairs, tmp_path / "run"), listener.on_event, listener.next_command).complete
    assert listener.names().count("Paused") == 1


def test_a_run_stopped_on_a_full_disk_says_what_is_lost(
    pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "save_checkpoint", refusing(99))
    listener = Listener(answers={events.Paused: [commands.Stop()]})
    result = train(tiny_config(pairs, tmp_path / "run"), listener.on_event, listener.next_command)
    assert (result.failed, result.complete) == (True, False)
    assert listener.names()[-1] == "Failed"


def test_samples_that_cannot_be_written_are_told_and_nothing_more(
    pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listener: Listener
) -> None:
    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(samples, "write_grid", full)
    config = tiny_config(pairs, tmp_path / "run", "every.sample=4")
    assert train(config, listener.on_event, listener.next_command).complete
    assert len(warnings(listener, "disk")) == 2  # at the start and after four steps


def test_a_picture_that_vanishes_is_an_event_and_no_traceback(
    pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listener: Listener
) -> None:
    real = tasks.training_batch

    def gone(dataset, step, *arguments, **options) -> Batch:  # type: ignore[no-untyped-def]
        if step == 2:
            raise UserError("All pictures of the train split have gone; restore the folder.")
        return real(dataset, step, *arguments, **options)

    monkeypatch.setattr(tasks, "training_batch", gone)
    result = train(tiny_config(pairs, tmp_path / "run"), listener.on_event, listener.next_command)
    assert result.failed
    assert "restore the folder" in listener.events[-1].text  # type: ignore[union-attr]
    assert last_checkpoint(tmp_path / "run").step == 2


def test_a_halved_batch_keeps_its_place_in_the_data() -> None:
    config = tiny_config(Path(), Path(), "batch_size=12")
    rng = np.random.default_rng(1)
    plan = Plan(step=7)
    for _ in range(2):
        position = plan.position(config)
        plan.halve_batch(config)
        assert plan.position(config) == position
        plan.step += int(rng.integers(1, 9))
    assert plan.pictures_a_step(config) == 3
