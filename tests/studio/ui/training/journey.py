"""What a person does in the training workspace, and a run so small that tests can wait for it."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from studio.app import Studio
from studio.ui.training.run_plan import Length, RunPlan
from studio.ui.training.workspace import TrainingWorkspace
from studio.ui.workspaces import Space

WAIT_MS = 300_000  # for machines that are busy with other things; nothing waits that long otherwise
PATIENT = pytest.mark.timeout(1800)
LONG = 1_000_000
"""Steps of a run that outlasts any test."""
TINY = {
    "batch_size": 2,
    "precision": "float32",
    "threads": 1,
    "generator.width": 8,
    "generator.cap": 16,
    "generator.tail": 8,
    "generator.condition": 8,
    "discriminator.kind": "patchgan",
    "discriminator.channels": 8,
    "loss.features": 0.0,
    "every.log": 1,
    "every.sample": 2,
    "every.evaluate": 0,
    "every.checkpoint": 2,
}


def tiny_plan(steps: int) -> RunPlan:
    return RunPlan(quality="normal", length=Length.STEPS, steps=steps, size=64, advanced=TINY)


def visit(qtbot: QtBot, studio: Studio) -> TrainingWorkspace:
    studio.window.open_space(Space.TRAIN)
    qtbot.waitUntil(lambda: studio.window.spaces.page(Space.TRAIN) is not None, timeout=WAIT_MS)
    page = studio.window.spaces.page(Space.TRAIN)
    assert isinstance(page, TrainingWorkspace)
    assert page.isVisible()
    return page


def choose(qtbot: QtBot, space: TrainingWorkspace, folder: Path) -> None:
    space.choice.choose(folder)
    qtbot.waitUntil(lambda: space.choice.found is not None or bool(space.choice.problem), timeout=WAIT_MS)


def click(qtbot: QtBot, button: QPushButton) -> None:
    """Press a button as soon as one can: views follow the run a moment later."""
    qtbot.waitUntil(lambda: button.isVisible() and button.isEnabled(), timeout=WAIT_MS)
    button.click()


def begin(qtbot: QtBot, space: TrainingWorkspace, pairs: Path, steps: int) -> None:
    choose(qtbot, space, pairs)
    space.form.set_plan(tiny_plan(steps))
    click(qtbot, space.form.start)
    qtbot.waitUntil(lambda: space.monitor.history.step > 0, timeout=WAIT_MS)
