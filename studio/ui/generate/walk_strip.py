"""The pictures on the way from one chosen picture to the other."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QLabel, QSizePolicy, QToolTip, QWidget

from studio.core.generate import Place
from studio.ui.generate.controller import GenerateController
from studio.ui.generate.pictures import Images, name_of, paint_picture, paint_ring, short_name
from studio.ui.theme import GAP, muted_label
from studio.ui.widgets.elided import ElidedLabel
from studio.ui.widgets.number_field import NumberField
from studio.ui.widgets.plain import across, down

STRIP_PX = 84
GAP_PX = 4
LEAST_STEPS, MOST_STEPS = 3, 32
HINT = "Choose two pictures, the second with Ctrl+click: what lies between them appears here."


class WalkPanel(QWidget):
    """The strip with its heading and the number of its pictures."""

    def __init__(self, controller: GenerateController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        title = QLabel("Walk")
        title.setProperty("role", "title")
        self.words = ElidedLabel()
        self.words.setProperty("role", "muted")
        self.steps_name = muted_label("Pictures")
        self.steps = NumberField()
        self.steps.setRange(LEAST_STEPS, MOST_STEPS)
        self.steps.setAccessibleName("Pictures of the walk")
        self.steps.setToolTip("How many pictures the walk has, both ends included")
        self.steps.valueChanged.connect(controller.set_steps)
        self.strip = WalkStrip(controller)
        top = across(gap=GAP)
        top.addWidget(title)
        top.addWidget(self.words, 1)
        top.addWidget(self.steps_name)
        top.addWidget(self.steps)
        rows = down(self, gap=GAP)
        rows.setContentsMargins(16, 8, 16, 8)
        rows.addLayout(top)
        rows.addWidget(self.strip)
        controller.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        ends = self._controller.ends
        walking = len(ends) == 2
        words = f"{short_name(ends[0])}  →  {short_name(ends[1])}" if walking else HINT
        self.words.set_text(words)
        self.steps.setVisible(walking)
        self.steps_name.setVisible(walking)
        self.strip.setVisible(walking)
        self.steps.blockSignals(True)
        self.steps.setValue(self._controller.steps)
        self.steps.blockSignals(False)


class WalkStrip(QWidget):
    """Paints the walk; a click or the arrow keys choose one of its pictures."""

    def __init__(self, controller: GenerateController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self._images = Images(controller)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Walk between the chosen pictures")
        self.setFixedHeight(STRIP_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        controller.changed.connect(self._show)
        controller.pictures_changed.connect(self._on_pictures)

    def cell_rect(self, place: int) -> QRect:
        """Where a picture of the walk lies."""
        count = max(len(self._controller.walk), 1)
        step = min((self.width() - 6 + GAP_PX) / count, STRIP_PX - 6 + GAP_PX)
        side = int(step - GAP_PX)
        return QRect(3 + round(place * step), (self.height() - side) // 2, side, side)

    def _show(self) -> None:
        self._images.keep_only(set(self._controller.walk))
        self.update()

    def _on_pictures(self, places: Sequence[Place]) -> None:
        if not set(places).isdisjoint(self._controller.walk):
            self.update()

    def _at(self, position: QPointF) -> Place | None:
        point = position.toPoint()
        for index, place in enumerate(self._controller.walk):
            if self.cell_rect(index).adjusted(-2, -2, 2, 2).contains(point):
                return place
        return None

    # Qt

    def sizeHint(self) -> QSize:
        return QSize(320, STRIP_PX)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self._at(event.position())
        if place is not None and event.button() == Qt.MouseButton.LeftButton:
            self._controller.choose(place)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = self._at(event.position())  # the button is held: walk along
        if place is not None and place != self._controller.chosen:
            self._controller.choose(place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        walk, chosen = self._controller.walk, self._controller.chosen
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None or not walk:
            super().keyPressEvent(event)
            return
        index = walk.index(chosen) + step if chosen in walk else 0
        self._controller.choose(walk[min(max(index, 0), len(walk) - 1)])

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            place = self._at(QPointF(event.pos()))
            if place is not None:
                QToolTip.showText(event.globalPos(), name_of(place), self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        palette = self.palette()
        for index, place in enumerate(self._controller.walk):
            box = QRectF(self.cell_rect(index))
            paint_picture(painter, box, self._images.of(place), palette)
            if place == self._controller.chosen:
                paint_ring(painter, box, palette.accent().color())
        if self.hasFocus() and self._controller.chosen not in self._controller.walk:
            colour = palette.color(QPalette.ColorRole.Mid)
            paint_ring(painter, QRectF(self.rect()).adjusted(4, 4, -4, -4), colour, 1)
