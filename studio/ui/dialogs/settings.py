"""The settings: every change counts at once."""

from PySide6.QtCore import QObject, QSignalBlocker
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from studio.core import settings as keys
from studio.core.settings import Settings
from studio.ui.actions import ActionId, Actions
from studio.ui.dialogs.basis import new_dialog
from studio.ui.theme import muted_label
from studio.ui.widgets.elided import ElidedLabel
from studio.ui.widgets.number_field import NumberField
from studio.workers.training import HOST, PYTHON

DEVICES = (
    ("auto", "Automatic: the GPU where it works"),
    ("cpu", "Processor (CPU)"),
    ("cuda", "NVIDIA GPU (CUDA)"),
)
HOSTS = (
    ("auto", "Automatic"),
    ("thread", "In the program itself"),
    ("process", "In a process of its own"),
)
THEMES = (("system", "Like the system"), ("light", "Light"), ("dark", "Dark"))


class SettingsDialog(QObject):
    """Writes the settings and follows them; there is nothing to confirm."""

    def __init__(self, parent: QWidget, settings: Settings, actions: Actions) -> None:
        dialog, column = new_dialog(parent, "Settings")
        super().__init__(dialog)
        self.dialog: QDialog = dialog
        self._settings = settings
        self.device = _choice(DEVICES, "Device")
        self.threads = NumberField()
        self.threads.setRange(1, 64)
        self.theme = _choice(THEMES, "Theme")
        self.autosave = NumberField()
        self.autosave.setRange(1, 10)
        self.autosave.setSuffix(" s")
        self.host = _choice(HOSTS, "Training")
        self.python = QLineEdit()
        self.python.setPlaceholderText("The program's own")
        models = QHBoxLayout()
        folder = ElidedLabel()
        folder.set_text(str(keys.user_models_dir()))
        folder.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        models.addWidget(folder, 1)
        open_folder = QPushButton("Open")
        open_folder.setAutoDefault(False)
        open_folder.clicked.connect(actions[ActionId.MODELS_FOLDER].trigger)
        models.addWidget(open_folder)

        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(12)
        grid.setColumnMinimumWidth(1, 280)
        rows: list[tuple[str, QWidget | QHBoxLayout, str]] = [
            ("Pictures are computed by", self.device, keys.DEVICE.help),
            ("Processor threads", self.threads, keys.THREADS.help),
            ("Theme", self.theme, keys.THEME.help),
            ("Keep unsaved work every", self.autosave, keys.AUTOSAVE_S.help),
            ("Training runs", self.host, HOST.help),
            ("Python for training", self.python, PYTHON.help),
            ("Your models", models, ""),
        ]
        for place, (name, control, tip) in enumerate(rows):
            grid.addWidget(muted_label(name), place, 0)
            if isinstance(control, QWidget):
                control.setToolTip(tip)
                control.setAccessibleName(name)
                grid.addWidget(control, place, 1)
            else:
                grid.addLayout(control, place, 1)
        column.addLayout(grid)
        column.addSpacing(16)
        box = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        box.rejected.connect(dialog.reject)
        column.addWidget(box)

        self.device.activated.connect(self._set_device)
        self.threads.valueChanged.connect(self._set_threads)
        self.theme.activated.connect(self._set_theme)
        self.autosave.valueChanged.connect(self._set_autosave)
        self.host.activated.connect(self._set_host)
        self.python.editingFinished.connect(self._set_python)
        settings.changed.connect(self._show)
        self._show()
        dialog.open()

    def _set_device(self) -> None:
        self._settings.set(keys.DEVICE, self.device.currentData())

    def _set_threads(self, threads: int) -> None:
        self._settings.set(keys.THREADS, threads)

    def _set_theme(self) -> None:
        self._settings.set(keys.THEME, self.theme.currentData())

    def _set_autosave(self, seconds: int) -> None:
        self._settings.set(keys.AUTOSAVE_S, seconds)

    def _set_host(self) -> None:
        self._settings.set(HOST, self.host.currentData())

    def _set_python(self) -> None:
        self._settings.set(PYTHON, self.python.text().strip())

    def _show(self) -> None:
        for widget, write in (
            (
                self.device,
                lambda: self.device.setCurrentIndex(self.device.findData(self._settings.get(keys.DEVICE))),
            ),
            (
                self.theme,
                lambda: self.theme.setCurrentIndex(self.theme.findData(self._settings.get(keys.THEME))),
            ),
            (self.threads, lambda: self.threads.setValue(self._settings.get(keys.THREADS))),
            (self.host, lambda: self.host.setCurrentIndex(self.host.findData(self._settings.get(HOST)))),
            (self.python, lambda: self.python.setText(self._settings.get(PYTHON))),
            (self.autosave, lambda: self.autosave.setValue(self._settings.get(keys.AUTOSAVE_S))),
        ):
            with QSignalBlocker(widget):
                write()


def _choice(options: tuple[tuple[str, str], ...], name: str) -> QComboBox:
    box = QComboBox()
    for value, words in options:
        box.addItem(words, value)
    box.setAccessibleName(name)
    return box
