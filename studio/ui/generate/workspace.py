"""The workspace of pictures made of labels: the grid, the walk below it, the dials at the right."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from studio.core.settings import Settings
from studio.ui.generate.bar import GenerateBar
from studio.ui.generate.column import GenerateColumn
from studio.ui.generate.controller import GenerateController
from studio.ui.generate.saving import PictureOutlet
from studio.ui.generate.sheet import GridSheet
from studio.ui.generate.walk_strip import WalkPanel
from studio.ui.messages import Messages
from studio.ui.session import Session
from studio.ui.theme import GAP, Theme
from studio.ui.widgets.plain import across, down, lying_line, standing_line
from studio.workers.inference import InferenceThread

TEXT_PX = 440


class GenerateWorkspace(QStackedWidget):
    """The pictures, or a word on how to come by a model that makes some. GUI thread only.

    *Signals*
    layer_wanted(QImage, str): this shall become a layer of the drawing, under this name.
    train_wanted(), model_wanted(): the user wants to train a model, or to add a file.
    state_changed(LiveState, str), device_changed(DeviceTruth, str): for the status bar.
    """

    layer_wanted = Signal(object, str)
    train_wanted = Signal()
    model_wanted = Signal()
    state_changed = Signal(object, str)
    device_changed = Signal(object, str)

    def __init__(
        self,
        session: Session,
        inference: InferenceThread,
        settings: Settings,
        messages: Messages,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self.controller = GenerateController(session, inference, settings, messages, self)
        self.outlet = PictureOutlet(self.controller, session, settings, messages, self)
        self.bar = GenerateBar(self.controller, self.outlet, theme.icons)
        self.sheet = GridSheet(self.controller, theme.icons)
        self.walk = WalkPanel(self.controller)
        self.column = GenerateColumn(self.controller, session, self.outlet, theme.icons)
        self.empty = EmptyPage()
        area = QScrollArea()
        area.setWidget(self.sheet)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        middle = down()
        middle.addWidget(self.bar)
        middle.addWidget(lying_line())
        middle.addWidget(area, 1)
        middle.addWidget(lying_line())
        middle.addWidget(self.walk)
        self._pictures = QWidget()
        row = across(self._pictures)
        row.addLayout(middle, 1)
        row.addWidget(standing_line())
        row.addWidget(self.column)
        self.addWidget(self._pictures)
        self.addWidget(self.empty)
        for keys, run in (
            ("R", self.controller.draw_next),
            ("K", self.outlet.send),
            ("L", self._lock_chosen),
            ("Ctrl+C", self.outlet.copy),
            ("Ctrl+E", self.outlet.save_chosen),
        ):
            context = Qt.ShortcutContext.WidgetWithChildrenShortcut
            QShortcut(QKeySequence(keys), self._pictures, run, context=context)
        self.sheet.layer_wanted.connect(self.outlet.send)
        self.outlet.layer_wanted.connect(self.layer_wanted)
        self.controller.state_changed.connect(self.state_changed)
        self.controller.device_changed.connect(self.device_changed)
        self.empty.train.clicked.connect(self.train_wanted)
        self.empty.add.clicked.connect(self.model_wanted)
        session.models_changed.connect(self._show)
        session.generator_changed.connect(self._show)
        self._show()

    def tell_state(self) -> None:
        """Say once more what is being done; for who has just begun to listen."""
        self.controller.tell_state()

    def _show(self) -> None:
        has_model = self._session.generator is not None
        self.empty.set_looking(not self._session.models_known)
        self.setCurrentWidget(self._pictures if has_model else self.empty)
        self.sheet.setFocus()

    def _lock_chosen(self) -> None:
        ends = self.controller.ends
        for place, column in enumerate(self.controller.columns):
            if ends and column.seed == ends[-1].seed:
                self.controller.lock(place, not column.locked)
                return

    # Qt

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.controller.set_active(True)
        self.sheet.setFocus()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.controller.set_active(False)


class EmptyPage(QWidget):
    """What this workspace is for, and how to come by a model for it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = QLabel("Pictures without a drawing")
        self.title.setProperty("role", "figure")
        self.text = _paragraph(
            "Here a model makes pictures of a label alone: a row for each label, a column for each seed of "
            "noise. Turn the noise up and down, keep what you like, walk from one picture to another, and "
            "send any of them to the canvas."
        )
        self.remedy = _paragraph()
        self.train = QPushButton("Train a model")
        self.train.setProperty("role", "primary")
        self.train.setToolTip("Go to Train (Alt+3)")
        self.add = QPushButton("Add a model file…")
        self.add.setToolTip("Check a model file (.onnx) and take it into the models folder")
        buttons = across(gap=GAP)
        buttons.addWidget(self.train)
        buttons.addWidget(self.add)
        buttons.addStretch(1)
        column = QVBoxLayout()
        column.setSpacing(2 * GAP)
        column.addStretch(1)
        for part in (self.title, self.text, self.remedy):
            column.addWidget(part)
        column.addLayout(buttons)
        column.addStretch(2)
        row = across(self)
        row.addStretch(1)
        row.addLayout(column)
        row.addStretch(1)

    def set_looking(self, looking: bool) -> None:
        """Say whether the folders of models are still being looked through."""
        self.remedy.setText(
            "Looking for models…"
            if looking
            else "There is no such model yet. Train one: choose a folder with a subfolder of pictures for "
            "each label, and a recipe that starts from labels, such as cdcgan-mnist or projected-small. "
            "Or add a model file (.onnx) that somebody else has trained."
        )
        self.train.setVisible(not looking)
        self.add.setVisible(not looking)


def _paragraph(text: str = "") -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    label.setFixedWidth(TEXT_PX)
    return label
