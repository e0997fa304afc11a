"""The one door to the files that ship with the program.

They lie in ``assets/`` beside the packages in a source tree, in ``studio/_assets`` in an installed wheel
(the build maps the folder into the package) and inside the bundle in a PyInstaller build.
"""

import sys
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


@cache
def assets_dir() -> Path:
    """Return the folder of the shipped assets; it need not exist in a stripped-down installation."""
    bundle = getattr(sys, "_MEIPASS", None)
    places = [PACKAGE / "_assets", PACKAGE.parent / "assets"]
    if bundle is not None:
        places.insert(0, Path(bundle) / "assets")
    return next((place for place in places if place.is_dir()), places[-1])


def asset(*parts: str) -> Path:
    """Return the path of one shipped file, such as ``asset("models", "openmoji-256.onnx")``."""
    return assets_dir().joinpath(*parts)


def is_shipped(path: Path) -> bool:
    """Return whether ``path`` lies inside the shipped assets."""
    return Path(path).resolve().is_relative_to(assets_dir().resolve())
