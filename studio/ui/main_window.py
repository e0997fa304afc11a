"""The window: rail, tools, canvas, right column and status bar, connected to what they show."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QColor, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QMainWindow, QToolButton, QWidget

from studio.core import settings as keys
from studio.core.layers import LayerKind
from studio.core.library import ModelEntry
from studio.core.live import LivePicture
from studio.core.settings import Settings
from studio.ui import window_state
from studio.ui.action_table import action_table
from studio.ui.actions import ActionId, Actions
from studio.ui.canvas.canvas import CanvasWidget
from studio.ui.canvas.toolbox import ToolBox
from studio.ui.canvas_only import CanvasOnly
from studio.ui.colour_drop import drop_colour
from studio.ui.colours import Colours
from studio.ui.column import Column
from studio.ui.command_palette import CommandPalette
from studio.ui.drawing_files import DrawingFiles
from studio.ui.edit_commands import EditCommands
from studio.ui.escape import Escape
from studio.ui.first_steps import FirstSteps, Step
from studio.ui.focus import keep_keys_on
from studio.ui.help_commands import HelpCommands
from studio.ui.icons import ICON_PX
from studio.ui.inline_bar import BarRow, InlineBar
from studio.ui.live_controller import LiveController
from studio.ui.menu_bar import WindowMenus
from studio.ui.menus import MENUS, STRIP
from studio.ui.messages import Messages
from studio.ui.model_import import ModelImport
from studio.ui.palette import Palette
from studio.ui.parts import Parts
from studio.ui.pasting import Pasting
from studio.ui.picture_notes import PictureNotes
from studio.ui.rail import Rail
from studio.ui.session import Session
from studio.ui.status_bar import StatusBar
from studio.ui.status_lines import StatusLines
from studio.ui.theme import Theme
from studio.ui.tool_options import ToolOptionsBar
from studio.ui.tool_strip import ToolStrip, action_button
from studio.ui.widgets.picture_grid import image_of
from studio.ui.widgets.plain import across, down, lying_line, standing_line
from studio.ui.workspaces import ANYWHERE, RAIL_BUTTONS, Maker, Space, Then, Workspaces

DEFAULT_SIZE = QSize(1280, 800)
FRAME_SIZE = QSize(8, 40)
"""What the desktop's frame and title take from the screen, about."""
SMALLEST_SIZE = QSize(900, 560)
PICTURE_BUTTONS = (ActionId.AGAIN, ActionId.KEEP)


class MainWindow(QMainWindow):
    """Composes the widgets and connects them to the models; owns no drawing.

    *Signals*
    painted(): the window has been painted for the first time.
    closed(): the user closed the window and unsaved work has been settled.
    """

    painted = Signal()
    closed = Signal()

    def __init__(
        self,
        session: Session,
        live: LiveController,
        settings: Settings,
        messages: Messages,
        theme: Theme,
        pages: dict[Space, Maker],
    ) -> None:
        super().__init__()
        self._session = session
        self._live = live
        self._settings = settings
        self._messages = messages
        self._theme = theme
        self._settled = False
        self._was_painted = False
        self._mirrored = False
        self._picture_kind: bool | None = None
        self._labels_seen = session.document.choices.labels
        self.setMinimumSize(SMALLEST_SIZE)
        self.resize(DEFAULT_SIZE.boundedTo(self.screen().availableSize() - FRAME_SIZE))

        self.spaces = Workspaces({Space.DRAW: Maker(self._make_drawing), **pages})
        self.toolbox = ToolBox(parent=self)
        self.colours = Colours(self.toolbox, parent=self)
        self.canvas = CanvasWidget(session.document, self.toolbox)
        self.canvas_only = CanvasOnly(self, self.canvas, self._around_canvas, messages)
        self.files = DrawingFiles(session, live, settings, messages, self)
        self.models = ModelImport(session, settings, messages, self)
        self.edit = EditCommands(session, self.canvas, live, messages, self)
        self.help = HelpCommands(session, lambda: self.status_lines.truth, self)
        parts = Parts(
            session, self.toolbox, self.canvas, self.colours, live, self.files, self.edit, self.help, self
        )
        self.actions_table = Actions(action_table(parts), self, theme.icons)

        self.menus = WindowMenus(self, self.actions_table, self.files, settings)
        self.rail = Rail(theme.icons)
        self.strip = ToolStrip(self.actions_table, STRIP)
        self.options = ToolOptionsBar(self.toolbox, theme.icons)
        self.notice = InlineBar(theme.icons)
        self.question = InlineBar(theme.icons)
        self.pasting = Pasting(session, self.files, messages, self.question, self.edit.offer_undo, self)
        self.column = Column(session, self.toolbox, self.colours, self.actions_table, theme.icons)
        self.status = StatusBar(theme.palette)
        self.status_lines = StatusLines(self.status, self.spaces, live)
        self.palette_popup = CommandPalette(self.actions_table, self, self.canvas)
        self.first_steps = FirstSteps(self.canvas, theme.palette)
        Escape(self.canvas, self.question.put_off, self.canvas_only.leave, self.first_steps.stop)
        self._build_layout()
        keep_keys_on(self.canvas, self.column, self.options, self.strip, self.status)
        self._connect()
        self.picture_notes = PictureNotes(session, live, self.canvas)
        window_state.restore_tools(self.toolbox, self.colours, settings)
        window_state.restore_canvas(self.canvas, settings)
        window_state.restore_sections(self.column.sections, settings)
        window_state.restore_window(self, settings)
        self._show_colours(theme.palette)
        self._show_title()
        self._show_layer()
        self.canvas.setFocus()

    # Commands

    @property
    def is_canvas_only(self) -> bool:
        return self.canvas_only.is_on

    @property
    def space(self) -> Space:
        """The workspace on show."""
        return self.spaces.space

    def open_space(self, space: Space, then: Then = None) -> None:
        """Show a workspace and hand ``then`` its page; what acts on the drawing waits meanwhile."""
        self.spaces.open(space, then)

    def find_action(self) -> None:
        self.palette_popup.ask()

    def toggle_canvas_only(self) -> None:
        """Hide everything but the canvas and fill the screen, or bring it back."""
        self.canvas_only.toggle()

    def show_settings(self) -> None:
        from studio.ui.dialogs.settings import SettingsDialog

        SettingsDialog(self, self._settings, self.actions_table)

    def show_shortcuts(self) -> None:
        from studio.ui.dialogs.sheets import show_shortcuts

        groups = [
            (title.replace("&", ""), tuple(one for one in ids if one is not None)) for title, ids in MENUS
        ]
        show_shortcuts(self, self.actions_table, groups)

    def show_first_steps(self) -> None:
        self.first_steps.start()
        self._on_entry_changed(self._session.entry)

    def add_model(self) -> None:
        self.models.ask()

    # Building

    def _build_layout(self) -> None:
        buttons = {
            space: self.rail.add_workspace(self.actions_table[action_id], word, icon)
            for space, action_id, word, icon in RAIL_BUTTONS
        }
        self.train_button = buttons[Space.TRAIN]
        self.rail.add_bottom(self.actions_table[ActionId.FIND], "Find", "magnify")
        self.rail.add_bottom(self.actions_table[ActionId.SETTINGS], "Settings", "cog-outline")
        for action_id in PICTURE_BUTTONS:
            self.options.add_widget(action_button(self.actions_table, action_id))
        self.live_button = QToolButton()
        self.live_button.setDefaultAction(self.actions_table[ActionId.LIVE])
        self.live_button.setProperty("role", "soft")
        self.live_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.live_button.setIconSize(QSize(ICON_PX, ICON_PX))
        self.live_button.setFixedHeight(34)
        self.options.add_widget(self.live_button)

        self.spaces.open(Space.DRAW)
        self._rail_line, self._status_line = standing_line(), lying_line()
        middle = across()
        middle.addWidget(self.rail)
        middle.addWidget(self._rail_line)
        middle.addWidget(self.spaces, 1)
        root = QWidget()
        rows = down(root)
        rows.addLayout(middle, 1)
        rows.addWidget(self._status_line)
        rows.addWidget(self.status)
        self.setCentralWidget(root)

    def _make_drawing(self) -> QWidget:
        self._lines = (lying_line(), standing_line(), standing_line())
        bars = BarRow(self.notice, self.question)
        bars.closed.connect(self.canvas.setFocus)
        middle = down()
        middle.addWidget(self.options)
        middle.addWidget(self._lines[0])
        middle.addWidget(bars)
        middle.addWidget(self.canvas, 1)
        page = QWidget()
        row = across(page)
        for part in (self.strip, self._lines[1]):
            row.addWidget(part)
        row.addLayout(middle, 1)
        for part in (self._lines[2], self.column):
            row.addWidget(part)
        return page

    def _connect(self) -> None:
        session, live, canvas = self._session, self._live, self.canvas
        session.document_replaced.connect(self._on_document_replaced)
        session.choices_changed.connect(self._on_choices_changed)
        session.saved_changed.connect(self._show_title)
        session.layers_changed.connect(self._show_layer)
        soon = self.actions_table.refresh_soon
        for signal in (
            session.history_changed,
            session.layers_changed,
            session.choices_changed,
            session.entry_changed,
            session.saved_changed,
            self.toolbox.tool_changed,
            canvas.mode_changed,
            live.enabled_changed,
            self.canvas_only.changed,
        ):
            signal.connect(soon)
        live.picture_changed.connect(self._on_picture)
        live.speed_changed.connect(self.column.models.show_speed)
        live.label_pictures_ready.connect(self.column.labels.show_pictures)
        canvas.view_changed.connect(self._on_view)
        canvas.tool_hint.connect(self.status.show_passing)
        canvas.colour_picked.connect(self._on_colour_picked)
        canvas.stroke_finished.connect(self.colours.note_used)
        canvas.files_dropped.connect(self.files.open_paths)
        canvas.image_pasted.connect(self.pasting.take)
        self.files.opened.connect(self._on_opened)
        self.files.saved.connect(self._show_title)
        self.files.models_dropped.connect(self.models.take)
        self.column.layers.named.connect(canvas.setFocus)
        self.models.generate_wanted.connect(self.actions_table[ActionId.GENERATE_SPACE].trigger)
        self.column.models.list_wanted.connect(self.models.look)
        self.column.models.folder_wanted.connect(self.help.open_models_folder)
        self.toolbox.options_changed.connect(self._on_tool_options)
        self.options.layer_wanted.connect(self._work_on)
        self.spaces.changed.connect(self._on_space)
        self._messages.said.connect(self.status.say)
        self.status.details_wanted.connect(self.help.show_device_report)
        self.status.zoom_clicked.connect(self._show_zoom_menu)
        self.first_steps.finished.connect(self._on_first_steps_done)
        self.canvas_only.changed.connect(self.first_steps.set_canvas_only)
        self._session.entry_changed.connect(self._on_entry_changed)
        self._theme.changed.connect(self._show_colours)
        self.setAcceptDrops(True)
        self.status.show_zoom(canvas.view.zoom, canvas.view.rotation, canvas.view.mirror)

    def _around_canvas(self) -> tuple[QWidget, ...]:
        """All that is not the canvas."""
        bars = (self.menuBar(), self.rail, self.strip, self.options, self.column, self.status)
        return *bars, self._rail_line, self._status_line, *self._lines

    # What happens

    def _on_space(self, space: Space) -> None:
        elsewhere = "" if space is Space.DRAW else "This acts on the drawing; go to Draw first"
        self.actions_table.hold(elsewhere, ANYWHERE)
        self.status.zoom.setVisible(space is Space.DRAW)
        if space is Space.DRAW:
            self.canvas.setFocus()

    def _on_document_replaced(self) -> None:
        self.canvas.set_document(self._session.document)
        # They tell what to try on the drawing they came with.
        self.first_steps.stop()
        self._labels_seen = self._session.document.choices.labels
        self._show_title()

    def _on_opened(self, _document: object, picture: NDArray[np.uint8] | None) -> None:
        if picture is not None:
            self.canvas.set_picture(image_of(picture), self._session.document.revision)
            self.picture_notes.refresh()

    def _on_picture(self, picture: LivePicture | None) -> None:
        self.canvas.set_picture(picture)
        # Pictures come fifty a second; the actions only care whether there is one and how large.
        kind = None if picture is None else picture.full_size
        if kind != self._picture_kind or not self._live.enabled:
            self._picture_kind = kind
            self.actions_table.refresh_soon()

    def _on_view(self, zoom: float, rotation: float, mirrored: bool) -> None:
        self.status.show_zoom(zoom, rotation, mirrored)
        if mirrored != self._mirrored:
            self._mirrored = mirrored
            self.actions_table.refresh_soon()

    def _on_choices_changed(self) -> None:
        labels = self._session.document.choices.labels
        if labels != self._labels_seen:
            self._labels_seen = labels
            self.first_steps.done(Step.LABEL)

    def _on_entry_changed(self, entry: ModelEntry | None) -> None:
        if entry is not None and entry.manifest is not None:
            self.first_steps.suit(entry.manifest)

    def _on_colour_picked(self, red: int, green: int, blue: int) -> None:
        self.colours.choose((red, green, blue))

    def _on_tool_options(self) -> None:
        self.files.gap_px = self.toolbox.options.gap_px

    def _on_first_steps_done(self) -> None:
        self._settings.set(keys.FIRST_START, False)
        self._messages.news("That is all there is to it. Ctrl+K finds everything else.")

    def _show_zoom_menu(self) -> None:
        self.menus.show_zoom_menu(self.status.zoom)

    def _show_title(self) -> None:
        self.setWindowTitle(f"{self.files.name}[*] — Sketch Studio")
        self.setWindowModified(self._session.document.modified)

    def _show_layer(self) -> None:
        document = self._session.document
        self.options.show_layer(document.layer(document.active_layer_id))

    def _work_on(self, kind: LayerKind) -> None:
        document = self._session.document
        document.active_layer_id = (document.hints if kind is LayerKind.HINTS else document.line).id

    def _show_colours(self, palette: Palette) -> None:
        self.canvas.set_colours(QColor(palette.surround), QColor(palette.accent))
        self.status.set_palette(palette)
        self.first_steps.set_palette(palette)

    def _close_settled(self) -> None:
        self._settled = True
        self.close()

    # Qt

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() == QEvent.Type.Paint and not self._was_painted:
            self._was_painted = True
            QTimer.singleShot(0, self.painted.emit)
        elif event.type() == QEvent.Type.WindowActivate and self._session.models_known:
            self.models.look()
        return handled

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() or event.mimeData().hasImage() or event.mimeData().hasColor():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        mime = event.mimeData()
        if mime.hasColor():
            place = self.canvas.mapFrom(self, event.position())
            if drop_colour(self.canvas, self.colours, QColor(mime.colorData()), place):
                event.acceptProposedAction()
        elif self.canvas.take_mime(mime):
            event.acceptProposedAction()

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._settled and self._session.document.modified:
            event.ignore()
            self.files.ask_and(self._close_settled)
            return
        if not self.canvas_only.is_on:
            window_state.store_window(self, self._settings)
        window_state.store_canvas(self.canvas, self._settings)
        window_state.store_tools(self.toolbox, self.colours, self._settings)
        window_state.store_sections(self.column.sections, self._settings)
        event.accept()
        self.closed.emit()
