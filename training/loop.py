"""The training loop: a function of its arguments that reports values and listens to commands."""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from training import commands, events, losses
from training.checkpoint import last_checkpoint, prune_checkpoints, restore_checkpoint, save_checkpoint
from training.commands import Command
from training.config import TrainConfig, save_config
from training.data.batches import Batch, Prefetcher, training_batch
from training.data.paired import PairedDataset
from training.device import Placement, place, prepare_torch
from training.events import Event
from training.export import adopt_weights, config_for_init
from training.files import UserError
from training.listeners import cut_journal
from training.samples import SampleSet, choose_samples, measure, write_grid
from training.state import Plan, TrainState, is_sound, new_state, to_tensors, training_step

CALIBRATION_STEPS = 20
"""Steps after which a budget in minutes becomes a number of steps for the first time."""
PAUSE_POLL_S = 0.05
SAVE_RETRY_S = 60.0

OnEvent = Callable[[Event], None]
NextCommand = Callable[[], Command | None]


@dataclass(frozen=True)
class RunResult:
    """How a run ended: complete, stopped or failed after ``step``, with the figures of its best state."""

    run: Path
    step: int
    complete: bool
    best: dict[str, float] = field(default_factory=dict)
    failed: bool = False


def train(
    config: TrainConfig, on_event: OnEvent, next_command: NextCommand, *, resume: bool = False
) -> RunResult:
    """Train as ``config`` says, in the folder ``config.run``; with ``resume`` from its last checkpoint on.

    ``on_event`` gets every event, ``next_command`` is asked after every step and between evaluation batches;
    both are called from the calling thread. On a CPU a run that is stopped anywhere and resumed ends
    bit-identical to one that was not. Raises UserError before the first step when something the user gave
    cannot be used.
    """
    run = Path(config.run)
    placement = place(config.device, config.precision)
    prepare_torch(placement, config.threads)
    if not resume:
        _refuse_used_folder(run)
        config = config_for_init(config.checked())
    dataset = PairedDataset.open(Path(config.data), "train", config.size)
    held_out = PairedDataset.open(Path(config.data), "val", config.size)
    state = new_state(config, placement, len(dataset.labels))
    if resume:
        _restore(run, state, config, dataset, on_event)
    else:
        if config.init:
            adopt_weights(state, Path(config.init), dataset.labels)
        save_config(config, run / "config.toml")

    session = _Session(run, config, placement, state, dataset, held_out, on_event, next_command)
    on_event(session.started(resume))
    with session.batches() as batch_of:
        while not session.is_over():
            batch = to_tensors(batch_of(state.plan.step), placement)
            made = training_step(state, config, placement, batch)
            session.count_time()
            if state.plan.step % config.every.log == 0:
                values = losses.read(made)
                if not all(abs(value) < float("inf") for value in values.values()):
                    return session.fail(f"The losses are no longer numbers ({values}); {LOWER}.")
                on_event(session.step_done(values))
            if session.due(config.every.evaluate):
                session.evaluate()
            if session.due(config.every.checkpoint) and not session.save():
                break
            if session.due(config.every.sample):
                session.draw_samples()
            session.obey_commands()
    return session.finish()


LOWER = "resume from the last checkpoint with a lower optim.generator_lr"


@dataclass
class _Session:
    """One call of ``train``: the values its parts share."""

    run: Path
    config: TrainConfig
    placement: Placement
    state: TrainState
    dataset: PairedDataset
    held_out: PairedDataset
    on_event: OnEvent
    next_command: NextCommand
    preview: commands.SetPreview | None = None
    stopped: bool = False
    failed: bool = False
    saved_step: int = -1
    _pausing: bool = False
    _put_off: list[Command] = field(default_factory=list)
    _samples: SampleSet | None = None
    _ticked_at: float = field(default_factory=time.monotonic)
    _logged_at: tuple[int, float] = (0, 0.0)

    @property
    def plan(self) -> Plan:
        return self.state.plan

    @contextlib.contextmanager
    def batches(self) -> Iterator[Callable[[int], Batch]]:
        """Prepare batches ahead in the background; a batch depends on its step alone."""
        config = self.config

        def make(step: int) -> Batch:
            return training_batch(
                self.dataset,
                step,
                config.seed,
                config.batch_size,
                config.augment,
                config.hints,
                config.generator.noise,
            )

        prefetcher = Prefetcher(make, self.plan.step)
        self._ticked_at = time.monotonic()
        self._logged_at = (self.plan.step, self.plan.elapsed_s)
        try:
            yield prefetcher.get
        finally:
            prefetcher.close()

    def is_over(self) -> bool:
        return self.stopped or self.failed or bool(self.plan.steps and self.plan.step >= self.plan.steps)

    def due(self, every: int) -> bool:
        return bool(every) and (self.plan.step % every == 0 or self.plan.step == self.plan.steps)

    def count_time(self) -> None:
        now = time.monotonic()
        self.plan.elapsed_s += now - self._ticked_at
        self._ticked_at = now
        if not self.plan.steps and self.plan.step >= CALIBRATION_STEPS:
            self._plan_budget()

    def _plan_budget(self) -> None:
        """Turn the minutes into steps at the pace so far; the plan is saved, so a resumed run keeps it."""
        assert self.config.minutes is not None
        at_this_pace = self.plan.step * self.config.minutes * 60.0 / self.plan.elapsed_s
        self.plan.steps = max(self.plan.step, round(at_this_pace))

    def started(self, resumed: bool) -> events.Started:
        networks = {"generator": self.state.generator, "discriminator": self.state.discriminator}
        parameters = {
            name: sum(weight.numel() for weight in network.parameters())
            for name, network in networks.items()
            if network is not None
        }
        return events.Started(
            str(self.run),
            self.plan.step,
            self.plan.steps,
            self.placement.name,
            str(self.placement.precision).removeprefix("torch."),
            len(self.dataset),
            tuple(self.dataset.labels),
            parameters,
            resumed,
        )

    def step_done(self, values: dict[str, float]) -> events.StepDone:
        step, elapsed_s = self._logged_at
        pace = (self.plan.step - step) / max(self.plan.elapsed_s - elapsed_s, 1e-9)
        self._logged_at = (self.plan.step, self.plan.elapsed_s)
        left_s = max(0, self.plan.steps - self.plan.step) / pace
        rate = float(self.state.generator_optimizer.param_groups[0]["lr"])
        return events.StepDone(
            self.plan.step,
            self.plan.steps,
            values,
            pace * self.config.batch_size,
            self.plan.elapsed_s,
            left_s,
            rate,
        )

    def draw_samples(self) -> None:
        if self._samples is None:
            self._samples = choose_samples(self.held_out, self.config.seed, self.config.generator.noise)
        path = self.run / "samples" / f"step-{self.plan.step:08d}.png"
        try:
            write_grid(path, self.state.average, self._samples, self.preview, self.placement)
        except OSError as error:
            self.on_event(events.Warned(self.plan.step, f"The samples could not be written ({error})."))
            return
        self.on_event(events.SamplesReady(self.plan.step, str(path)))

    def evaluate(self) -> None:
        """Measure the average on the held-out split and remember the best; commands are heard meanwhile."""
        figures = measure(self.state.average, self.held_out, self.config, self.placement, self._interrupted)
        if figures is None:
            return
        # Plain and hinted count alike: the studio is used both ways.
        score = sum(figures.values())
        best = score < self.state.best.get("score", float("inf"))
        if best:
            self.state.best = {"score": score, "step": self.plan.step, **figures}
        self.on_event(events.MetricsReady(self.plan.step, "val", figures, len(self.held_out), best))
        if best:
            self.save()

    def save(self) -> bool:
        """Save the state; wait and try again while the disk refuses. False when the run has to end."""
        if self.saved_step == self.plan.step:
            return not self.failed
        if not is_sound(self.state):
            self.fail(f"The weights are no longer numbers; {LOWER}.")
            return False
        if self.config.minutes and self.plan.steps and self.plan.step < self.plan.steps:
            self.count_time()
            self._plan_budget()
        while True:
            try:
                path = save_checkpoint(self.run, self.state, self.config, self.dataset.fingerprint)
                break
            except OSError as error:
                text = f"The checkpoint could not be saved ({error}); free some space, training waits."
                self.on_event(events.Warned(self.plan.step, text))
                if self.stopped or not self._wait(SAVE_RETRY_S):
                    return False
        self.saved_step = self.plan.step
        prune_checkpoints(self.run, int(self.state.best.get("step", -1)), self.config.every.keep)
        self.on_event(events.CheckpointSaved(self.plan.step, str(path)))
        return True

    def obey_commands(self) -> None:
        while True:
            command = self._put_off.pop(0) if self._put_off else self.next_command()
            if command is None:
                break
            self._obey(command)
        if self._pausing:
            self._wait(None)

    def _obey(self, command: Command) -> None:
        match command:
            case commands.Stop():
                self.stopped, self._pausing = True, False
            case commands.Pause():
                self._pausing = True
            case commands.Continue():
                self._pausing = False
            case commands.Evaluate():
                self.evaluate()
            case commands.SaveCheckpoint():
                self.save()
            case commands.SetPreview():
                self.preview = command
                self.draw_samples()

    def _interrupted(self) -> bool:
        """Hear commands in the middle of an evaluation; Stop acts at once, the others after it."""
        command = self.next_command()
        if isinstance(command, commands.Stop):
            self.stopped = True
        elif command is not None:
            self._put_off.append(command)
        return self.stopped

    def _wait(self, longest_s: float | None) -> bool:
        """Wait for Continue, Stop or ``longest_s``; False after Stop. The time does not count."""
        self.count_time()
        self.on_event(events.Paused(self.plan.step))
        self._pausing = True
        until = None if longest_s is None else time.monotonic() + longest_s
        while self._pausing and (until is None or time.monotonic() < until):
            command = self.next_command()
            if command is None:
                time.sleep(PAUSE_POLL_S)
            else:
                self._obey(command)
        self._pausing = False
        self._ticked_at = time.monotonic()
        if not self.stopped:
            self.on_event(events.Continued(self.plan.step))
        return not self.stopped

    def fail(self, text: str) -> RunResult:
        self.failed = True
        self.on_event(events.Failed(self.plan.step, text))
        return self.result()

    def finish(self) -> RunResult:
        """Save what is not saved yet and report the end."""
        if self.failed:
            return self.result()
        if not self.save():
            return self.fail(
                f"Step {self.plan.step} could not be saved before the end; resume the last checkpoint."
            )
        self.on_event(events.Finished(self.plan.step, self.result().complete, self.state.best))
        return self.result()

    def result(self) -> RunResult:
        complete = not self.failed and 0 < self.plan.steps <= self.plan.step
        return RunResult(self.run, self.plan.step, complete, self.state.best, self.failed)


def _refuse_used_folder(run: Path) -> None:
    if (run / "config.toml").exists() or (run / "checkpoints").exists():
        raise UserError(f"{run} holds a run already; resume it, or choose another folder for the new run.")


def _restore(
    run: Path, state: TrainState, config: TrainConfig, dataset: PairedDataset, on_event: OnEvent
) -> None:
    checkpoint = last_checkpoint(run)
    if checkpoint.manifest["fingerprint"] != dataset.fingerprint:
        raise UserError(
            f"The data in {config.data} has changed since {run} was trained; start a new run with it."
        )
    planned = checkpoint.manifest["plan"]["steps"]
    restore_checkpoint(checkpoint, state)
    cut_journal(run, checkpoint.step)
    if config.minutes is None and planned != config.steps:
        state.plan = replace(state.plan, steps=config.steps)
        save_config(config, run / "config.toml")
        text = f"The schedule was planned for {planned} steps and is now planned for {config.steps}."
        on_event(events.Warned(checkpoint.step, text))
