"""Where the pictures of the grid lie."""

from dataclasses import dataclass

from PySide6.QtCore import QRect

GAP_PX = 6
HEADER_PX = 26
MARGIN_PX = 16
SMALLEST_PX, LARGEST_PX = 36, 224


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the pictures lie: ``lines`` of ``across``, each ``side`` pixels.

    ``wraps``: there is one row only, which goes on in the next line, with the seeds above each line.
    """

    lines: int
    across: int
    side: int
    left: int
    names: int
    wraps: bool

    def cell(self, row: int, column: int) -> QRect:
        """The place of a picture."""
        line, across = divmod(column, self.across) if self.wraps else (row, column)
        step = self.side + GAP_PX
        line_px = step + HEADER_PX if self.wraps else step
        top = MARGIN_PX + HEADER_PX + line * line_px
        return QRect(self.left + self.names + across * step, top, self.side, self.side)

    def row(self, row: int, columns: int) -> QRect:
        """What a row takes, name and rings included."""
        taken = self.cell(row, 0).united(self.cell(row, min(columns, self.across) - 1))
        return taken.united(self.cell(row, columns - 1)).adjusted(-self.names - GAP_PX, -4, GAP_PX, 4)


def arrange(rows: int, columns: int, names: int, width: int, height: int) -> Layout:
    """Return the arrangement in which the pictures are largest; too many of them need more height."""
    if rows > 1:
        return _fitted(rows, columns, names, width, height, wraps=False)
    tries = [
        _fitted(-(-columns // across), across, names, width, height, wraps=True)
        for across in range(1, columns + 1)
    ]
    return max(tries, key=lambda layout: (layout.side, layout.across))


def _fitted(lines: int, across: int, names: int, width: int, height: int, *, wraps: bool) -> Layout:
    headers = HEADER_PX * (lines if wraps else 1)
    wide = (width - 2 * MARGIN_PX - names - (across - 1) * GAP_PX) // across
    high = (height - 2 * MARGIN_PX - headers - (lines - 1) * GAP_PX) // lines
    side = max(SMALLEST_PX, min(wide, high, LARGEST_PX))
    taken = names + across * (side + GAP_PX) - GAP_PX
    return Layout(lines, across, side, max(MARGIN_PX, (width - taken) // 2), names, wraps)
