"""Settings, each declared once, and the user's folders.

``SKETCH_STUDIO_HOME`` moves every folder of the user below one place; tests and portable installs use it.
"""

import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

from PySide6.QtCore import QObject, Signal

from training.files import write_json
from training.folders import APP_NAME as APP_NAME
from training.folders import HOME_VARIABLE as HOME_VARIABLE
from training.folders import user_cache_dir as user_cache_dir
from training.folders import user_config_dir, user_data_dir, user_log_dir

log = logging.getLogger(__name__)

FORMAT = 1
RECENT_FILES_KEPT = 12

T = TypeVar("T", bool, int, float, str, tuple[str, ...])


@dataclass(frozen=True)
class Setting(Generic[T]):
    """One setting: its key in the file, its default (which fixes its type) and what it is for.

    ``choices`` limits a text; ``low`` and ``high`` clamp a number.
    """

    key: str
    default: T
    help: str
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None

    def checked(self, value: Any) -> T:
        """Return ``value`` as this setting's type, clamped; ValueError when it is something else."""
        kind = type(self.default)
        if kind is tuple:
            if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
                raise ValueError(f"{self.key} must be a list of texts, not {value!r}")
            return cast(T, tuple(value))
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if type(value) is not kind:
            raise ValueError(f"{self.key} must be {kind.__name__}, not {value!r}")
        if self.choices and value not in self.choices:
            raise ValueError(f"{self.key} must be one of {', '.join(self.choices)}, not {value!r}")
        if self.low is not None:
            value = max(kind(self.low), value)
        if self.high is not None:
            value = min(kind(self.high), value)
        return cast(T, value)


DEVICE = Setting("device", "auto", "Where pictures are computed.", choices=("auto", "cpu", "cuda"))
THREADS = Setting("threads", 2, "Processor threads for one picture.", low=1, high=64)
LIVE = Setting("live", True, "Whether the picture follows the pen.")
MODEL = Setting("model", "", "Id of the model chosen last; empty: the shipped one.")
THEME = Setting("theme", "system", "Colours of the window.", choices=("system", "light", "dark"))
VIEW_MODE = Setting("view_mode", "side_by_side", "How drawing and picture share the canvas.")
AUTOSAVE_S = Setting("autosave_s", 5, "Seconds between autosaves of a changed drawing.", low=1, high=10)
NEW_WIDTH = Setting("new_width", 1024, "Width of a new drawing in pixels.", low=1, high=4096)
NEW_HEIGHT = Setting("new_height", 1024, "Height of a new drawing in pixels.", low=1, high=4096)
FIRST_START = Setting("first_start", True, "Whether the program has never been started before.")
RECENT_FILES = Setting("recent_files", cast("tuple[str, ...]", ()), "Files opened last, newest first.")
WINDOW_GEOMETRY = Setting("window_geometry", "", "Place and size of the window, base64.")
WINDOW_STATE = Setting("window_state", "", "Arrangement of the window's parts, base64.")
GENERATE_MODEL = Setting("generate_model", "", "Id of the label-to-image model chosen last.")
GENERATE_COLUMNS = Setting(
    "generate_columns", cast("tuple[str, ...]", ()), "Seeds of the generated pictures, * behind locked ones."
)
GENERATE_NOISE = Setting("generate_noise", 1.0, "Strength of the noise of generated pictures.", low=0, high=2)
GENERATE_TRUNCATION = Setting(
    "generate_truncation", 3.0, "Where that noise is cut off, in deviations; 3 is never.", low=0.1, high=3
)
GENERATE_STEPS = Setting("generate_steps", 9, "Pictures of a walk between two.", low=3, high=32)
LAST_FOLDER = Setting("last_folder", "", "Folder the file dialogs open in.")
LAST_DATA_FOLDER = Setting(
    "last_data_folder",
    "",
    "Folder of pictures chosen last for training, apart from the others: nothing is to be saved among them.",
)


class Settings(QObject):
    """Typed settings in one JSON file; ``Settings(None)`` keeps them in memory alone.

    Values the program does not know (written by a newer one) survive. A damaged file or value falls back to
    the default with a line in the log; it never stops the program. GUI thread only.

    *Signals*
    changed(str): the key of a setting whose value is now another one.
    """

    changed = Signal(str)

    def __init__(self, path: Path | None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.path = path
        self._values: dict[str, Any] = _read(path) if path is not None else {}

    @classmethod
    def of_user(cls) -> "Settings":
        """Return the settings of the person at the machine."""
        return cls(settings_file())

    def get(self, setting: Setting[T]) -> T:
        """Return the setting's value, or its default where the file has none or an impossible one."""
        if setting.key not in self._values:
            return setting.default
        try:
            return setting.checked(self._values[setting.key])
        except ValueError as error:
            log.warning("setting ignored: %s", error)
            return setting.default

    def set(self, setting: Setting[T], value: T) -> None:
        """Change one setting and write the file; ValueError when the value does not fit the declaration."""
        value = setting.checked(value)
        if self.get(setting) == value:
            return
        self._values[setting.key] = list(value) if isinstance(value, tuple) else value
        self.save()
        self.changed.emit(setting.key)

    def reset(self, setting: Setting[Any]) -> None:
        """Return one setting to its default."""
        before = self.get(setting)
        if self._values.pop(setting.key, None) is None:
            return
        self.save()
        if before != setting.default:
            self.changed.emit(setting.key)

    def add_recent_file(self, path: Path) -> None:
        """Put ``path`` in front of the recent files."""
        name = str(Path(path).absolute())
        others = tuple(other for other in self.get(RECENT_FILES) if other != name)
        self.set(RECENT_FILES, (name, *others)[:RECENT_FILES_KEPT])

    def save(self) -> None:
        """Write the file; a disk that refuses is logged, the values stay in memory."""
        if self.path is None:
            return
        try:
            write_json(self.path, {"format": FORMAT, "values": self._values})
        except OSError:
            log.exception("the settings could not be written to %s", self.path)


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        values = content["values"]
        if not isinstance(values, dict):
            raise TypeError("values is no object")
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning("settings file %s ignored: %s", path, error)
        return {}
    return values


def settings_file() -> Path:
    """Return the path of the settings file."""
    return user_config_dir() / "settings.json"


def user_models_dir() -> Path:
    """Return the folder in which the user's own models lie."""
    return user_data_dir() / "models"


def recovery_dir() -> Path:
    """Return the folder of autosaved drawings."""
    return user_data_dir() / "recovery"


def runs_dir() -> Path:
    """Return the folder of the user's training runs."""
    return user_data_dir() / "runs"


def log_file() -> Path:
    """Return the path of the log; older ones lie beside it."""
    return user_log_dir() / "studio.log"
