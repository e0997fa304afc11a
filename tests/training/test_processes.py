"""A run killed at once and resumed, and one shared by several processes."""

from pathlib import Path

import pytest
import torch

from tests.training import processes
from tests.training.runs import ignore, never, tiny_config
from training.checkpoint import Checkpoint, last_checkpoint
from training.distributed import Team
from training.files import UserError
from training.loop import train

ALL = ("generator", "average", "discriminator", "generator_optimizer", "discriminator_optimizer", "running")
ADAPTIVE = (
    *("discriminator.augment=adaptive", "discriminator.augment_pictures=200"),
    *("discriminator.augment_target=0", "steps=8"),
)


def assert_equal(ours: Checkpoint, theirs: Checkpoint) -> None:
    for file in ALL:
        mine, other = ours.tensors(file), theirs.tensors(file)
        assert [name for name, value in mine.items() if not torch.equal(value, other[name])] == [], file


@pytest.mark.slow
@pytest.mark.timeout(3 * processes.LONGEST_S)
def test_a_killed_run_resumes_to_the_last_bit_of_one_that_was_not(pairs: Path, tmp_path: Path) -> None:
    whole = processes.finish(processes.start(pairs, tmp_path / "whole", "new", *ADAPTIVE))
    killed = processes.start(pairs, tmp_path / "killed", "new", *ADAPTIVE, KILLED_AT="5")
    killed.communicate(timeout=processes.LONGEST_S)
    assert killed.returncode not in (0, 1)
    assert last_checkpoint(tmp_path / "killed").step == 4
    resumed = processes.finish(processes.start(pairs, tmp_path / "killed", "resume", *ADAPTIVE))
    assert resumed == whole[4:]
    ours, theirs = (last_checkpoint(tmp_path / name) for name in ("whole", "killed"))
    assert_equal(ours, theirs)
    assert ours.manifest["plan"]["strength"] == theirs.manifest["plan"]["strength"]


@pytest.mark.slow
@pytest.mark.timeout(3 * processes.LONGEST_S)
@pytest.mark.parametrize(
    "settings",
    [
        ("discriminator.augment=fixed", "optim.label_ramp_steps=3"),
        ("discriminator.kind=projected", "loss.features=1"),
    ],
    ids=["fixed", "projected"],
)
def test_two_processes_train_as_one_with_twice_the_pictures_and_go_on_as_one(
    pairs: Path, tmp_path: Path, settings: tuple[str, ...]
) -> None:
    # Adam's first steps go by the signs of gradients, which rounding decides where they are nothing.
    small = ("optim.generator_lr=2e-5", "optim.discriminator_lr=2e-5")
    settings = ("batch_size=4", *small, *settings)
    together = processes.run_team(2, pairs, tmp_path / "two", "new", *settings)
    alone = processes.finish(processes.start(pairs, tmp_path / "one", "new", *settings))
    assert [row["step"] for row in together] == [1, 2, 3, 4]
    for ours, theirs in zip(together, alone, strict=True):
        assert ours["losses"] == pytest.approx(theirs["losses"], rel=1e-3, abs=1e-4)
    resumed = train(tiny_config(pairs, tmp_path / "two", *settings, "steps=5"), ignore, never, resume=True)
    assert (resumed.step, resumed.complete) == (5, True)


def test_a_batch_is_shared_equally_or_refused() -> None:
    assert [list(Team(rank, 3).rows(6)) for rank in range(3)] == [[0, 1], [2, 3], [4, 5]]
    with pytest.raises(UserError, match="multiple such as 4"):
        Team(0, 2).rows(5)
