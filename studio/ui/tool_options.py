"""The line above the canvas: how the chosen tool works."""

from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from studio.core.brush import Brush
from studio.core.layers import Layer, LayerKind
from studio.core.tools import ToolId
from studio.ui.canvas.toolbox import ToolBox
from studio.ui.icons import IconBook
from studio.ui.theme import GAP, muted_label
from studio.ui.widgets.elided import ElidedLabel
from studio.ui.widgets.more_button import DOTS_PX, MoreButton
from studio.ui.widgets.slider_row import Scale, SliderRow, percent, pixels
from studio.ui.widgets.swatches import Colour, ColourButton

BAR_PX = 44
SLIDER_PX = 72
ROOM_FOR_LINK_PX = 600

ADVICE = {
    ToolId.FILL: "Click into a region to hint its colour",
    ToolId.PICK: "Click to take a colour from the picture; Alt does so with any tool",
    ToolId.PAN: "Drag to move the view; Space does so with any tool",
}


class ToolOptionsBar(QWidget):
    """Writes the brush of the chosen tool in the toolbox and shows it.

    *Signals*
    layer_wanted(LayerKind): the tool shall work on the layer of the lines, or on that of the hints.
    """

    layer_wanted = Signal(object)

    def __init__(self, toolbox: ToolBox, icons: IconBook, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._toolbox = toolbox
        self._layer: Layer | None = None
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(BAR_PX)
        self.size_row = SliderRow("Size", Scale(1, 512, 1, logarithmic=True), pixels, widest="512 px")
        self.size_row.moved.connect(self._set_size)
        self.smoothing = SliderRow("Smoothing", Scale(0, 1, 0.01), percent)
        self.smoothing.moved.connect(self._set_smoothing)
        self.opacity = SliderRow("Opacity", Scale(0.05, 1, 0.01), percent)
        self.opacity.moved.connect(self._set_opacity)
        for row in (self.size_row, self.smoothing, self.opacity):
            row.slider.setFixedWidth(SLIDER_PX)
        self.colour_name = muted_label("Colour")
        self.colour = ColourButton("Colour")
        self.colour.colour_chosen.connect(self._set_colour)
        self.advice = ElidedLabel()
        self.advice.setProperty("role", "muted")
        self.advice.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._other = LayerKind.LINE
        self.other_layer = QPushButton()
        self.other_layer.setProperty("role", "link")
        self.other_layer.clicked.connect(lambda: self.layer_wanted.emit(self._other))
        self.more = MoreButton("More options of the tool", icons)
        line = self._line = QHBoxLayout(self)
        line.setContentsMargins(16, 0, 8, 0)
        line.setSpacing(2 * GAP)
        for control in (self.size_row, self.smoothing, self.opacity):
            line.addWidget(control)
        colour = QHBoxLayout()
        colour.setSpacing(GAP)
        colour.addWidget(self.colour_name)
        colour.addWidget(self.colour)
        line.addLayout(colour)
        line.addWidget(self.advice)
        line.addWidget(self.other_layer)
        line.addStretch(1)
        self._end = QHBoxLayout()
        self._end.setSpacing(GAP // 2)
        self._end.addWidget(self.more)
        line.addLayout(self._end)
        toolbox.tool_changed.connect(self._show)
        toolbox.options_changed.connect(self._show)
        self._show()

    def add_widget(self, widget: QWidget) -> None:
        """Put something at the right end of the line."""
        self._end.addWidget(widget)

    def show_layer(self, layer: Layer) -> None:
        """Say on which layer the eraser works, and the pen where it does not draw lines to be coloured."""
        self._layer = layer
        self._show()

    def minimumSizeHint(self) -> QSize:
        return QSize(0, BAR_PX)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show()

    def _change(self, **changes: object) -> None:
        brush = self._toolbox.brush()
        if brush is not None:
            self._toolbox.set_brush(replace(brush, **changes))  # type: ignore[arg-type]

    def _set_size(self, size_px: float) -> None:
        self._change(size_px=size_px)

    def _set_smoothing(self, smoothing: float) -> None:
        self._change(smoothing=smoothing)

    def _set_opacity(self, opacity: float) -> None:
        self._change(opacity=opacity)

    def _set_colour(self, colour: Colour) -> None:
        self._change(colour=colour)

    def _show(self) -> None:
        tool = self._toolbox.tool
        brush = self._toolbox.brush()
        strokes = brush is not None and tool is not ToolId.FILL
        self.size_row.setVisible(strokes)
        unseen = tool is ToolId.PEN and self._layer is not None and self._layer.kind is LayerKind.PAINT
        erases = tool is ToolId.ERASER and self._layer is not None
        coloured = brush is not None and tool is not ToolId.ERASER
        self.colour_name.setVisible(coloured and not unseen)
        self.colour.setVisible(coloured)
        advice = ADVICE.get(tool, "")
        if self._layer is not None and erases:
            advice = f"Erases on {self._layer.name}"
        elif self._layer is not None and unseen:
            advice = f"Draws on {self._layer.name}, which colouring does not see"
        self.advice.set_text(advice, "Pick another layer in the list of layers" if erases or unseen else "")
        self.advice.setVisible(bool(advice))
        self._offer_layer(tool, erases, unseen)
        wanted = [(self.smoothing, strokes), (self.opacity, brush is not None)]
        self._make_room([row for row, is_wanted in wanted if is_wanted])
        if brush is not None:
            self._show_brush(brush)

    def _make_room(self, wanted: list[SliderRow]) -> None:
        """Show the rarer controls that fit; in a narrow window the others stand behind the dots."""
        rare, gap = (self.smoothing, self.opacity), self._line.spacing()

        def needed(rows: Iterable[SliderRow]) -> int:
            return sum(row.sizeHint().width() + gap for row in rows)

        self._line.invalidate()
        taken = needed(row for row in rare if row.parentWidget() is self and not row.isHidden())
        dots = DOTS_PX + self._end.spacing()
        taken += 0 if self.more.isHidden() else dots
        room = self.width() - self._line.sizeHint().width() + taken
        fitting = wanted
        if needed(wanted) > room:
            while fitting and needed(fitting) + dots > room:
                fitting = fitting[:-1]
        behind = wanted[len(fitting) :]
        # A control that stays where it is must not be moved: it may be in the user's hand.
        beside = [row for row in rare if row not in behind]
        for box, first, rows in ((self._line, 1, beside), (self.more.column, 0, behind)):
            for place, row in enumerate(rows, first):
                if box.indexOf(row) != place:
                    box.insertWidget(place, row)
        for row in rare:
            row.setVisible(row in wanted)
        for row in behind:
            self.more.column.setAlignment(row, Qt.AlignmentFlag.AlignRight)
        self.more.setVisible(bool(behind))
        if not behind:
            self.more.box.hide()

    def _offer_layer(self, tool: ToolId, erases: bool, unseen: bool) -> None:
        """Offer the layer that a newcomer may have meant."""
        # Where the room is for one of the two, the eraser says where it erases.
        self.other_layer.setVisible(unseen or (erases and self.width() >= ROOM_FOR_LINK_PX))
        on_line = self._layer is not None and self._layer.kind is LayerKind.LINE
        self._other = LayerKind.HINTS if on_line else LayerKind.LINE
        if tool is ToolId.PEN:
            self.other_layer.setText("Draw on Line")
            self.other_layer.setToolTip("Go back to the layer whose lines are coloured")
        else:
            what = "hints" if on_line else "lines"
            self.other_layer.setText(f"Erase {what}")
            self.other_layer.setToolTip(f"Take the eraser to the {what}")

    def _show_brush(self, brush: Brush) -> None:
        self.size_row.set_value(brush.size_px)
        self.smoothing.set_value(brush.smoothing)
        self.opacity.set_value(brush.opacity)
        self.colour.set_colour(brush.colour)
