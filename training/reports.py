"""What a run says of itself: how it starts, how it goes, and what needs the user's eye."""

from collections.abc import Callable
from pathlib import Path

from training import events
from training.config import TrainConfig
from training.data.dataset import Dataset
from training.device import Placement
from training.distributed import Team
from training.events import Event
from training.feed import epoch_of
from training.memory import memory_in_use
from training.policies import BalanceWatch
from training.state import Plan, TrainState

MOST_PROBLEMS = 20
"""Pictures that are left out and named, one by one."""


class Reporter:
    """Makes events of the state of a run, and notices what has changed since it last looked."""

    def __init__(
        self,
        run: Path,
        config: TrainConfig,
        placement: Placement,
        team: Team,
        state: TrainState,
        dataset: Dataset,
        held_out: Dataset,
        on_event: Callable[[Event], None],
    ) -> None:
        self._run = run
        self._config = config
        self._placement = placement
        self._team = team
        self._state = state
        self._dataset = dataset
        self._held_out = held_out
        self._on_event = on_event
        self._balance = BalanceWatch()
        self._problems_told = 0
        self._collapsed: tuple[str, ...] = ()
        self._logged_at = self._began_at = (0, 0.0)
        self.went_back()

    @property
    def _plan(self) -> Plan:
        return self._state.plan

    def started(self, resumed: bool) -> None:
        """Tell what is about to happen, and which pictures are left out."""
        networks = {"generator": self._state.generator, "discriminator": self._state.discriminator}
        parameters = {
            name: sum(weight.numel() for weight in network.parameters())
            for name, network in networks.items()
            if network is not None
        }
        self._on_event(
            events.Started(
                str(self._run),
                self._plan.step,
                self._plan.steps,
                self._placement.name,
                str(self._placement.precision).removeprefix("torch."),
                len(self._dataset),
                tuple(self._dataset.labels),
                parameters,
                resumed,
                self._plan.pictures_a_step(self._config),
                self._team.size,
            )
        )
        self._tell_problems()

    def went_back(self) -> None:
        """Count the pace from where the plan stands now."""
        self._logged_at = self._began_at = (self._plan.step, self._plan.elapsed_s)

    def step_done(self, losses: dict[str, float]) -> None:
        """Tell how the steps since the last time went; losses that are no numbers are the guard's to tell."""
        self._tell_problems()
        if not all(abs(value) < float("inf") for value in losses.values()):
            return
        plan = self._plan
        pace = self._pace_since(self._logged_at)
        self._logged_at = (plan.step, plan.elapsed_s)
        share, left_s = self._progress()
        self._on_event(
            events.StepDone(
                plan.step,
                plan.steps,
                losses,
                images_per_s=pace * plan.pictures_a_step(self._config),
                elapsed_s=plan.elapsed_s,
                left_s=left_s,
                learning_rate=self._state.generator_optimizer.param_groups[0]["lr"],
                epoch=epoch_of(plan.position(self._config), self._dataset),
                balance=self._balance_now(),
                memory=memory_in_use(),
                share=share,
            )
        )

    def _progress(self) -> tuple[float, float]:
        """How much of the run is done, 0..1, and the seconds left: by the clock where it is given minutes."""
        plan = self._plan
        if plan.step == plan.steps:
            return 1.0, 0.0
        if self._config.minutes:
            budget_s = self._config.minutes * 60.0
            return min(plan.elapsed_s / budget_s, 1.0), max(budget_s - plan.elapsed_s, 0.0)
        # At the pace with everything that is done beside the steps.
        pace = self._pace_since(self._began_at)
        return plan.step / plan.steps, (plan.steps - plan.step) / max(pace, 1e-9)

    def _pace_since(self, place: tuple[int, float]) -> float:
        """Steps a second since a step and its time."""
        step, elapsed_s = place
        return (self._plan.step - step) / max(self._plan.elapsed_s - elapsed_s, 1e-9)

    def collapsed(self, labels: tuple[str, ...]) -> None:
        """Warn of the ``labels`` whose pictures have become nearly one, each time it happens."""
        new = [label for label in labels if label not in self._collapsed]
        self._collapsed = labels
        if new:
            text = (
                f"The pictures of {', '.join(new)} have become nearly one; add pictures of it, set "
                "optim.label_ramp_steps, or switch on discriminator.augment."
            )
            self._on_event(events.Warned(self._plan.step, text, "collapse"))

    def _balance_now(self) -> dict[str, float]:
        if self._state.discriminator is None:
            return {}
        real, generated = self._state.judged.tolist()
        overpowered = self._balance.look(self._plan.step, real, generated)
        if overpowered:
            self._on_event(events.Warned(self._plan.step, overpowered, "balance"))
        return {"real": real, "generated": generated, "augment": self._plan.strength}

    def _tell_problems(self) -> None:
        """Name the pictures that are left out, those too that have gone meanwhile."""
        problems = (*self._dataset.problems, *self._held_out.problems)
        for text in problems[self._problems_told : MOST_PROBLEMS]:
            self._on_event(events.Warned(self._plan.step, text, "data"))
        if len(problems) > MOST_PROBLEMS >= self._problems_told:
            text = f"{len(problems)} pictures are left out; python -m training inspect lists them."
            self._on_event(events.Warned(self._plan.step, text, "data"))
        self._problems_told = max(self._problems_told, len(problems))
