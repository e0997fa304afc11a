"""The right column of the workspace: model, noise, the chosen picture, labels."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSignalBlocker, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QCheckBox, QPushButton, QScrollArea, QVBoxLayout, QWidget

from studio.core.generate import UNBOUNDED, Dial, Place
from studio.ui.generate.controller import GenerateController
from studio.ui.generate.pictures import Images, name_of, paint_picture
from studio.ui.generate.saving import PictureOutlet
from studio.ui.icons import IconBook
from studio.ui.model_card import about_line, origin_line, size_line
from studio.ui.session import Session
from studio.ui.theme import COLUMN_PX, GAP, muted_label
from studio.ui.widgets.calm_wheel import CalmWheel
from studio.ui.widgets.flow import FlowLayout
from studio.ui.widgets.picker import Picker
from studio.ui.widgets.plain import across, as_side_panel, down, lying_line
from studio.ui.widgets.section import Section
from studio.ui.widgets.slider_row import Scale, SliderRow, percent

NAMES_PX = 70
PREVIEW_PX = 200
SCROLL_BAR_PX = 10


class GenerateColumn(QScrollArea):
    """Holds the sections; scrolls when they do not fit."""

    def __init__(
        self,
        controller: GenerateController,
        session: Session,
        outlet: PictureOutlet,
        icons: IconBook,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.model = ModelChoice(controller, session)
        self.noise = NoiseDials(controller)
        self.picture = ChosenPicture(controller, outlet)
        self.labels = LabelChoice(controller)
        self.label_section = Section("Labels", self.labels, icons)
        content = QWidget()
        content.setProperty("role", "panel")
        content.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        content.setFixedWidth(COLUMN_PX)
        rows = down(content)
        rows.addWidget(Section("Model", self.model, icons))
        for section in (
            Section("Noise", self.noise, icons),
            Section("Picture", self.picture, icons),
            self.label_section,
        ):
            rows.addWidget(lying_line())
            rows.addWidget(section)
        rows.addStretch(1)
        as_side_panel(self, content)
        self.setFixedWidth(COLUMN_PX + SCROLL_BAR_PX)


class ModelChoice(QWidget):
    """The models that make pictures of labels, and what the one in use is."""

    def __init__(
        self, controller: GenerateController, session: Session, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._controller = controller
        self._session = session
        self.picker = Picker()
        self.picker.setAccessibleName("Model")
        self.picker.setToolTip("Model that makes the pictures")
        self.picker.setSizeAdjustPolicy(Picker.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.picker.setMinimumContentsLength(8)
        CalmWheel(self.picker)
        self.picker.activated.connect(self._on_activated)
        self.about = muted_label()
        self.about.setWordWrap(True)
        self.about.setTextFormat(Qt.TextFormat.PlainText)
        column = down(self, gap=GAP)
        column.addWidget(self.picker)
        column.addWidget(self.about)
        session.models_changed.connect(self._show_models)
        session.generator_changed.connect(self._show_models)
        self._show_models()

    def _on_activated(self, place: int) -> None:
        self._controller.choose_model(self.picker.itemData(place))

    def _show_models(self) -> None:
        with QSignalBlocker(self.picker):
            self.picker.clear()
            for entry in self._session.library.generators():
                self.picker.addItem(entry.name, entry.id)
            model = self._session.generator
            self.picker.setCurrentIndex(self.picker.findData(model.id) if model is not None else -1)
        self.picker.refit()
        if model is not None and model.manifest is not None:
            parts = (about_line(model.manifest), size_line(model.manifest, model.size_bytes))
            self.about.setText("\n".join(parts))
            self.about.setToolTip(origin_line(model.manifest))


class NoiseDials(QWidget):
    """Writes the controller's dial and shows it."""

    def __init__(self, controller: GenerateController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self.strength = SliderRow("Noise", Scale(0.0, 1.5, 0.01), percent, name_px=NAMES_PX, widest="150 %")
        self.strength.setToolTip(
            "How far the pictures go from the likeliest one\n100 % is what the model was trained with"
        )
        self.bound = SliderRow(
            "Truncation", Scale(0.1, UNBOUNDED, 0.05), bound_words, name_px=NAMES_PX, widest="150 %"
        )
        self.bound.setToolTip(
            "Cuts off rare noise, at so many standard deviations\nLess is more typical and less varied"
        )
        column = down(self, gap=GAP)
        for row in (self.strength, self.bound):
            row.moved.connect(self._on_moved)
            row.settled.connect(controller.remember_dial)
            column.addWidget(row)
        controller.changed.connect(self._show)
        self._show()

    def _on_moved(self) -> None:
        self._controller.set_dial(Dial(self.strength.value, self.bound.value))

    def _show(self) -> None:
        for row, value in (
            (self.strength, self._controller.dial.strength),
            (self.bound, self._controller.dial.truncation),
        ):
            if not row.slider.isSliderDown():
                row.set_value(value)


class ChosenPicture(QWidget):
    """The chosen picture, large, and what can be done with it."""

    def __init__(
        self, controller: GenerateController, outlet: PictureOutlet, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._controller = controller
        self._images = Images(controller)
        self.preview = Preview()
        self.name = muted_label()
        self.name.setWordWrap(True)
        self.name.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.name.setTextFormat(Qt.TextFormat.PlainText)
        self.send = QPushButton("To canvas")
        self.send.setProperty("role", "primary")
        self.copy = QPushButton("Copy")
        self.save = QPushButton("Save…")
        self._tips = {
            self.send: "To canvas (K, or a double click)\nMake it a layer of the drawing, as large as fits",
            self.copy: "Copy (Ctrl+C)\nPut it on the clipboard",
            self.save: "Save… (Ctrl+E)\nAs a PNG, as it came from the model",
        }
        self.send.clicked.connect(outlet.send)
        self.copy.clicked.connect(outlet.copy)
        self.save.clicked.connect(outlet.save_chosen)
        buttons = across(gap=GAP)
        for button in self._tips:
            buttons.addWidget(button, 1)
        column = down(self, gap=GAP)
        column.addWidget(self.preview)
        column.addWidget(self.name)
        column.addLayout(buttons)
        controller.changed.connect(self._show)
        controller.pictures_changed.connect(self._on_pictures)
        self._show()

    def _on_pictures(self, places: Sequence[Place]) -> None:
        if self._controller.chosen in places:
            self._show()

    def _show(self) -> None:
        place = self._controller.chosen
        self._images.keep_only({place} if place is not None else set())
        self.preview.set_image(self._images.of(place) if place is not None else None)
        self.name.setText(name_of(place) if place is not None else "Click a picture to choose it")
        for button, tip in self._tips.items():
            button.setEnabled(place is not None)
            button.setToolTip(tip if place is not None else f"{tip.splitlines()[0]}\nChoose a picture first")


class Preview(QWidget):
    """One picture as large as the column allows."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image: QImage | None = None
        self.setFixedHeight(PREVIEW_PX)

    def set_image(self, image: QImage | None) -> None:
        """Show this picture; None: an empty tile."""
        self._image = image
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        box = QRectF(0, 0, self.height(), self.height())
        box.moveCenter(QRectF(self.rect()).center())
        paint_picture(painter, box, self._image, self.palette())

    def sizeHint(self) -> QSize:
        return QSize(PREVIEW_PX, PREVIEW_PX)


class LabelChoice(QWidget):
    """Which labels have a row."""

    def __init__(self, controller: GenerateController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self.boxes: list[QCheckBox] = []
        self._flow = FlowLayout(gap=10)
        self.all = _link("All", "A row for every label")
        self.one = _link("Only one", "The row of the chosen picture alone")
        self.all.clicked.connect(self._on_all)
        self.one.clicked.connect(self._on_one)
        self.note = muted_label("This model has no labels.")
        self._links = QWidget()
        links = across(self._links, gap=GAP)
        links.addWidget(self.all)
        links.addWidget(self.one)
        links.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(self._links)
        column.addLayout(self._flow)
        column.addWidget(self.note)
        controller.changed.connect(self._show)
        self._show()

    def _on_all(self) -> None:
        self._controller.choose_rows(self._controller.labels)

    def _on_one(self) -> None:
        ends = self._controller.ends
        self._controller.choose_rows([ends[-1].label if ends else self._controller.rows[0]])

    def _on_box(self) -> None:
        wanted = [box.text() for box in self.boxes if box.isChecked()]
        self._controller.choose_rows(wanted)
        self._show()  # the last one stays

    def _show(self) -> None:
        labels = self._controller.labels
        if [box.text() for box in self.boxes] != list(labels):
            while (item := self._flow.takeAt(0)) is not None:
                if (widget := item.widget()) is not None:
                    widget.hide()
                    widget.deleteLater()
            self.boxes = [QCheckBox(label) for label in labels]
            for box in self.boxes:
                box.clicked.connect(self._on_box)
                self._flow.addWidget(box)
        for box in self.boxes:
            box.setChecked(box.text() in self._controller.rows)
        self._links.setVisible(len(labels) > 1)
        self.note.setVisible(not labels)


def bound_words(value: float) -> str:
    """A truncation in figures."""
    return "off" if value >= UNBOUNDED else f"{value:.2f}"


def _link(words: str, tip: str) -> QPushButton:
    button = QPushButton(words)
    button.setProperty("role", "link")
    button.setToolTip(tip)
    return button
