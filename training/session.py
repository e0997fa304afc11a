"""What happens between the steps of a run: reports, measurements, samples, saving, commands."""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from training import commands, events, losses
from training.checkpoint import prune_checkpoints, save_checkpoint
from training.commands import Command
from training.config import TrainConfig
from training.data.dataset import Dataset
from training.device import Placement
from training.distributed import Team
from training.events import Event
from training.feed import Feed
from training.files import UserError
from training.guard import Guard
from training.measure import best_score
from training.memory import is_device_lost
from training.policies import TimeShare
from training.reports import Reporter
from training.samples import GAP_PX
from training.state import Plan, TrainState
from training.tasks import Measures, Samples, task_of

CALIBRATION_STEPS = 20
"""Steps after which a budget in minutes becomes a number of steps for the first time."""
FIRST_LOGS = (1, 2, 5, 10)
"""Steps whose losses are told whatever the interval: on a slow machine twenty of them take minutes."""
PAUSE_POLL_S = 0.05
SAVE_RETRY_S = 60.0
LONGEST_UNSAVED_S = 120.0
"""Time after which the state is saved at the next report of losses: on a slow machine a step takes long."""
EVALUATE, SAMPLE, SAVE = "evaluate", "sample", "save"


@dataclass(frozen=True)
class RunResult:
    """How a run ended: complete, stopped or failed after ``step``, with the figures of its best state."""

    run: Path
    step: int
    complete: bool
    best: dict[str, float] = field(default_factory=dict)
    failed: bool = False


class Session:
    """One call of ``train``: hears commands and does all that is not a training step.

    Under torchrun every process has one and calls the same methods; only the leader's writes, measures and
    hears commands.
    """

    def __init__(
        self,
        run: Path,
        config: TrainConfig,
        placement: Placement,
        team: Team,
        state: TrainState,
        dataset: Dataset,
        held_out: Dataset,
        feed: Feed,
        on_event: Callable[[Event], None],
        next_command: Callable[[], Command | None],
    ) -> None:
        self.run = run
        self.config = config
        self.placement = placement
        self.team = team
        self.state = state
        self.dataset = dataset
        self.held_out = held_out
        self.on_event = on_event
        self.next_command = next_command
        self.stopped = False
        self.failed = False
        self._guard = Guard(run, config, placement, team, state, dataset, feed, on_event)
        self._time = TimeShare(config.every.share, self.plan.overhead_s)
        self._reporter = Reporter(run, config, placement, team, state, dataset, held_out, on_event)
        self._preview: commands.SetPreview | None = None
        self._saved_step = -1
        self._saved_elapsed_s = self.plan.elapsed_s
        self._pausing = False
        self._put_off: list[Command] = []
        self._task = task_of(config)
        self._measurer: Measures | None = None
        self._samples: Samples | None = None
        self._ticked_at = time.monotonic()

    @property
    def plan(self) -> Plan:
        return self.state.plan

    def start(self, resumed: bool) -> None:
        """Tell what is about to happen, and show what a new run begins with; the clock runs from here."""
        self._reporter.started(resumed)
        if not resumed and self.team.leads and self.config.every.sample:
            with self._device_watched():
                self._spared("the samples", self._draw_samples)
        self._ticked_at = time.monotonic()

    def is_over(self) -> bool:
        return self.stopped or self.failed or bool(self.plan.steps and self.plan.step >= self.plan.steps)

    def after_step(self, made: losses.Losses) -> None:
        """Do what is due after a step that gave the losses ``made``."""
        # A device that is lost tells so when it is next waited for, which may be here.
        with self._device_watched():
            self._do_what_is_due(made)

    def _do_what_is_due(self, made: losses.Losses) -> None:
        # Before a budget in minutes is planned anew: the whole team has to decide these alike.
        logs = self._due(self.config.every.log) or self.plan.step in FIRST_LOGS
        saves = self._due(self.config.every.checkpoint)
        self._count_time()
        if (logs or saves) and not self._guard.check():
            self._went_back()
        else:
            if logs:
                self._reporter.step_done(losses.read(made, self.team.mean))
                saves = saves or self.plan.elapsed_s - self._saved_elapsed_s >= LONGEST_UNSAVED_S
            if self.team.leads:
                if self._due(self.config.every.evaluate) and self._affords(EVALUATE):
                    self._spared("the figures", self._evaluate)
                if saves and self._guard.steady:
                    self._save()
                if self._due(self.config.every.sample) and self._affords(SAMPLE):
                    self._spared("the samples", self._draw_samples)
        self._obey_commands()

    def recover(self, trouble: Exception) -> None:
        """Go on after a step that broke, or end the run; what nobody has thought of is raised again."""
        self._count_time()
        text = self._guard.recover(trouble)
        if text:
            self._fail(text)

    def finish(self) -> RunResult:
        """Save what is not saved yet and report the end."""
        if self.failed or not self.team.leads:
            return self._result()
        with self._device_watched():
            if not self._save():
                self._fail(
                    f"Step {self.plan.step} could not be saved before the end; resume the last checkpoint."
                )
        result = self._result()
        if not self.failed:
            self.on_event(events.Finished(self.plan.step, result.complete, self.state.best))
        return result

    def _result(self) -> RunResult:
        complete = not self.failed and 0 < self.plan.steps <= self.plan.step
        return RunResult(self.run, self.plan.step, complete, self.state.best, self.failed)

    def _fail(self, text: str) -> None:
        self.failed = True
        self.on_event(events.Failed(self.plan.step, text))

    @contextlib.contextmanager
    def _device_watched(self) -> Iterator[None]:
        """End the run with a sentence when the device is lost meanwhile."""
        try:
            yield
        except RuntimeError as error:
            if not is_device_lost(error):
                raise
            self._fail(self._guard.recover(error))

    def _spared(self, what: str, work: Callable[[], None]) -> None:
        """Do ``work``, without which the run can go on when the machine or the data refuse ``what``."""
        try:
            work()
            return
        except (RuntimeError, MemoryError, OSError, UserError) as error:
            trouble = error.with_traceback(None)  # its frames hold tensors
        self._guard.spare(trouble, what)

    def _due(self, every: int) -> bool:
        return bool(every) and (self.plan.step % every == 0 or self.plan.step == self.plan.steps)

    def _affords(self, what: str) -> bool:
        """Whether ``what`` fits its share of the time; at the end of the run everything does."""
        return self.plan.step == self.plan.steps or self._time.allows(what, self.plan.elapsed_s)

    def _spend(self, what: str, since: float) -> None:
        self._time.spend(what, time.monotonic() - since)
        self.plan.overhead_s = self._time.spent_s

    def _count_time(self) -> None:
        now = time.monotonic()
        self.plan.elapsed_s += now - self._ticked_at
        self._ticked_at = now
        if self.team.leads and not self.plan.steps and self.plan.step >= CALIBRATION_STEPS:
            self._plan_budget()

    def _plan_budget(self) -> None:
        """Turn the minutes into steps at the pace so far; the plan is saved, so a resumed run keeps it."""
        assert self.config.minutes is not None
        at_this_pace = self.plan.step * self.config.minutes * 60.0 / self.plan.elapsed_s
        self.plan.steps = max(self.plan.step, round(at_this_pace))

    def _went_back(self) -> None:
        """The guard has put an earlier state back, or given up."""
        self._reporter.went_back()
        self._saved_step = self.plan.step
        if self._guard.given_up:
            self._fail(self._guard.given_up)

    def _draw_samples(self) -> None:
        began = time.monotonic()
        if self._samples is None:
            self._samples = self._task.samples(self.held_out, self.config)
        path = self.run / "samples" / f"step-{self.plan.step:08d}.png"
        try:
            grid = self._samples.write(path, self.state.average, self._preview, self.placement)
        except OSError as error:
            text = f"The samples could not be written ({error}); free some space."
            self.on_event(events.Warned(self.plan.step, text, "disk"))
            return
        if self.plan.step:  # the clock does not run before the first one
            self._spend(SAMPLE, began)
        self.on_event(
            events.SamplesReady(
                self.plan.step,
                str(path),
                grid.rows,
                grid.columns,
                grid.side,
                GAP_PX,
                grid.preview,
                grid.labels,
            )
        )

    def _evaluate(self) -> None:
        """Measure the average on the held-out split and remember the best; commands are heard meanwhile."""
        began = time.monotonic()
        if self._measurer is None:
            self._measurer = self._task.measurer(self.held_out, self.config, self.placement)
        measured = self._measurer.run(self.state.average, self._interrupted)
        if measured is None:
            return
        self._spend(EVALUATE, began)
        best = measured.score < best_score(self.state.best, self.config.best_by, measured.chosen)
        if best:
            self.state.best = {"score": measured.score, "step": self.plan.step, "count": measured.count}
            self.state.best |= measured.figures
        self.plan.stale = 0 if best else self.plan.stale + 1
        self.on_event(
            events.MetricsReady(
                self.plan.step,
                self.held_out.split,
                measured.figures,
                measured.count,
                best,
                measured.extractor,
                measured.protocol,
                measured.chosen,
            )
        )
        self._reporter.collapsed(measured.collapsed)
        if best:
            self._save()
        elif self.config.stop_when_stale and self.plan.stale >= self.config.stop_when_stale:
            text = (
                f"{measured.chosen} has not improved in {self.plan.stale} measurements; the run ends with "
                f"its best state, of step {int(self.state.best.get('step', 0))}."
            )
            self.on_event(events.Warned(self.plan.step, text, "schedule"))
            self.plan.steps = self.plan.step

    def _save(self) -> bool:
        """Save the state, waiting while the disk refuses; False when the run has to end without."""
        if self._saved_step == self.plan.step:
            return True
        if self.config.minutes and self.plan.steps and self.plan.step < self.plan.steps:
            self._count_time()
            self._plan_budget()
        path = self._saved_when_possible()
        if path is None:
            return False
        self._saved_step = self.plan.step
        self._saved_elapsed_s = self.plan.elapsed_s
        prune_checkpoints(self.run, int(self.state.best.get("step", -1)), self.config.every.keep)
        self.on_event(events.CheckpointSaved(self.plan.step, str(path)))
        return True

    def _saved_when_possible(self) -> Path | None:
        """Try until the disk takes the checkpoint: now and then, and at Continue. None after Stop."""
        waiting, tell = False, True
        while True:
            began = time.monotonic()
            try:
                path = save_checkpoint(self.run, self.state, self.config, self.dataset.fingerprint)
            except OSError as error:
                if tell and not self.stopped:
                    text = f"The checkpoint could not be saved ({error}); free some space and go on."
                    self.on_event(events.Warned(self.plan.step, text, "disk"))
                    self._count_time()
                    self.on_event(events.Paused(self.plan.step, "disk"))
            else:
                self._spend(SAVE, began)
                if waiting:
                    self._go_on()
                return path
            if self.stopped:
                return None
            waiting, tell = True, self._heard_within(SAVE_RETRY_S)

    def _heard_within(self, longest_s: float) -> bool:
        """Wait for Continue or Stop; False when the time is up. Other commands wait for the loop."""
        until = time.monotonic() + longest_s
        while time.monotonic() < until:
            match command := self.next_command():
                case None:
                    time.sleep(PAUSE_POLL_S)
                case commands.Stop():
                    self.stopped = True
                    return True
                case commands.Continue():
                    return True
                case _:
                    self._put_off.append(command)
        return False

    def _obey_commands(self) -> None:
        """Do what was asked, and let the others of the team know how things stand."""
        while self.team.leads:
            command = self._put_off.pop(0) if self._put_off else self.next_command()
            if command is None:
                break
            self._obey(command)
        if self._pausing:
            self._pause()
        self.stopped, self.failed, self.plan.steps = self.team.follow(
            (self.stopped, self.failed, self.plan.steps)
        )

    def _obey(self, command: Command) -> None:
        match command:
            case commands.Stop():
                self.stopped, self._pausing = True, False
            case commands.Pause():
                self._pausing = True
            case commands.Continue():
                self._pausing = False
            case commands.Evaluate():
                self._spared("the figures", self._evaluate)
            case commands.SaveCheckpoint():
                self._save()
            case commands.SetPreview():
                self._preview = command
                self._spared("the samples", self._draw_samples)

    def _interrupted(self) -> bool:
        """Hear commands in the middle of an evaluation; Stop acts at once, the others after it."""
        command = self.next_command()
        if isinstance(command, commands.Stop):
            self.stopped = True
        elif command is not None:
            self._put_off.append(command)
        return self.stopped

    def _pause(self) -> None:
        """Wait for Continue or Stop; the time does not count."""
        self._count_time()
        self.on_event(events.Paused(self.plan.step))
        while self._pausing:
            command = self.next_command()
            if command is None:
                time.sleep(PAUSE_POLL_S)
            else:
                self._obey(command)
        self._go_on()

    def _go_on(self) -> None:
        self._ticked_at = time.monotonic()
        if not self.stopped:
            self.on_event(events.Continued(self.plan.step))
