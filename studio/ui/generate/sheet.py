"""The grid of generated pictures: labels down, seeds across."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolButton, QWidget

from studio.core.generate import ANY, Place, Sample
from studio.core.seeds import Columns
from studio.ui.generate.controller import GenerateController
from studio.ui.generate.enlarged import LARGE_PX, Enlarged
from studio.ui.generate.layout import GAP_PX, HEADER_PX, MARGIN_PX, SMALLEST_PX, Layout, arrange
from studio.ui.generate.pictures import Images, label_name, name_of, paint_picture, paint_ring
from studio.ui.icons import Checked, IconBook
from studio.ui.theme import SMALL_PX, tabular

NAME_LEAST_PX, NAME_MOST_PX = 28, 120
LOCK_AROUND_PX = 30
"""What a lock is wider than its seed: the icon and the room around both."""


class GridSheet(QWidget):
    """Paints the grid; what is done with it goes to the controller.

    A click chooses a picture, Ctrl+click a second one; the arrow keys walk, Space and Ctrl+Space choose.

    *Signals*
    layer_wanted(): the picture chosen just now shall become a layer of the drawing.
    """

    layer_wanted = Signal()

    def __init__(
        self, controller: GenerateController, icons: IconBook, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._controller = controller
        self._icons = icons
        self._images = Images(controller)
        self._grid: list[list[Sample]] = []
        self._hover: tuple[int, int] | None = None
        self._cursor = (0, 0)
        self._by_keys = False
        self.large = Enlarged(self)
        self.locks: list[QToolButton] = []
        self._shown_columns: Columns = ()
        self._shown_ends: tuple[Sample, ...] = ()
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Generated pictures")
        controller.changed.connect(self._show)
        controller.pictures_changed.connect(self._on_pictures)
        self._show()

    def cell_rect(self, row: int, column: int) -> QRect:
        """Where a picture lies."""
        return self._layout().cell(row, column)

    def _layout(self) -> Layout:
        columns = len(self._grid[0]) if self._grid else 1
        return arrange(len(self._grid), columns, self._names_px(), self.width(), self.height())

    def _names_px(self) -> int:
        if [row[0].label for row in self._grid] == [ANY]:
            return 0
        names = (label_name(row[0].label) for row in self._grid)
        widest = max((self.fontMetrics().horizontalAdvance(name) for name in names), default=0)
        return min(max(widest + 12, NAME_LEAST_PX), NAME_MOST_PX)

    def _show(self) -> None:
        grid = self._controller.grid()
        if grid != self._grid:
            self._grid = grid
            self._hover = None
            self._show_large()
            self._images.keep_only({sample for row in grid for sample in row})
            last_row, last_column = len(grid) - 1, len(self._controller.columns) - 1
            self._cursor = min(self._cursor[0], last_row), min(self._cursor[1], last_column)
            least = SMALLEST_PX + GAP_PX
            across = self._names_px() + len(self._controller.columns) * least if len(grid) > 1 else least
            self.setMinimumSize(2 * MARGIN_PX + across, 2 * MARGIN_PX + HEADER_PX + len(grid) * least)
            self.update()
        if self._controller.ends != self._shown_ends:
            self._shown_ends = self._controller.ends
            self.update()
        self._show_locks()

    def _show_locks(self) -> None:
        columns = self._controller.columns
        if columns == self._shown_columns:
            self._place_locks()
            return
        self._shown_columns = columns
        while len(self.locks) < len(columns):
            self.locks.append(self._make_lock(len(self.locks)))
        for place, button in enumerate(self.locks):
            button.setVisible(place < len(columns))
            if place >= len(columns):
                continue
            column = columns[place]
            button.setText(str(column.seed))
            button.setChecked(column.locked)
            self._icons.bind(
                button, "lock" if column.locked else "lock-open-variant-outline", muted=not column.locked
            )
            what = (
                "Let this column be drawn anew" if column.locked else "Keep this column when others are drawn"
            )
            button.setToolTip(f"Seed {column.seed}\n{what} (L at the chosen picture)")
            button.setAccessibleName(f"Lock the column of seed {column.seed}")
        self._place_locks()

    def _make_lock(self, place: int) -> QToolButton:
        button = QToolButton(self)
        button.setCheckable(True)
        button.setProperty("role", "soft")
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setIconSize(QSize(12, 12))
        font = tabular(button.font())
        font.setPixelSize(SMALL_PX)
        button.setFont(font)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._icons.bind(button, "lock-open-variant-outline", checked=Checked.SAME)
        button.clicked.connect(lambda locked: self._controller.lock(place, locked))
        return button

    def _place_locks(self) -> None:
        layout = self._layout()
        shown = self.locks[: len(self._controller.columns)]
        # A seed cut short is another seed: without room for all of each, the tooltips alone tell them.
        whole = all(self._whole_width(button) <= layout.side + GAP_PX for button in shown)
        style = (
            Qt.ToolButtonStyle.ToolButtonTextBesideIcon if whole else Qt.ToolButtonStyle.ToolButtonIconOnly
        )
        for place, button in enumerate(shown):
            button.setToolButtonStyle(style)
            cell = layout.cell(0, place)
            wide = min(button.sizeHint().width(), layout.side + GAP_PX)
            box = QRect(0, 0, wide, HEADER_PX - 4)
            box.moveCenter(cell.center())
            box.moveBottom(cell.top() - 4)
            button.setGeometry(box)

    def _whole_width(self, button: QToolButton) -> int:
        return button.fontMetrics().horizontalAdvance(button.text()) + LOCK_AROUND_PX

    def _at(self, position: QPointF) -> tuple[int, int] | None:
        point, layout = position.toPoint(), self._layout()
        for row, samples in enumerate(self._grid):
            if not layout.row(row, len(samples)).contains(point):
                continue
            for column in range(len(samples)):
                if layout.cell(row, column).contains(point):
                    return row, column
        return None

    def _pick(self, place: tuple[int, int], modifiers: Qt.KeyboardModifier) -> None:
        self._cursor, self._by_keys = place, False
        self.update()
        sample = self._grid[place[0]][place[1]]
        if modifiers & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier):
            self._controller.choose_second(sample)
        else:
            self._controller.choose_alone(sample)

    def _step(self, down: int, right: int) -> None:
        row, column = self._cursor
        layout = self._layout()
        if layout.wraps:
            right, down = right + down * layout.across, 0
        self._cursor = (
            min(max(row + down, 0), len(self._grid) - 1),
            min(max(column + right, 0), len(self._grid[0]) - 1),
        )
        self._by_keys = True
        self._hover = None
        self._show_large()
        self.update()

    def _on_pictures(self, places: Sequence[Place]) -> None:
        """Paint what has come and nothing else: while a dial moves, batches come in a row."""
        fresh, layout = set(places), self._layout()
        for row, samples in enumerate(self._grid):
            for column, sample in enumerate(samples):
                if sample in fresh:
                    self.update(layout.cell(row, column))
        self._show_large()

    def _show_large(self) -> None:
        """Show the picture under the pointer larger, over its place."""
        if self._hover is None:
            self.large.hide()
            return
        row, column = self._hover
        sample, layout = self._grid[row][column], self._layout()
        seen = self.visibleRegion().boundingRect()
        side = max(LARGE_PX, round(1.4 * layout.side))
        self.large.show_over(layout.cell(row, column), side, seen, self._images.of(sample), name_of(sample))

    # Qt

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_locks()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self._at(event.position())
        if place is not None and event.button() == Qt.MouseButton.LeftButton:
            self._pick(place, event.modifiers())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._at(event.position()) is not None:
            self.layer_wanted.emit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = self._at(event.position())
        if place != self._hover:
            self._hover = place
            self._show_large()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = None
        self._show_large()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._hover = None  # another picture is under the pointer once this has been scrolled
        self._show_large()
        super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        steps = {
            Qt.Key.Key_Left: (0, -1),
            Qt.Key.Key_Right: (0, 1),
            Qt.Key.Key_Up: (-1, 0),
            Qt.Key.Key_Down: (1, 0),
        }
        if key in steps and self._grid:
            self._step(*steps[key])
        elif key in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._grid:
            self._pick(self._cursor, event.modifiers())
            self._by_keys = True
            self.update()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        palette, layout = self.palette(), self._layout()
        for row, samples in enumerate(self._grid):
            if not layout.row(row, len(samples)).intersects(event.rect()):
                continue
            if layout.names:
                self._paint_name(painter, layout, row)
            for column, sample in enumerate(samples):
                cell = layout.cell(row, column)
                if not event.region().intersects(cell.adjusted(-4, -4, 4, 4)):
                    continue
                box = QRectF(cell)
                paint_picture(painter, box, self._images.of(sample), palette)
                if sample in self._controller.ends:
                    paint_ring(painter, box, palette.accent().color())
                elif self.hasFocus() and self._by_keys and (row, column) == self._cursor:
                    paint_ring(painter, box, palette.color(QPalette.ColorRole.Dark), 1)

    def _paint_name(self, painter: QPainter, layout: Layout, row: int) -> None:
        cell = layout.cell(row, 0)
        name = label_name(self._grid[row][0].label)
        box = QRect(layout.left, cell.top(), layout.names - 10, cell.height())
        painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
        text = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
