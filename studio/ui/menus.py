"""Which actions stand in which menu, strip and sheet."""

from studio.ui.actions import LABEL_IDS, ActionId

MenuItems = tuple[ActionId | None, ...]
"""Ids in order; None is a line between groups."""

MENUS: tuple[tuple[str, MenuItems], ...] = (
    (
        "&File",
        (
            ActionId.NEW,
            ActionId.OPEN,
            None,
            ActionId.SAVE,
            ActionId.SAVE_AS,
            ActionId.EXPORT,
            None,
            ActionId.SETTINGS,
            None,
            ActionId.QUIT,
        ),
    ),
    (
        "&Edit",
        (
            ActionId.UNDO,
            ActionId.REDO,
            None,
            ActionId.COPY,
            ActionId.PASTE,
            None,
            ActionId.CLEAR,
            ActionId.CLEAR_HINTS,
        ),
    ),
    (
        "&Tools",
        (
            ActionId.PEN,
            ActionId.ERASER,
            ActionId.HINT,
            ActionId.FILL,
            ActionId.PICK,
            ActionId.PAN,
            None,
            ActionId.SMALLER,
            ActionId.LARGER,
            ActionId.SWAP_COLOURS,
        ),
    ),
    (
        "&View",
        (
            ActionId.SIDE_BY_SIDE,
            ActionId.OVER,
            ActionId.WIPE,
            ActionId.CYCLE_VIEW,
            None,
            ActionId.ZOOM_IN,
            ActionId.ZOOM_OUT,
            ActionId.FIT,
            ActionId.ACTUAL_SIZE,
            None,
            ActionId.MIRROR,
            ActionId.ROTATE_LEFT,
            ActionId.ROTATE_RIGHT,
            ActionId.UPRIGHT,
            None,
            ActionId.CANVAS_ONLY,
        ),
    ),
    (
        "&Picture",
        (
            ActionId.LIVE,
            ActionId.KEEP,
            None,
            ActionId.AGAIN,
            ActionId.LIKELIEST,
            None,
            ActionId.LABEL_ANY,
            *LABEL_IDS,
            None,
            ActionId.ADD_MODEL,
            ActionId.MODELS_FOLDER,
        ),
    ),
    (
        "&Help",
        (
            ActionId.FIND,
            ActionId.SHORTCUTS,
            ActionId.FIRST_STEPS,
            None,
            ActionId.DEVICE_REPORT,
            ActionId.LOGS,
            None,
            ActionId.ABOUT,
        ),
    ),
)

STRIP: MenuItems = (
    ActionId.PEN,
    ActionId.ERASER,
    ActionId.HINT,
    ActionId.FILL,
    ActionId.PICK,
    ActionId.PAN,
    None,
    ActionId.UNDO,
    ActionId.REDO,
    None,
    ActionId.SIDE_BY_SIDE,
    ActionId.OVER,
    ActionId.WIPE,
)

ZOOM_MENU: MenuItems = (
    ActionId.FIT,
    ActionId.ACTUAL_SIZE,
    ActionId.ZOOM_IN,
    ActionId.ZOOM_OUT,
    None,
    ActionId.MIRROR,
    ActionId.UPRIGHT,
)
