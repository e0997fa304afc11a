"""What keeps a run alive: steps that are no numbers, memory that runs out, devices that vanish."""

import gc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch

from training import events
from training.beginning import begin
from training.checkpoint import list_checkpoints, restore_checkpoint
from training.config import TrainConfig
from training.data.dataset import Dataset
from training.device import Placement
from training.distributed import Team
from training.events import Event
from training.feed import Feed
from training.files import UserError
from training.memory import is_device_lost, is_out_of_memory
from training.state import TrainState, is_sound, new_state

PATIENCE = 3
"""Steps in a row without a number, after which an earlier state is put back."""
LOWEST_RATE = 1 / 64
"""Share of the learning rates below which going back once more would not help."""


class Guard:
    """Notices trouble in a run's state and goes back to the last good one.

    Every process of a team has one and decides alike: what it looks at is the same in all of them.
    """

    def __init__(
        self,
        run: Path,
        config: TrainConfig,
        placement: Placement,
        team: Team,
        state: TrainState,
        dataset: Dataset,
        feed: Feed,
        on_event: Callable[[Event], None],
    ) -> None:
        self.given_up = ""
        """Why the run cannot go on; empty while it can."""
        self.steady = True
        """Whether the last step looked at was a good one, worth going back to."""
        self._run = run
        self._config = config
        self._placement = placement
        self._team = team
        self._state = state
        self._dataset = dataset
        self._feed = feed
        self._on_event = on_event
        self._skipped = 0

    def check(self) -> bool:
        """Whether all is well; else an earlier state has been put back, or ``given_up`` says why not."""
        in_a_row, in_all = (int(count) for count in self._state.trouble.tolist())
        if in_all > self._skipped:
            count, self._skipped = in_all - self._skipped, in_all
            text = f"The losses of {_steps(count)} were no numbers; nothing was learnt from them."
            self._on_event(events.Warned(self._state.plan.step, text, "rollback"))
        self.steady = in_a_row == 0
        if in_a_row < PATIENCE and is_sound(self._state):
            return True
        self._go_back()
        return False

    def recover(self, trouble: Exception) -> str:
        """Make the next step possible after ``trouble``; else the sentence with which the run ends.

        What is neither the machine's nor the user's fault is raised again.
        """
        state, config = self._state, self._config
        if is_out_of_memory(trouble):
            batch_size = state.plan.pictures_a_step(config)
            # In a team the others wait in the middle of the step that this process has left.
            if batch_size < 2 or self._team.size > 1:
                return "There is not enough memory; start a new run with a smaller batch_size or size."
            self._release()
            state.plan.halve_batch(config)
            self._feed.restart(state.plan)
            text = f"There was not enough memory for {batch_size} pictures a step; it goes on with "
            text += f"{state.plan.batch_size}."
            self._on_event(events.Warned(state.plan.step, text, "memory"))
            return ""
        if is_device_lost(trouble):
            first = str(trouble).splitlines()[0]
            return f"The graphics processor no longer answers ({first}); restart and resume the run."
        if isinstance(trouble, UserError | OSError):
            return f"The data cannot be read any more: {trouble}"
        raise trouble

    def spare(self, trouble: Exception, what: str) -> None:
        """Tell that ``what`` is left out this time because of ``trouble``; the run goes on.

        What is neither the machine's nor the user's fault is raised again, as is a lost device.
        """
        if is_out_of_memory(trouble):
            self._release()
            text, kind = f"There was not enough memory for {what}, which are left out this time.", "memory"
        elif isinstance(trouble, UserError | OSError):
            text, kind = f"This time {what} are left out: {trouble}", "data"
        else:
            raise trouble
        self._on_event(events.Warned(self._state.plan.step, text, kind))

    def _go_back(self) -> None:
        """Put the last good state back, with half the learning rate."""
        state, plan = self._state, self._state.plan
        rate = plan.rate / 2.0
        if rate < LOWEST_RATE:
            self.given_up = (
                "The losses are no numbers however small the steps are; start a new run with a lower "
                "optim.generator_lr, or with precision=float32."
            )
            return
        saved = list_checkpoints(self._run)
        best = state.best
        if saved:
            restore_checkpoint(saved[-1], state)
        else:
            self._start_again()
        step = plan.step
        state.plan = replace(
            state.plan, rate=rate, steps=plan.steps, elapsed_s=plan.elapsed_s, overhead_s=plan.overhead_s
        )
        state.best = best
        state.trouble = torch.zeros_like(state.trouble)
        self._skipped = 0
        self._feed.restart(state.plan)
        text = (
            f"The losses stayed no numbers at step {step}; the run goes on from step {state.plan.step} with "
            f"{rate:g} times its learning rates."
        )
        self._on_event(events.Warned(state.plan.step, text, "rollback"))

    def _start_again(self) -> None:
        """The state as it was before the first step."""
        state, config = self._state, self._config
        fresh = new_state(config, self._placement, len(self._dataset.labels))
        begin(fresh, config, self._dataset)
        state.generator.load_state_dict(fresh.generator.state_dict())
        state.average.load_state_dict(fresh.average.state_dict())
        state.generator_optimizer.state.clear()
        if state.discriminator is not None and fresh.discriminator is not None:
            state.discriminator.load_state_dict(fresh.discriminator.state_dict())
        if state.discriminator_optimizer is not None:
            state.discriminator_optimizer.state.clear()
        state.plan, state.judged = fresh.plan, fresh.judged

    def _release(self) -> None:
        """Let go of what the broken step still holds."""
        for optimizer in (self._state.generator_optimizer, self._state.discriminator_optimizer):
            if optimizer is not None:
                optimizer.zero_grad(set_to_none=True)
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()


def _steps(count: int) -> str:
    return "one step" if count == 1 else f"{count} steps"
