"""A form made from a typed config: a control for each setting, under its heading, with its help."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from PySide6.QtCore import QLocale, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QLineEdit, QVBoxLayout, QWidget

from studio.ui.theme import muted_label
from studio.ui.training.basis import link, subtitle
from studio.ui.widgets.calm_wheel import CalmWheel
from studio.ui.widgets.number_field import NumberField
from training.options import Setting

MOST = 2**31 - 1


class ConfigForm(QWidget):
    """Shows settings and what the person changed of them.

    *Signals*
    edited(str, object): a setting has a new value; None with an optional one means "not set".
    restored(str): the person wants the recipe's own value back.
    """

    edited = Signal(str, object)
    restored = Signal(str)

    def __init__(self, settings: Iterable[Setting], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.controls: dict[str, QWidget] = {}
        self._writers: dict[str, Callable[[Any], None]] = {}
        self._back: dict[str, QWidget] = {}
        self._shown: dict[str, Any] = {}
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(4)
        group = ""
        for setting in settings:
            if setting.group != group:
                group = setting.group
                rows.addWidget(subtitle(group))
            rows.addWidget(self._row(setting))

    def show_values(self, settings: Iterable[Setting], changed: Iterable[str]) -> None:
        """Show values without announcing them; ``changed`` names those that differ from the recipe's."""
        changed = set(changed)
        for setting in settings:
            if setting.name in self._writers:
                with QSignalBlocker(self.controls[setting.name]):
                    self._writers[setting.name](setting.value)
                self._back[setting.name].setVisible(setting.name in changed)

    def _row(self, setting: Setting) -> QWidget:
        row = QWidget()
        column = QVBoxLayout(row)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(2)
        control = self._control(setting)
        control.setAccessibleName(setting.title)
        control.setToolTip(setting.help)
        CalmWheel(control)
        back = link("Back to the recipe's")
        back.clicked.connect(partial(self.restored.emit, setting.name))
        back.hide()
        self.controls[setting.name], self._back[setting.name] = control, back
        if not isinstance(control, QCheckBox):
            title = QLabel(setting.title)
            title.setToolTip(setting.help)
            column.addWidget(title)
        column.addWidget(control)
        about = muted_label(setting.help)
        about.setWordWrap(True)
        about.setProperty("role", "small")
        column.addWidget(about)
        column.addWidget(back, 0, Qt.AlignmentFlag.AlignLeft)
        return row

    def _control(self, setting: Setting) -> QWidget:
        if setting.kind is bool:
            box = QCheckBox(setting.title)
            box.toggled.connect(partial(self.edited.emit, setting.name))
            self._writers[setting.name] = box.setChecked
            return box
        if setting.choices and setting.kind is str:
            return self._choices(setting)
        if setting.kind is int and not setting.optional:
            return self._whole(setting)
        return self._text(setting)

    def _choices(self, setting: Setting) -> QComboBox:
        box = QComboBox()
        for choice in setting.choices:
            box.addItem(choice, choice)

        def write(value: str) -> None:
            box.setCurrentIndex(box.findData(value))

        box.activated.connect(lambda place: self.edited.emit(setting.name, box.itemData(place)))
        self._writers[setting.name] = write
        return box

    def _whole(self, setting: Setting) -> NumberField:
        box = NumberField()
        box.setRange(int(setting.low or 0), int(min(setting.high or MOST, MOST)))
        box.setKeyboardTracking(False)
        box.valueChanged.connect(partial(self.edited.emit, setting.name))
        self._writers[setting.name] = box.setValue
        return box

    def _text(self, setting: Setting) -> QLineEdit:
        """Floats, lists and what may be unset: text, read when the person is done with it."""
        line = QLineEdit()
        if setting.optional:
            line.setPlaceholderText("not set")

        def read() -> None:
            try:
                value = _value_of(line.text(), setting)
            except ValueError:
                line.setText(_text_of(self._shown.get(setting.name)))
                return
            if value != self._shown.get(setting.name):
                self._shown[setting.name] = value
                self.edited.emit(setting.name, value)

        def write(value: Any) -> None:
            self._shown[setting.name] = value
            line.setText(_text_of(value))

        line.editingFinished.connect(read)
        self._writers[setting.name] = write
        return line


def _text_of(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ", ".join(_text_of(one) for one in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _value_of(text: str, setting: Setting) -> Any:
    """The value that a text means; ValueError when it means none."""
    text = text.strip()
    if not text and setting.optional:
        return None
    if isinstance(setting.value, tuple):
        kind = type(setting.value[0]) if setting.value else str
        return tuple(kind(part.strip()) for part in text.split(",") if part.strip())
    if setting.kind is int:
        return int(text)
    if setting.kind is float:
        number, fine = QLocale.c().toDouble(text.replace(",", "."))
        if not fine:
            raise ValueError(text)
        return number
    return text
