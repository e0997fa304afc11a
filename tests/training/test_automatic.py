"""What a run decides for itself: batch, length, augmentation, when to stop, when to measure."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from tests.training.data.trees import write_photos
from tests.training.runs import Listener, after, ignore, never, tiny_config
from training import automatic, checkpoint, commands, events, losses, measure, step
from training.config import TrainConfig, load_config
from training.data.paired import PairedDataset
from training.data.source import open_dataset
from training.device import place
from training.distributed import ALONE
from training.loop import train
from training.measure import chosen_score

CPU = place("cpu", "float32")


def settled(pairs: Path, *settings: str) -> TrainConfig:
    config = tiny_config(pairs, Path("run"), *settings)
    return automatic.settled(config, PairedDataset.open(pairs, "train", 64), CPU, ALONE)


def test_the_batch_fits_the_pixels_and_the_data(pairs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert settled(pairs, "batch_size=3").batch_size == 3
    assert settled(pairs, "batch_size=0").batch_size == 3  # twelve families, four batches an epoch
    monkeypatch.setattr(automatic, "PIXELS_ON_CPU", 2 * 64 * 64)
    assert settled(pairs, "batch_size=0").batch_size == 2


def test_epochs_become_steps(pairs: Path) -> None:
    assert settled(pairs, "epochs=5", "batch_size=4").steps == 15


def test_few_pictures_get_an_adaptive_augmentation_where_the_run_may_choose(
    pairs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = settled(pairs, "discriminator.augment=auto")
    assert chosen.discriminator.augment == "adaptive"
    assert chosen.optim.label_ramp_steps > 0
    kept = settled(pairs, "discriminator.augment=none")
    assert (kept.discriminator.augment, kept.optim.label_ramp_steps) == ("none", 0)
    monkeypatch.setattr(automatic, "FEW", 5)
    assert settled(pairs, "discriminator.augment=auto").discriminator.augment == "none"


def test_what_was_decided_is_written_down_with_the_run(
    pairs: Path, tmp_path: Path, listener: Listener
) -> None:
    config = tiny_config(pairs, tmp_path / "run", "batch_size=0", "epochs=0.5", "discriminator.augment=auto")
    result = train(config, listener.on_event, listener.next_command)
    kept = load_config(tmp_path / "run" / "config.toml")
    assert (kept.batch_size, kept.steps, kept.discriminator.augment) == (3, 2, "adaptive")
    assert (result.step, result.complete) == (2, True)
    started = listener.of(events.Started)[0]
    assert isinstance(started, events.Started)
    assert (started.batch_size, started.steps, started.processes) == (3, 2, 1)


def test_more_epochs_extend_a_run(pairs: Path, tmp_path: Path) -> None:
    config = tiny_config(pairs, tmp_path / "run", "epochs=0.5", "batch_size=3")
    train(config, ignore, never)
    kept = load_config(tmp_path / "run" / "config.toml")
    assert train(replace(kept, epochs=1.0), ignore, never, resume=True).step == 4


@pytest.mark.parametrize(
    "settings",
    [
        ("discriminator.augment=adaptive", "discriminator.augment_pictures=100", "optim.label_ramp_steps=3"),
        ("discriminator.augment=fixed", "optim.generator_steps=2"),
        ("discriminator.augment=fixed", "discriminator.kind=projected", "loss.features=1"),
    ],
    ids=["adaptive", "fixed", "projected"],
)
def test_every_way_to_train_resumes_to_the_last_bit(
    pairs: Path, tmp_path: Path, settings: tuple[str, ...]
) -> None:
    whole, parted = (tiny_config(pairs, tmp_path / name, "steps=6", *settings) for name in ("a", "b"))
    train(whole, ignore, never)
    stop = after(3, commands.Stop())
    assert 0 < train(parted, ignore, stop).step < 6
    torch.manual_seed(1)
    assert train(parted, ignore, never, resume=True).complete
    ours, theirs = (checkpoint.last_checkpoint(tmp_path / name) for name in ("a", "b"))
    for file in ("generator", "discriminator", "average", "discriminator_optimizer", "running"):
        mine, other = ours.tensors(file), theirs.tensors(file)
        assert all(torch.equal(value, other[name]) for name, value in mine.items())
    assert ours.manifest["plan"]["strength"] == theirs.manifest["plan"]["strength"]


@pytest.mark.parametrize("sure", [True, False])
def test_the_adaptive_strength_rises_while_the_judge_is_sure(
    pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sure: bool
) -> None:
    monkeypatch.setattr(losses, "judged_rightly", lambda real, fake: torch.full((2,), float(sure)))
    monkeypatch.setattr(step, "JUDGED_STEP", 0.5)
    settings = ("discriminator.augment=adaptive", "discriminator.augment_pictures=100", "steps=8")
    train(tiny_config(pairs, tmp_path / "run", *settings), ignore, never)
    strength = checkpoint.last_checkpoint(tmp_path / "run").manifest["plan"]["strength"]
    assert strength == pytest.approx(0.16 if sure else 0.0)


def test_the_discriminator_learns_every_second_step_when_asked(
    pairs: Path, tmp_path: Path, listener: Listener
) -> None:
    config = tiny_config(pairs, tmp_path / "run", "optim.generator_steps=2")
    train(config, listener.on_event, listener.next_command)
    judged = [event.step for event in listener.of(events.StepDone) if "d_real" in event.losses]  # type: ignore[union-attr]
    assert judged == [2, 4]


def test_the_balance_of_the_first_steps_is_their_mean(
    pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listener: Listener
) -> None:
    shares = iter([1.0, 0.0, 0.0, 1.0])
    monkeypatch.setattr(losses, "judged_rightly", lambda real, fake: torch.full((2,), next(shares)))
    train(tiny_config(pairs, tmp_path / "run"), listener.on_event, listener.next_command)
    told = [event.balance["real"] for event in listener.of(events.StepDone)]  # type: ignore[union-attr]
    assert told == pytest.approx([1.0, 1 / 2, 1 / 3, 1 / 2])


def test_balance_memory_and_epoch_are_reported(pairs: Path, tmp_path: Path, listener: Listener) -> None:
    train(tiny_config(pairs, tmp_path / "run"), listener.on_event, listener.next_command)
    done = listener.of(events.StepDone)[-1]
    assert isinstance(done, events.StepDone)
    assert done.balance.keys() == {"real", "generated", "augment"}
    assert all(0 <= value <= 1 for value in done.balance.values())
    assert done.memory["process_mb"] > 50
    assert done.epoch == pytest.approx(8 / 12)


def test_a_run_that_no_longer_improves_ends_with_its_best_state(
    pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listener: Listener
) -> None:
    real, scores = measure.Measurer.run, iter([0.5, 0.4, 0.6, 0.45, 0.3])

    def scored(self, *arguments):  # type: ignore[no-untyped-def]
        return replace(real(self, *arguments), score=next(scores))

    monkeypatch.setattr(measure.Measurer, "run", scored)
    config = tiny_config(
        pairs, tmp_path / "run", "steps=9", "every.evaluate=1", "every.share=1", "stop_when_stale=2"
    )
    result = train(config, listener.on_event, listener.next_command)
    assert (result.step, result.complete) == (4, True)
    assert result.best["step"] == 2
    assert checkpoint.best_checkpoint(tmp_path / "run").step == 2
    assert [event.kind for event in listener.of(events.Warned)] == ["schedule"]  # type: ignore[union-attr]
    again = Listener()
    assert train(config, again.on_event, again.next_command, resume=True).step == 4


def test_measuring_is_put_off_when_it_would_take_too_much_of_the_time(
    pairs: Path, tmp_path: Path, listener: Listener
) -> None:
    config = tiny_config(
        pairs, tmp_path / "run", "steps=6", "every.evaluate=1", "every.share=0.001", "every.sample=1"
    )
    train(config, listener.on_event, listener.next_command)
    assert [event.step for event in listener.of(events.MetricsReady)] == [1, 6]  # type: ignore[union-attr]
    assert [event.step for event in listener.of(events.SamplesReady)][-1] == 6  # type: ignore[union-attr]


def test_stop_while_the_data_are_read_ends_without_a_run(
    pairs: Path, tmp_path: Path, listener: Listener
) -> None:
    listener.inbox = [commands.Stop()]
    config = tiny_config(write_photos(tmp_path / "photos", 12), tmp_path / "run")
    result = train(config, listener.on_event, listener.next_command)
    assert (result.step, result.complete) == (0, False)
    assert listener.names()[-1] == "Finished"
    assert not (tmp_path / "run").exists()


def test_a_folder_of_photos_is_trained_on_and_its_pictures_are_not_multiplied(
    tmp_path: Path, listener: Listener
) -> None:
    config = tiny_config(
        write_photos(tmp_path / "photos", 12),
        tmp_path / "run",
        "steps=2",
        "every.evaluate=2",
        "every.sample=2",
    )
    assert train(config, listener.on_event, listener.next_command).complete
    assert "Preparing" in listener.names()
    shown = listener.of(events.SamplesReady)[-1]
    assert isinstance(shown, events.SamplesReady)
    assert (shown.columns, shown.side, shown.preview) == (5, 64, False)
    assert len(shown.labels) == shown.rows


@pytest.mark.parametrize(
    ("best_by", "chosen", "score"),
    [
        ("l1", "l1", 0.3),
        ("ssim", "ssim", -0.7),
        ("kd", "kd_efficientnet_lite2", 0.02),
        ("fid", "l1", 0.3),
    ],
)
def test_the_chosen_figure_decides_and_l1_stands_in(best_by: str, chosen: str, score: float) -> None:
    figures = {"l1": 0.1, "l1_hinted": 0.2, "ssim": 0.7, "kd_efficientnet_lite2": 0.02}
    assert chosen_score(figures, best_by) == (chosen, pytest.approx(score))


def test_swatches_are_left_out_where_they_would_cost_colours(pairs: Path, tmp_path: Path) -> None:
    assert settled(pairs, "generator.swatches=24").generator.swatches == 24
    photos = write_photos(tmp_path / "photos", 12)
    config = tiny_config(photos, Path("run"), "generator.swatches=24")
    dataset = open_dataset(photos, "train", 64, config.source, config.sketch)
    assert automatic.settled(config, dataset, CPU, ALONE).generator.swatches == 0
