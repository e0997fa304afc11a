"""The layers from top to bottom: which one is drawn on, which are shown, in which order."""

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QMenu, QToolButton, QVBoxLayout, QWidget

from studio.core.layers import Layer, LayerKind
from studio.ui.icons import ICON_PX, IconBook
from studio.ui.session import Session
from studio.ui.theme import GAP, set_role, tabular
from studio.ui.widgets.elided import ElidedLabel
from studio.ui.widgets.slider_row import Scale, SliderRow, percent

ROW_PX = 36
FIXED_REASON = "The line and hints layers stay: every drawing has one of each"
EYE_NOTES = {
    (LayerKind.HINTS, True): "Hidden hints do not colour the picture",
    (LayerKind.HINTS, False): "These hints do not colour the picture while they are hidden",
    (LayerKind.LINE, True): "The picture keeps the lines",
    (LayerKind.LINE, False): "The picture has these lines all the same",
}
"""What hiding a layer does to the picture, by the layer's kind and whether it is shown now."""
KIND_ICONS = {
    LayerKind.LINE: "pencil-outline",
    LayerKind.HINTS: "palette-outline",
    LayerKind.PAINT: "image-outline",
}


class LayerRow(QWidget):
    """One layer: its eye, its name, its opacity where it is not whole.

    *Signals*
    picked(int), eye_clicked(int, bool), renamed(int, str), menu_wanted(int, QPoint)
    naming_ended(): the field with the name is gone, whether or not the name is another.
    """

    picked = Signal(int)
    eye_clicked = Signal(int, bool)
    renamed = Signal(int, str)
    menu_wanted = Signal(int, object)
    naming_ended = Signal()

    def __init__(self, layer_id: int, icons: IconBook, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.layer_id = layer_id
        self._icons = icons
        self._name = ""
        self._visible = True
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(ROW_PX)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.eye = QToolButton()
        self.eye.setIconSize(QSize(ICON_PX, ICON_PX))
        self.eye.clicked.connect(self._on_eye)
        self.kind = QToolButton()
        self.kind.setIconSize(QSize(ICON_PX, ICON_PX))
        self.kind.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.name = ElidedLabel()
        self.opacity = QLabel()
        self.opacity.setProperty("role", "muted")
        self.opacity.setFont(tabular(self.opacity.font()))
        self.opacity.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for label in (self.kind, self.name, self.opacity):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.editor: QLineEdit | None = None
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(4, 0, 8, 0)
        self._row.setSpacing(4)
        self._row.addWidget(self.eye)
        self._row.addWidget(self.kind)
        self._row.addWidget(self.name, 1)
        self._row.addWidget(self.opacity)

    def show_layer(self, layer: Layer, active: bool) -> None:
        """Show the layer as it is; `active` marks the one that is drawn on."""
        self._name = layer.name
        self._visible = layer.visible
        set_role(self, "rowchosen" if active else "row")
        self.setAccessibleName(f"Layer {layer.name}")
        self.eye.setAccessibleName("Hide this layer" if layer.visible else "Show this layer")
        note = EYE_NOTES.get((layer.kind, layer.visible), "")
        self.eye.setToolTip(f"{self.eye.accessibleName()}\n{note}".strip())
        self._icons.bind(
            self.eye, "eye-outline" if layer.visible else "eye-off-outline", muted=not layer.visible
        )
        self._icons.bind(self.kind, KIND_ICONS[layer.kind], muted=True)
        self.name.set_text(layer.name)
        self.opacity.setText(percent(layer.opacity))
        self.opacity.setVisible(layer.opacity < 1)

    def start_rename(self) -> None:
        """Put a field with the name in place of the name."""
        if self.editor is not None:
            return
        self.editor = QLineEdit(self._name)
        self.editor.selectAll()
        self.editor.installEventFilter(self)
        self.editor.editingFinished.connect(self._finish_rename)
        self._row.replaceWidget(self.name, self.editor)
        self.name.hide()
        self.editor.setFocus()

    def _finish_rename(self) -> None:
        editor, self.editor = self.editor, None
        if editor is None:
            return
        text = editor.text().strip()
        self._row.replaceWidget(editor, self.name)
        editor.deleteLater()
        self.name.show()
        self.naming_ended.emit()
        if text and text != self._name:
            self.renamed.emit(self.layer_id, text)

    def _on_eye(self) -> None:
        self.eye_clicked.emit(self.layer_id, not self._visible)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape and self.editor is not None:
            self.editor.setText(self._name)
            self._finish_rename()
            return True
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.picked.emit(self.layer_id)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.start_rename()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_wanted.emit(self.layer_id, event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Space):
            self.picked.emit(self.layer_id)
        elif event.key() == Qt.Key.Key_F2:
            self.start_rename()
        else:
            super().keyPressEvent(event)


class LayersPanel(QWidget):
    """Writes the document's stack and shows it, top layer first.

    *Signals*
    named(): the user has finished typing a name.
    """

    named = Signal()

    def __init__(self, session: Session, icons: IconBook, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._icons = icons
        self.rows: list[LayerRow] = []
        self._list = QVBoxLayout()
        self._list.setSpacing(0)
        self.opacity = SliderRow("Opacity", Scale(0.0, 1.0, 0.01), percent)
        self.opacity.moved.connect(self._set_opacity)
        self.raise_button = self._button("arrow-up", "Move the layer up", self._raise)
        self.lower_button = self._button("arrow-down", "Move the layer down", self._lower)
        self.remove_button = self._button("trash-can-outline", "Delete the layer", self._remove)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addLayout(self._list)
        column.addWidget(self.opacity)
        session.layers_changed.connect(self._show)
        self._show()

    @property
    def header_buttons(self) -> tuple[QToolButton, ...]:
        """What belongs beside the section's title: they act on the layer that is drawn on."""
        return self.raise_button, self.lower_button, self.remove_button

    def row(self, layer_id: int) -> LayerRow:
        """The row of a layer; KeyError when there is none."""
        for row in self.rows:
            if row.layer_id == layer_id:
                return row
        raise KeyError(layer_id)

    def _button(self, icon: str, name: str, run: object) -> QToolButton:
        button = QToolButton()
        button.setIconSize(QSize(ICON_PX, ICON_PX))
        button.setAccessibleName(name)
        button.setToolTip(name)
        button.clicked.connect(run)
        self._icons.bind(button, icon)
        return button

    def _active(self) -> Layer:
        document = self._session.document
        return document.layer(document.active_layer_id)

    def _pick(self, layer_id: int) -> None:
        self._session.document.active_layer_id = layer_id

    def _set_visible(self, layer_id: int, visible: bool) -> None:
        self._session.document.set_layer_visible(layer_id, visible)

    def _rename(self, layer_id: int, name: str) -> None:
        self._session.document.set_layer_name(layer_id, name)

    def _set_opacity(self, opacity: float) -> None:
        self._session.document.set_layer_opacity(self._active().id, opacity)

    def _move(self, step: int) -> None:
        document = self._session.document
        active = self._active()
        document.move_layer(active.id, document.layers.index(active) + step)

    def _raise(self) -> None:
        self._move(1)

    def _lower(self) -> None:
        self._move(-1)

    def _remove(self) -> None:
        self._session.document.remove_layer(self._active().id)

    def _show_menu(self, layer_id: int, place: QPoint) -> None:
        self._pick(layer_id)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Rename", lambda: self.row(layer_id).start_rename())
        for button, text in (
            (self.raise_button, "Move up"),
            (self.lower_button, "Move down"),
            (self.remove_button, "Delete"),
        ):
            action = menu.addAction(text, button.click)
            action.setEnabled(button.isEnabled())
        menu.popup(place)

    def _show(self) -> None:
        document = self._session.document
        active = self._active()
        top_first = list(reversed(document.layers))
        if [row.layer_id for row in self.rows] != [layer.id for layer in top_first]:
            self._rebuild(top_first)
        for row, layer in zip(self.rows, top_first, strict=True):
            row.show_layer(layer, layer.id == active.id)
        self.opacity.set_value(active.opacity)
        place, top = document.layers.index(active), len(document.layers) - 1
        is_paint = active.kind is LayerKind.PAINT
        _allow(
            self.raise_button,
            is_paint and place < top,
            FIXED_REASON if not is_paint else "It is the top layer",
        )
        _allow(
            self.lower_button,
            is_paint and place > 0,
            FIXED_REASON if not is_paint else "It is the lowest layer",
        )
        _allow(self.remove_button, is_paint, FIXED_REASON)

    def _rebuild(self, layers: list[Layer]) -> None:
        for row in self.rows:
            self._list.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = []
        for layer in layers:
            row = LayerRow(layer.id, self._icons)
            row.picked.connect(self._pick)
            row.eye_clicked.connect(self._set_visible)
            row.renamed.connect(self._rename)
            row.menu_wanted.connect(self._show_menu)
            row.naming_ended.connect(self.named)
            self._list.addWidget(row)
            self.rows.append(row)


def _allow(button: QToolButton, allowed: bool, reason: str) -> None:
    button.setEnabled(allowed)
    button.setToolTip(button.accessibleName() if allowed else f"{button.accessibleName()}\n{reason}")
