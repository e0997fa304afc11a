"""Everything the window can do, as a table; menus, toolbars and the command palette list its ids."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from studio.ui.icons import Checked, IconBook


class ActionId(StrEnum):
    """The name of an action."""

    NEW = "new"
    OPEN = "open"
    PASTE = "paste"
    SAVE = "save"
    SAVE_AS = "save as"
    EXPORT = "export"
    OPEN_SAMPLE = "open sample"
    SETTINGS = "settings"
    QUIT = "quit"
    UNDO = "undo"
    REDO = "redo"
    COPY = "copy"
    CLEAR = "clear"
    CLEAR_HINTS = "clear hints"
    PEN = "pen"
    ERASER = "eraser"
    HINT = "hint"
    FILL = "fill"
    PICK = "pick"
    PAN = "pan"
    SMALLER = "smaller"
    LARGER = "larger"
    SWAP_COLOURS = "swap colours"
    ZOOM_IN = "zoom in"
    ZOOM_OUT = "zoom out"
    FIT = "fit"
    ACTUAL_SIZE = "actual size"
    MIRROR = "mirror"
    ROTATE_LEFT = "rotate left"
    ROTATE_RIGHT = "rotate right"
    UPRIGHT = "upright"
    CYCLE_VIEW = "cycle view"
    DRAW_SPACE = "draw space"
    GENERATE_SPACE = "generate space"
    TRAIN_SPACE = "train space"
    EVALUATE = "evaluate"
    SUGGEST_LABELS = "suggest labels"
    SIDE_BY_SIDE = "side by side"
    OVER = "over"
    WIPE = "wipe"
    CANVAS_ONLY = "canvas only"
    LIVE = "live"
    KEEP = "keep"
    AGAIN = "again"
    PICTURE_BEFORE = "picture_before"
    LABEL_ANY = "label any"
    LABEL_1 = "label 1"
    LABEL_2 = "label 2"
    LABEL_3 = "label 3"
    LABEL_4 = "label 4"
    LABEL_5 = "label 5"
    LABEL_6 = "label 6"
    LABEL_7 = "label 7"
    LABEL_8 = "label 8"
    LABEL_9 = "label 9"
    ADD_MODEL = "add model"
    MODELS_FOLDER = "models folder"
    FIND = "find"
    SHORTCUTS = "shortcuts"
    FIRST_STEPS = "first steps"
    DEVICE_REPORT = "device report"
    LOGS = "logs"
    ABOUT = "about"


LABEL_IDS = tuple(ActionId(f"label {place}") for place in range(1, 10))
"""The actions that choose the model's first nine labels."""


def _never() -> str:
    return ""


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One row of the table.

    text: as menus show it, "&" before the mnemonic; `words` gives the text of the moment ("Undo Pen").
    tip: what it does, in one sentence without a full stop.
    keys: shortcuts; `held_keys` are keys the canvas itself listens to, shown but not registered.
    blocked: "" when it can be done now, else the reason why not, which becomes the tooltip.
    exists: whether menus show it; a ninth label means nothing to a model of eight.
    checked: whether it is on, for an action that is a switch (`is_switch`) or one of several.
    """

    id: ActionId
    text: str
    tip: str
    run: Callable[[], object]
    keys: tuple[str, ...] = ()
    icon: str = ""
    blocked: Callable[[], str] = _never
    checked: Callable[[], bool] | None = None
    words: Callable[[], str] | None = None
    held_keys: str = ""
    is_switch: bool = False
    exists: Callable[[], bool] = _always

    @property
    def plain_text(self) -> str:
        """The text without mnemonic and dots."""
        return self.text.replace("&", "").removesuffix("…")

    @property
    def shown_keys(self) -> str:
        """The keys as the user reads them, "" for none."""
        if self.keys:
            return QKeySequence(self.keys[0]).toString(QKeySequence.SequenceFormat.NativeText)
        return self.held_keys


class Actions(QObject):
    """The QActions of a table, kept in step with what can be done now.

    `refresh` asks every row again; `refresh_soon` does so once when the events at hand have been handled.
    """

    def __init__(self, table: Iterable[ActionSpec], window: QWidget, icons: IconBook) -> None:
        super().__init__(window)
        self._specs: dict[ActionId, ActionSpec] = {}
        self._actions: dict[ActionId, QAction] = {}
        self._held, self._free = "", frozenset[ActionId]()
        for spec in table:
            if spec.id in self._specs:
                raise ValueError(f"the action {spec.id} stands twice in the table")
            self._specs[spec.id] = spec
            self._actions[spec.id] = self._make(spec, window, icons)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self.refresh)
        self.refresh()

    def __getitem__(self, action_id: ActionId) -> QAction:
        return self._actions[action_id]

    @property
    def specs(self) -> Mapping[ActionId, ActionSpec]:
        """The rows by id, in the table's order."""
        return self._specs

    def refresh_soon(self) -> None:
        """Ask every row again in a moment."""
        if not self._timer.isActive():
            self._timer.start()

    def refresh(self) -> None:
        """Ask every row whether it can be done, is on, and what it is called."""
        for action_id, spec in self._specs.items():
            action = self._actions[action_id]
            reason = self.why_not(action_id)
            action.setEnabled(not reason)
            action.setVisible(spec.exists())
            text = spec.words() if spec.words is not None else spec.text
            if action.text() != text:
                action.setText(text)
            tip = self._tip(spec, text, reason)
            if action.toolTip() != tip:
                action.setToolTip(tip)
                action.setStatusTip("")
            if spec.checked is not None:
                action.setChecked(spec.checked())

    def why_not(self, action_id: ActionId) -> str:
        """The reason an action cannot be done now; "" when it can."""
        if self._held and action_id not in self._free:
            return self._held
        return self._specs[action_id].blocked()

    def hold(self, reason: str, free: frozenset[ActionId]) -> None:
        """Let only the actions in `free` be done, for this reason; "" lets all be done again."""
        self._held, self._free = reason, free
        self.refresh()

    def _make(self, spec: ActionSpec, window: QWidget, icons: IconBook) -> QAction:
        action = QAction(spec.text, window)
        action.setObjectName(spec.id.value)
        action.setShortcuts([QKeySequence(key) for key in spec.keys])
        action.setCheckable(spec.checked is not None)
        action.setIconVisibleInMenu(False)
        if spec.icon:
            icons.bind(action, spec.icon, checked=Checked.ACCENT if spec.is_switch else Checked.ON_ACCENT)
        action.triggered.connect(self._runner(spec))
        window.addAction(action)
        return action

    def _runner(self, spec: ActionSpec) -> Callable[[], None]:
        def run() -> None:
            spec.run()
            # A switch shows the model's state, not the click: Qt has toggled it already.
            self.refresh()

        return run

    @staticmethod
    def _tip(spec: ActionSpec, text: str, reason: str) -> str:
        name = text.replace("&", "").removesuffix("…")
        keys = f" ({spec.shown_keys})" if spec.shown_keys else ""
        return f"{name}{keys}\n{reason or spec.tip}"
