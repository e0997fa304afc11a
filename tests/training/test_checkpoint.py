"""Checkpoints: whole or absent, checked when read, and only the useful ones kept."""

import shutil
from pathlib import Path

import pytest
import torch

from tests.training.runs import tiny_config
from training import checkpoint
from training.checkpoint import (
    best_checkpoint,
    last_checkpoint,
    list_checkpoints,
    prune_checkpoints,
    restore_checkpoint,
    save_checkpoint,
)
from training.device import place
from training.files import UserError
from training.state import TrainState, new_state

CPU = place("cpu", "float32")


@pytest.fixture
def state(tmp_path: Path) -> TrainState:
    return new_state(tiny_config(tmp_path, tmp_path), CPU, 2)


def save(run: Path, state: TrainState, step: int, best: int = 0) -> Path:
    state.plan.step = step
    state.best = {"step": best, "score": 0.5}
    return save_checkpoint(run, state, tiny_config(run, run), "f")


def test_a_half_written_checkpoint_is_not_listed(tmp_path: Path, state: TrainState) -> None:
    save(tmp_path, state, 1)
    (save(tmp_path, state, 2) / "manifest.json").unlink()
    (tmp_path / "checkpoints" / ".step-00000003.99.tmp").mkdir()
    assert [found.step for found in list_checkpoints(tmp_path)] == [1]


def test_a_failed_write_leaves_nothing(
    tmp_path: Path, state: TrainState, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoint, "write_json", full)
    with pytest.raises(OSError, match="No space"):
        save(tmp_path, state, 1)
    assert list((tmp_path / "checkpoints").iterdir()) == []


def test_the_last_three_the_best_and_the_milestones_stay(tmp_path: Path, state: TrainState) -> None:
    for step in range(1, 10):
        save(tmp_path, state, step, best=2)
    prune_checkpoints(tmp_path, 2, 4)
    assert [found.step for found in list_checkpoints(tmp_path)] == [2, 4, 7, 8, 9]
    assert last_checkpoint(tmp_path).step == 9
    assert best_checkpoint(tmp_path).step == 2


def test_a_damaged_file_is_told_from_a_whole_one(tmp_path: Path, state: TrainState) -> None:
    path = save(tmp_path, state, 1) / "average.safetensors"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(UserError, match="damaged"):
        restore_checkpoint(last_checkpoint(tmp_path), state)


def test_a_missing_file_is_told(tmp_path: Path, state: TrainState) -> None:
    (save(tmp_path, state, 1) / "generator.safetensors").unlink()
    with pytest.raises(UserError, match="cannot be read"):
        restore_checkpoint(last_checkpoint(tmp_path), state)


def test_a_checkpoint_of_another_network_is_refused(tmp_path: Path, state: TrainState) -> None:
    save(tmp_path, state, 1)
    other = new_state(tiny_config(tmp_path, tmp_path, "generator.width=16"), CPU, 2)
    with pytest.raises(UserError, match="does not fit"):
        restore_checkpoint(last_checkpoint(tmp_path), other)


def test_restoring_brings_everything_back(tmp_path: Path, state: TrainState) -> None:
    for weight in state.generator.parameters():
        weight.grad = torch.ones_like(weight)
    state.generator_optimizer.step()
    save(tmp_path, state, 7, best=3)
    drawn = torch.rand(3)
    other = new_state(tiny_config(tmp_path, tmp_path, "seed=5"), CPU, 2)
    restore_checkpoint(last_checkpoint(tmp_path), other)
    assert torch.equal(torch.rand(3), drawn)
    assert (other.plan.step, other.best) == (7, {"step": 3, "score": 0.5})
    for ours, theirs in zip(state.generator.parameters(), other.generator.parameters(), strict=True):
        assert torch.equal(ours, theirs)
        mine, restored = state.generator_optimizer.state[ours], other.generator_optimizer.state[theirs]
        assert torch.equal(mine["exp_avg_sq"], restored["exp_avg_sq"])
        assert mine["exp_avg_sq"].stride() == restored["exp_avg_sq"].stride()


def test_a_run_without_a_checkpoint_says_so(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no checkpoint"):
        last_checkpoint(tmp_path)
    shutil.rmtree(tmp_path / "checkpoints", ignore_errors=True)
    assert list_checkpoints(tmp_path) == []
