"""Python's cycle collector, kept in the GUI thread.

Left to itself it runs in whichever thread happens to allocate, and a widget or timer that is collected in the
inference thread is destroyed there, which Qt does not allow.
"""

import gc

from PySide6.QtCore import QObject, QTimer

TICK_MS = 1000


class GuiThreadCollector(QObject):
    """Switches automatic collection off and collects by a timer, by generations as Python would."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thresholds = gc.get_threshold()
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self.collect_due)
        self._timer.start()

    def collect_due(self) -> int:
        """Collect the oldest generation whose count is over its threshold; return it, -1 for none."""
        counts = gc.get_count()
        for generation in (2, 1, 0):
            limit = self._thresholds[generation]
            if limit and counts[generation] > limit:
                gc.collect(generation)
                return generation
        return -1

    def stop(self) -> None:
        """Give collection back to Python."""
        self._timer.stop()
        gc.enable()
