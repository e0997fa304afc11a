"""The second column before a run: recipe, quality, length, size, what to start from, and Start."""

from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio.core.run_history import time_words
from studio.ui.icons import IconBook
from studio.ui.session import Session
from studio.ui.theme import GAP, muted_label
from studio.ui.training.basis import link, with_icon, wrapped
from studio.ui.training.config_form import ConfigForm
from studio.ui.training.misfit_box import MisfitBox
from studio.ui.training.run_plan import PATIENCE, Length, RunPlan
from studio.ui.widgets.calm_wheel import CalmWheel
from studio.ui.widgets.section import Section
from studio.ui.widgets.slider_row import Scale, SliderRow
from training.needs import Offer, misfit
from training.options import Setting, settings_of
from training.recipes import Recipe, get_recipe, recipe_names
from training.recipes.presets import QUALITIES

LENGTH_WORDS = {
    Length.MINUTES: "For a time",
    Length.EPOCHS: "For a number of epochs",
    Length.STEPS: "For a number of steps",
    Length.IMPROVING: "Until it stops improving",
}
RECIPE_WORDS = {"lineart": "Line art"}
"""Where the recipe's own name reads badly."""
SHORT_LIST = frozenset({"recipe", "steps", "minutes", "epochs", "size", "init", "data", "run"})
"""Settings that have a place of their own above the fold."""
UNSUITED = "This recipe cannot be used with these pictures; see above"
OFTEN = "Often changed"
ELSEWHERE = ("source.", "sketch.")
"""Sections that the first column shows."""


class RunForm(QWidget):
    """Owns the plan; announces Start.

    *Signals*
    start_wanted(): the person pressed Start.
    labels_wanted(): the person wants labels to be suggested for the pictures.
    planned(): the plan is another one.
    """

    start_wanted = Signal()
    labels_wanted = Signal()
    planned = Signal()

    def __init__(self, session: Session, icons: IconBook, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._blocked = ""
        self._offer: Offer | None = None
        self._where = ""
        self._can_suggest = False
        self.plan = RunPlan()
        self.recipes = _choice("Recipe", "Settings that belong together, to start from")
        for name in recipe_names():
            self.recipes.addItem(RECIPE_WORDS.get(name, name), name)
            tip = get_recipe(name).summary
            self.recipes.setItemData(self.recipes.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        self.recipes.activated.connect(self._on_recipe)
        self.about_recipe = wrapped(muted=True)
        self.misfit = MisfitBox()
        self.misfit.change_wanted.connect(self._on_edited)
        self.misfit.labels_wanted.connect(self.labels_wanted)
        self.qualities = QButtonGroup(self)
        quality_row = QHBoxLayout()
        quality_row.setSpacing(4)
        for name, quality in QUALITIES.items():
            button = QToolButton()
            button.setText(name.capitalize())
            button.setCheckable(True)
            button.setToolTip(quality.about)
            button.setProperty("role", "choice")
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            button.clicked.connect(partial(self._on_quality, name))
            self.qualities.addButton(button)
            quality_row.addWidget(button, 1)
        self.about_quality = wrapped(muted=True)
        self.length = _choice("Length", "When the run ends; it can be stopped and extended at any time")
        for kind, words in LENGTH_WORDS.items():
            self.length.addItem(words, kind)
        self.length.activated.connect(self._on_length)
        self.minutes = SliderRow(
            "", Scale(2, 2880, 1, logarithmic=True), lambda m: time_words(60 * m), widest="47 h 59 min"
        )
        self.epochs = SliderRow("", Scale(1, 1000, 1, logarithmic=True), _epoch_words, widest="1000 epochs")
        self.steps = SliderRow(
            "", Scale(100, 200_000, 100, logarithmic=True), lambda s: f"{s:,.0f}", widest="200,000"
        )
        self.about_improving = wrapped(
            f"Ends once {PATIENCE} measurements in a row have brought nothing better. Stop it when you like.",
            muted=True,
        )
        self.minutes.moved.connect(partial(self._on_end, "minutes"))
        self.epochs.moved.connect(partial(self._on_end, "epochs"))
        self.steps.moved.connect(lambda value: self._on_end("steps", round(value)))
        self.size_box = _choice("Picture size", "Twice the size takes four times as long")
        self.size_box.activated.connect(self._on_size)
        self.init = _choice("Start from", "A model that has learned something already needs less time")
        self.init.activated.connect(self._on_init)
        self.name = QLineEdit()
        self.name.setAccessibleName("Name of the run")
        self.start = with_icon("Start training", "play", icons, on_accent=True)
        self.start.setProperty("role", "primary")
        self.start.clicked.connect(self.start_wanted)
        self.why_not = wrapped(muted=True)
        self.form = ConfigForm(self._advanced())
        self.form.edited.connect(self._on_edited)
        self.form.restored.connect(self._on_restored)
        self.restore = link("Take all changes back")
        self.restore.clicked.connect(self._restore_all)
        fold = QWidget()
        inner = QVBoxLayout(fold)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addWidget(self.restore, 0, Qt.AlignmentFlag.AlignLeft)
        inner.addWidget(self.form)
        self.advanced = Section("Advanced", fold, icons, flush=True)
        self.advanced.set_open(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(muted_label("Recipe"))
        column.addWidget(self.recipes)
        column.addWidget(self.about_recipe)
        column.addWidget(self.misfit)
        column.addWidget(muted_label("Quality"))
        column.addLayout(quality_row)
        column.addWidget(self.about_quality)
        column.addWidget(muted_label("Length"))
        for part in (self.length, self.minutes, self.epochs, self.steps, self.about_improving):
            column.addWidget(part)
        for words, control in (
            ("Picture size", self.size_box),
            ("Start from", self.init),
            ("Name", self.name),
        ):
            column.addLayout(_named(words, control))
        column.addSpacing(GAP)
        column.addWidget(self.start)
        column.addWidget(self.why_not)
        column.addWidget(self.advanced)
        session.models_changed.connect(self._show_models)
        self._show_models()
        self._show()

    def set_blocked(self, reason: str) -> None:
        """Say why Start cannot be pressed; "" when it can."""
        if reason != self._blocked:
            self._blocked = reason
            self._show_fit()

    def show_offer(self, offer: Offer | None, where: str = "", can_suggest: bool = False) -> None:
        """Say which recipes can be used with what ``where`` offers, None while that is not known.

        ``can_suggest`` tells whether labels can be suggested for it.
        """
        if (offer, where, can_suggest) != (self._offer, self._where, self._can_suggest):
            self._offer, self._where, self._can_suggest = offer, where, can_suggest
            self._show_fit()

    def set_plan(self, plan: RunPlan) -> None:
        """Show another plan."""
        self.plan = plan
        self._show()

    def _advanced(self) -> list[Setting]:
        """The settings below the fold: those often changed first, then group by group."""
        found = [
            replace(setting, group=OFTEN) if setting.basic else setting
            for setting in settings_of(self.plan.config())
            if setting.name not in SHORT_LIST and not setting.name.startswith(ELSEWHERE)
        ]
        order = list(dict.fromkeys((OFTEN, *(setting.group for setting in found))))
        return sorted(found, key=lambda setting: order.index(setting.group))

    def _on_recipe(self) -> None:
        self.set_plan(replace(self.plan, recipe=self.recipes.currentData(), size=0, advanced={}))

    def _on_quality(self, name: str) -> None:
        self.set_plan(replace(self.plan, quality=name, size=0))

    def _on_length(self) -> None:
        # Qt gives a plain string back.
        self.set_plan(replace(self.plan, length=Length(self.length.currentData())))

    def _on_end(self, name: str, value: Any) -> None:
        self.plan = replace(self.plan, **{name: value})

    def _on_size(self) -> None:
        self.set_plan(replace(self.plan, size=self.size_box.currentData()))

    def _on_init(self) -> None:
        self.set_plan(replace(self.plan, init=self.init.currentData()))

    def _on_edited(self, name: str, value: object) -> None:
        self.set_plan(replace(self.plan, advanced={**self.plan.advanced, name: value}))

    def _on_restored(self, name: str) -> None:
        kept = {key: value for key, value in self.plan.advanced.items() if key != name}
        self.set_plan(replace(self.plan, advanced=kept))

    def _restore_all(self) -> None:
        self.set_plan(replace(self.plan, advanced={}))

    def _show_models(self) -> None:
        with QSignalBlocker(self.init):
            self.init.clear()
            self.init.addItem("Nothing", "")
            for entry in self._session.library.pictures():
                self.init.addItem(entry.name, str(entry.path))
            place = self.init.findData(self.plan.init)
            self.init.setCurrentIndex(max(0, place))
        if place < 0:
            self.plan = replace(self.plan, init="")

    def _show(self) -> None:
        plan = self.plan
        recipe, base = get_recipe(plan.recipe), plan.base()
        for box, value in ((self.recipes, plan.recipe), (self.length, plan.length), (self.init, plan.init)):
            with QSignalBlocker(box):
                box.setCurrentIndex(max(0, box.findData(value)))
        self.about_recipe.setText(f"{recipe.summary}{_demands(recipe)}")
        self.recipes.setToolTip(f"{recipe.about}\n\n{recipe.source}".strip())
        for button in self.qualities.buttons():
            button.setChecked(button.text().lower() == plan.quality)
        self.about_quality.setText(QUALITIES[plan.quality].about)
        self.minutes.set_value(plan.minutes)
        self.epochs.set_value(plan.epochs)
        self.steps.set_value(plan.steps)
        self.minutes.setVisible(plan.length is Length.MINUTES)
        self.epochs.setVisible(plan.length is Length.EPOCHS)
        self.steps.setVisible(plan.length is Length.STEPS)
        self.about_improving.setVisible(plan.length is Length.IMPROVING)
        with QSignalBlocker(self.size_box):
            self.size_box.clear()
            for side in plan.sizes():
                self.size_box.addItem(f"{side} px", side)
            self.size_box.setCurrentIndex(self.size_box.findData(plan.size or base.size))
        self.form.show_values(self._advanced(), plan.advanced)
        self.restore.setVisible(bool(plan.advanced))
        self._show_fit()
        self.planned.emit()

    def _show_fit(self) -> None:
        offer, where = self._offer, self._where
        found = misfit(self.plan.config(), offer, where) if offer is not None else None
        self.misfit.show_misfit(found, self._can_suggest)
        reason = self._blocked or (UNSUITED if found is not None else "")
        self.start.setEnabled(not reason)
        self.start.setToolTip(reason or "Begin to train (the picture learns while you watch)")
        self.why_not.setText(reason)
        self.why_not.setVisible(bool(reason))
        for place in range(self.recipes.count()):
            name = self.recipes.itemData(place)
            lacks = misfit(get_recipe(name).config, offer, where) if offer is not None else None
            words = RECIPE_WORDS.get(name, name)
            self.recipes.setItemText(place, f"{words} ({lacks.kind})" if lacks is not None else words)


def _demands(recipe: Recipe) -> str:
    """What its data must have, in a line of its own; "" for one that takes all kinds."""
    needs = recipe.needs
    if "needed" not in (needs.labels, needs.pairs) and needs.channels != "1":
        return ""
    sentence = needs.sentence()
    return f"\nFor {sentence[:1].lower()}{sentence[1:]}."


def _choice(name: str, tip: str) -> QComboBox:
    box = QComboBox()
    box.setAccessibleName(name)
    box.setToolTip(tip)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(8)
    CalmWheel(box)
    return box


def _named(words: str, control: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    label = muted_label(words)
    label.setFixedWidth(80)
    label.setBuddy(control)
    row.addWidget(label)
    row.addWidget(control, 1)
    return row


def _epoch_words(epochs: float) -> str:
    return f"{epochs:.0f} epoch{'' if round(epochs) == 1 else 's'}"
