"""The training loop: a function of its arguments that reports values and listens to commands."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from training import commands, events
from training.automatic import settled
from training.beginning import begin
from training.checkpoint import last_checkpoint, restore_checkpoint, was_saved
from training.commands import Command
from training.config import TrainConfig, from_dict, save_config
from training.data.dataset import CancelledError, Dataset
from training.device import place, prepare_torch
from training.distributed import Team, joined
from training.events import Event
from training.export import config_for_init
from training.feed import Feed, open_data
from training.files import UserError
from training.listeners import cut_journal, empty_journal
from training.session import RunResult, Session
from training.state import TrainState, new_state
from training.step import training_step
from training.suitable import check_data
from training.tasks import task_of

OnEvent = Callable[[Event], None]
NextCommand = Callable[[], Command | None]


def train(
    config: TrainConfig, on_event: OnEvent, next_command: NextCommand, *, resume: bool = False
) -> RunResult:
    """Train as ``config`` says, in the folder ``config.run``; with ``resume`` from its last checkpoint on, or
    from the start where the run was cut off before its first one.

    ``on_event`` gets every event, ``next_command`` is asked after every step and between evaluation batches;
    both are called from the calling thread. On a CPU a run that is stopped anywhere and resumed ends
    bit-identical to one that was not. Under torchrun every process calls it with the same config; events and
    commands are then those of process 0. Raises UserError before the first step when something the user gave
    cannot be used.
    """
    with joined(config.device) as team:
        if not team.leads:
            on_event, next_command = _ignored, _silent
        return _train(config, on_event, next_command, resume, team)


def _train(
    config: TrainConfig, on_event: OnEvent, next_command: NextCommand, resume: bool, team: Team
) -> RunResult:
    run = Path(config.run)
    placement = place(config.device, config.precision)
    prepare_torch(placement, config.threads)
    if not resume:
        if team.leads:
            _refuse_used_folder(run)
        config = config_for_init(config.checked())
    before = _BeforeTheFirstStep(on_event, next_command)
    try:
        dataset, held_out = open_data(config, before.preparing, before.is_cancelled)
    except CancelledError:
        on_event(events.Finished(0, complete=False))
        return RunResult(run, 0, complete=False)
    if not resume:
        config = settled(config, dataset, placement, team)
        check_data(config, dataset)
    state = new_state(config, placement, len(dataset.labels), team)
    goes_on = resume and was_saved(run)
    if goes_on:
        config = _restored(run, state, config, dataset, on_event, team)
    else:
        begin(state, config, dataset)
        if team.leads:
            with _refusals_told(run):
                save_config(config, run / "config.toml")
                if resume:
                    empty_journal(run)

    task, feed = task_of(config), Feed(dataset, config, state.plan, team)
    try:
        session = Session(
            run, config, placement, team, state, dataset, held_out, feed, on_event, before.next_command
        )
        session.start(goes_on)
        while not session.is_over():
            trouble: Exception | None = None
            try:
                batch = task.tensors(feed.get(state.plan.step), placement)
                made = training_step(state, config, placement, batch, team)
            except (RuntimeError, MemoryError, OSError, UserError) as error:
                trouble = error.with_traceback(None)  # its frames hold the step's tensors
            if trouble is None:
                session.after_step(made)
            else:
                session.recover(trouble)
        return session.finish()
    finally:
        feed.close()


class _BeforeTheFirstStep:
    """Events and commands while the data are read: Stop acts at once, other commands wait for the loop."""

    def __init__(self, on_event: OnEvent, next_command: NextCommand) -> None:
        self._on_event = on_event
        self._next_command = next_command
        self._waiting: list[Command] = []

    def preparing(self, done: int, total: int, text: str) -> None:
        self._on_event(events.Preparing(done, total, text))

    def is_cancelled(self) -> bool:
        command = self._next_command()
        if isinstance(command, commands.Stop):
            return True
        if command is not None:
            self._waiting.append(command)
        return False

    def next_command(self) -> Command | None:
        return self._waiting.pop(0) if self._waiting else self._next_command()


def _ignored(event: Event) -> None:
    """The events of every process but the first."""


def _silent() -> None:
    """The commands of every process but the first."""


def _refuse_used_folder(run: Path) -> None:
    if (run / "config.toml").exists() or (run / "checkpoints").exists():
        raise UserError(f"{run} holds a run already; resume it, or choose another folder for the new run.")


@contextlib.contextmanager
def _refusals_told(run: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or error
        raise UserError(f"{run} cannot be written ({reason}); free some space, then start again.") from error


def _restored(
    run: Path, state: TrainState, config: TrainConfig, dataset: Dataset, on_event: OnEvent, team: Team
) -> TrainConfig:
    """Put the last checkpoint back; the config, with its length planned anew where that was asked for."""
    checkpoint = last_checkpoint(run)
    if checkpoint.manifest["fingerprint"] != dataset.fingerprint:
        raise UserError(
            f"The data in {config.data} has changed since {run} was trained; start a new run with it."
        )
    planned = checkpoint.manifest["plan"]["steps"]
    before = from_dict(checkpoint.manifest["config"])
    restore_checkpoint(checkpoint, state)
    if team.leads:
        with _refusals_told(run):
            cut_journal(run, checkpoint.step)
    if (before.steps, before.minutes, before.epochs) == (config.steps, config.minutes, config.epochs):
        return config
    if config.epochs is not None and config.epochs != before.epochs:
        pictures = config.epochs * len(dataset.members) - state.plan.offset
        config = replace(config, steps=max(1, round(pictures / state.plan.pictures_a_step(config))))
    state.plan = replace(state.plan, steps=0 if config.minutes else config.steps)
    if team.leads:
        with _refusals_told(run):
            save_config(config, run / "config.toml")
    length = f"{config.minutes:g} minutes" if config.minutes else f"{config.steps} steps"
    text = f"The schedule was planned for {planned} steps and is now planned for {length}."
    on_event(events.Warned(checkpoint.step, text, "schedule"))
    return config
