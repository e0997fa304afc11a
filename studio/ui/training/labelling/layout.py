"""Where the pictures of a grid in groups lie: numbers only, in pixels of the whole grid."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

HEAD_PX, TAIL_PX = 32, 12


@dataclass(frozen=True)
class Box:
    """A rectangle."""

    left: int
    top: int
    width: int
    height: int

    def contains(self, x: float, y: float) -> bool:
        return self.left <= x < self.left + self.width and self.top <= y < self.top + self.height

    def meets(self, other: "Box") -> bool:
        return (
            self.left < other.left + other.width
            and other.left < self.left + self.width
            and self.top < other.top + other.height
            and other.top < self.top + self.height
        )


class GroupLayout:
    """Groups below each other, each with a heading and rows of cells; pictures count through all groups.

    >>> layout = GroupLayout((3, 0, 1), width=100, cell=(40, 50))
    >>> layout.columns, layout.height
    (2, 282)
    >>> layout.box(2)
    Box(left=0, top=82, width=40, height=50)
    """

    def __init__(self, counts: Sequence[int], width: int, cell: tuple[int, int]) -> None:
        """``counts`` of the groups' pictures; a ``cell`` is (width, height)."""
        self._cell = cell
        self._width = width
        self.columns = max(1, width // cell[0])
        self._firsts = [0]
        self._tops = [0]
        for count in counts:
            rows = -(-count // self.columns)
            self._firsts.append(self._firsts[-1] + count)
            self._tops.append(self._tops[-1] + HEAD_PX + rows * cell[1] + TAIL_PX)

    @property
    def height(self) -> int:
        return self._tops[-1]

    @property
    def count(self) -> int:
        """Pictures in all."""
        return self._firsts[-1]

    @property
    def groups(self) -> int:
        return len(self._tops) - 1

    def group_of(self, index: int) -> int:
        """The group that the picture ``index`` is in."""
        return bisect_right(self._firsts, index) - 1

    def indices(self, group: int) -> range:
        """The pictures of a group."""
        return range(self._firsts[group], self._firsts[group + 1])

    def head(self, group: int) -> Box:
        """Where a group's heading lies."""
        return Box(0, self._tops[group], self._width, HEAD_PX)

    def area(self, group: int) -> Box:
        """Where a group lies, heading and all."""
        return Box(0, self._tops[group], self._width, self._tops[group + 1] - self._tops[group])

    def box(self, index: int) -> Box:
        """Where the picture ``index`` lies."""
        group = self.group_of(index)
        row, column = divmod(index - self._firsts[group], self.columns)
        wide, high = self._cell
        return Box(column * wide, self._tops[group] + HEAD_PX + row * high, wide, high)

    def index_at(self, x: float, y: float) -> int | None:
        """The picture at a place."""
        group = self.group_at(y)
        if group is None:
            return None
        wide, high = self._cell
        column, row = int(x // wide), int((y - self._tops[group] - HEAD_PX) // high)
        index = self._firsts[group] + row * self.columns + column
        inside = 0 <= column < self.columns and row >= 0 and index < self._firsts[group + 1]
        return index if inside else None

    def group_at(self, y: float) -> int | None:
        """The group at a height."""
        group = bisect_right(self._tops, y) - 1
        return group if 0 <= group < self.groups else None

    def within(self, box: Box) -> list[int]:
        """The pictures that a rectangle meets."""
        found = []
        for group in range(self.groups):
            if not self.area(group).meets(box):
                continue
            first = max(0, (box.top - self._tops[group] - HEAD_PX) // self._cell[1]) * self.columns
            for index in self.indices(group)[first:]:
                place = self.box(index)
                if place.top >= box.top + box.height:
                    break
                if place.meets(box):
                    found.append(index)
        return found

    def moved(self, index: int, across: int, down: int) -> int:
        """The picture so many places to the right and rows below, at most the first or the last one."""
        if not down:
            return min(max(index + across, 0), self.count - 1)
        place = self.box(index)
        x = place.left + place.width / 2
        group = self.group_of(index)
        row = (index - self._firsts[group]) // self.columns + down
        rows = -(-len(self.indices(group)) // self.columns)
        if 0 <= row < rows:
            return min(
                self._firsts[group] + row * self.columns + int(x // place.width), self._firsts[group + 1] - 1
            )
        step = 1 if down > 0 else -1
        group += step
        while 0 <= group < self.groups and not len(self.indices(group)):
            group += step
        if not 0 <= group < self.groups:
            return index
        indices = self.indices(group)
        rows = -(-len(indices) // self.columns)
        row = 0 if down > 0 else rows - 1
        return min(indices[0] + row * self.columns + int(x // place.width), indices[-1])
