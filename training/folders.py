"""Where the user's own files lie: the system's conventions, or below one place that ``SKETCH_STUDIO_HOME``
names.
"""

import os
from pathlib import Path

import platformdirs

APP_NAME = "sketch-studio"
HOME_VARIABLE = "SKETCH_STUDIO_HOME"


def user_home() -> Path | None:
    """Return the one place that holds all of the user's folders, None where the system's conventions rule."""
    home = os.environ.get(HOME_VARIABLE)
    return Path(home) if home else None


def user_config_dir() -> Path:
    """Return the folder of the settings file."""
    home = user_home()
    return home / "config" if home else platformdirs.user_config_path(APP_NAME, appauthor=False)


def user_data_dir() -> Path:
    """Return the folder of what the user made: models, runs, recoverable drawings."""
    home = user_home()
    return home / "data" if home else platformdirs.user_data_path(APP_NAME, appauthor=False)


def user_cache_dir() -> Path:
    """Return the folder of what can be computed again."""
    home = user_home()
    return home / "cache" if home else platformdirs.user_cache_path(APP_NAME, appauthor=False)


def user_log_dir() -> Path:
    """Return the folder of the program's log."""
    home = user_home()
    return home / "log" if home else platformdirs.user_log_path(APP_NAME, appauthor=False)


def datasets_dir() -> Path:
    """Return the folder of what is remembered of data sets: measurements and decoded pictures."""
    return user_cache_dir() / "datasets"
