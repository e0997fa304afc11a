"""Where the pictures of the grid lie."""

import pytest

from studio.ui.generate.layout import arrange


@pytest.mark.parametrize(("rows", "columns"), [(1, 8), (1, 1), (10, 8), (3, 16), (100, 2)])
def test_no_two_pictures_lie_over_each_other(rows: int, columns: int) -> None:
    layout = arrange(rows, columns, 60, 900, 560)
    cells = [layout.cell(row, column) for row in range(rows) for column in range(columns)]
    assert all(cell.width() == cell.height() >= 36 for cell in cells)
    assert not any(one.intersects(other) for i, one in enumerate(cells) for other in cells[:i])
    if rows <= 10:
        assert max(cell.bottom() for cell in cells) < 560
        assert max(cell.right() for cell in cells) < 900
