"""The line above the grid: seeds and columns at the left, saving at the right."""

from PySide6.QtCore import QSignalBlocker, QSize, Qt
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from studio.core.seeds import LARGEST_SEED, first_free
from studio.ui.generate.controller import MOST_COLUMNS, GenerateController
from studio.ui.generate.saving import PictureOutlet
from studio.ui.icons import ICON_PX, IconBook
from studio.ui.theme import GAP, muted_label
from studio.ui.widgets.number_field import NumberField
from studio.ui.widgets.plain import across

BAR_PX = 44
FIELD_PX = 96


class GenerateBar(QWidget):
    """Writes the columns of the controller and shows them."""

    def __init__(
        self,
        controller: GenerateController,
        outlet: PictureOutlet,
        icons: IconBook,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._controller = controller
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(BAR_PX)
        self.anew = QPushButton(" New seeds")
        self.anew.setIconSize(QSize(ICON_PX, ICON_PX))
        self.anew.setToolTip("New seeds (R)\nOther noise for every column that is not locked")
        icons.bind(self.anew, "dice-multiple-outline")
        self.anew.clicked.connect(controller.draw_next)
        self.seed = NumberField()
        self.seed.setRange(0, LARGEST_SEED)
        self.seed.setKeyboardTracking(False)
        self.seed.setFixedWidth(FIELD_PX)
        self.seed.setAccessibleName("Seed")
        self.seed.valueChanged.connect(controller.draw_from)
        self.columns = NumberField()
        self.columns.setRange(1, MOST_COLUMNS)
        self.columns.setAccessibleName("Columns")
        self.columns.setToolTip("How many pictures of each label")
        self.columns.valueChanged.connect(controller.set_count)
        self.save = QPushButton("Save")
        self.save.setToolTip("Save pictures as PNG")
        menu = QMenu(self.save)
        menu.setToolTipsVisible(True)
        for words, tip, run in (
            ("The chosen &picture…", "As it came from the model (Ctrl+E)", outlet.save_chosen),
            ("The &grid…", "With labels and seeds, for a page", outlet.save_grid),
            ("A &sprite sheet…", "The grid's pictures edge to edge, nothing else", outlet.save_sprites),
            ("The &walk…", "The pictures between the two chosen ones, edge to edge", outlet.save_walk),
        ):
            action = menu.addAction(words)
            action.setToolTip(tip)
            action.triggered.connect(run)
        self.save.setMenu(menu)
        row = across(self, gap=GAP)
        row.setContentsMargins(16, 0, 16, 0)
        row.addWidget(self.anew)
        row.addSpacing(GAP)
        row.addWidget(muted_label("Seed"))
        row.addWidget(self.seed)
        row.addSpacing(GAP)
        row.addWidget(muted_label("Columns"))
        row.addWidget(self.columns)
        row.addStretch(1)
        row.addWidget(self.save)
        controller.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        columns = self._controller.columns
        free = first_free(columns)
        with QSignalBlocker(self.seed), QSignalBlocker(self.columns):
            self.columns.setValue(len(columns))
            if free is not None:
                self.seed.setValue(free)
        reason = "Every column is locked" if free is None else "The columns have the seeds from this one on"
        self.seed.setToolTip(f"Seed of the noise; 0 is the likeliest picture\n{reason}")
        self.seed.setEnabled(free is not None)
