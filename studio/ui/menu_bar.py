"""The menus of the window, filled from lists of action ids."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QPoint
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMainWindow, QMenu, QWidget

from studio import resources
from studio.core import settings as keys
from studio.core.settings import Settings
from studio.ui.actions import ActionId, Actions
from studio.ui.drawing_files import DrawingFiles
from studio.ui.menus import MENUS, ZOOM_MENU, MenuItems

GAP_PX = 4


class WindowMenus(QObject):
    """Builds the menu bar, with the recent files and the samples, and the menu of the zoom."""

    def __init__(
        self, window: QMainWindow, actions: Actions, files: DrawingFiles, settings: Settings
    ) -> None:
        super().__init__(window)
        self._actions = actions
        self._files = files
        self._settings = settings
        self.recent = QMenu("Open &recent", window)
        self.recent.setToolTipsVisible(True)
        self.recent.aboutToShow.connect(self._fill_recent)
        self.samples = QMenu("Open a &sample", window)
        self.samples.aboutToShow.connect(self._fill_samples)
        self._zoom = QMenu(window)
        self._fill(self._zoom, ZOOM_MENU)
        for title, ids in MENUS:
            menu = window.menuBar().addMenu(title)
            self._fill(menu, ids)
            if ActionId.OPEN in ids:
                following = menu.actions()[ids.index(ActionId.OPEN) + 1]
                menu.insertMenu(following, self.recent)
                menu.insertMenu(following, self.samples)

    def show_zoom_menu(self, button: QWidget) -> None:
        """Open the zoom's menu above its button."""
        corner = button.mapToGlobal(button.rect().topLeft())
        self._zoom.popup(corner - QPoint(0, self._zoom.sizeHint().height() + GAP_PX))

    def _fill(self, menu: QMenu, ids: MenuItems) -> None:
        menu.setToolTipsVisible(True)
        for action_id in ids:
            if action_id is None:
                menu.addSeparator()
            else:
                menu.addAction(self._actions[action_id])

    def _fill_recent(self) -> None:
        self.recent.clear()
        for name in self._settings.get(keys.RECENT_FILES):
            action = QAction(Path(name).name.replace("&", "&&"), self.recent)
            action.setToolTip(name)
            action.triggered.connect(partial(self._files.open_path, Path(name)))
            self.recent.addAction(action)
        if self.recent.isEmpty():
            self.recent.addAction("No files yet").setEnabled(False)

    def _fill_samples(self) -> None:
        self.samples.clear()
        for path in sorted(resources.asset("samples").glob("*.ora")):
            action = QAction(path.stem.capitalize(), self.samples)
            action.triggered.connect(partial(self._files.open_sample_path, path))
            self.samples.addAction(action)
