"""``python -m studio --self-test``: is everything here, and does it compute what it should?"""

import importlib
import json
import logging
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from studio import __version__, resources
from studio.cli.common import Parser, model_for_sketches, show
from studio.core import compose, device, openraster
from studio.core.document import Document
from studio.core.engine import Engine
from studio.core.geometry import Rect
from studio.core.library import ModelLibrary
from studio.core.live import make_request
from studio.core.picture import Painter
from studio.core.settings import HOME_VARIABLE, Settings
from training.files import UserError

log = logging.getLogger(__name__)

MODULES = ("PySide6.QtWidgets", "numpy", "cv2", "PIL", "onnx", "onnxruntime", "platformdirs")
PICTURE_WAIT_S = 60.0
SIDE = 512


@dataclass(frozen=True)
class Check:
    """What one check found."""

    name: str
    ok: bool
    detail: str
    ms: float


def main(arguments: Sequence[str]) -> int:
    """Run every check; the exit status is 0 when all passed."""
    parser = Parser(prog="python -m studio --self-test", description=__doc__)
    parser.add_argument("--json", action="store_true", help="machine-readable output")
    parser.add_argument("--screenshot", metavar="PNG", type=Path, help="keep the picture of the window")
    options = parser.parse_args(arguments)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    with _home_of_its_own() as home:
        screenshot = options.screenshot or home / "window.png"
        checks = [
            _checked("imports", _imports),
            _checked("providers", _providers),
            _checked("models", _models),
            _checked("inference", _inference),
            _checked("picture", _picture),
            _checked("openraster", lambda: _openraster(home)),
            _checked("window", lambda: _window(screenshot)),
        ]
    passed = all(check.ok for check in checks)
    if options.json:
        report = {"ok": passed, "version": __version__, "checks": [asdict(check) for check in checks]}
        show(json.dumps(report, indent=2, ensure_ascii=False))
    else:
        for check in checks:
            show(f"{'ok  ' if check.ok else 'FAIL'} {check.name} ({check.ms:.0f} ms): {check.detail}")
        show("Everything works." if passed else "Something is wrong; reinstall, or report what stands above.")
    return 0 if passed else 1


def _checked(name: str, work: Callable[[], str]) -> Check:
    start = time.perf_counter()
    try:
        detail, ok = work(), True
    except UserError as error:
        detail, ok = str(error), False
    except Exception as error:
        # Whatever it is, the remaining checks must still run: that is what a self-test is for.
        log.exception("self-test: %s failed", name)
        detail, ok = f"{type(error).__name__}: {error}", False
    return Check(name, ok, detail, round((time.perf_counter() - start) * 1e3, 1))


@contextmanager
def _home_of_its_own() -> Iterator[Path]:
    """Move the user's folders aside, so that the test neither reads nor changes them."""
    before = os.environ.get(HOME_VARIABLE)
    with tempfile.TemporaryDirectory(prefix="sketch-studio-", ignore_cleanup_errors=True) as folder:
        os.environ[HOME_VARIABLE] = folder
        try:
            yield Path(folder)
        finally:
            if before is None:
                del os.environ[HOME_VARIABLE]
            else:
                os.environ[HOME_VARIABLE] = before


def _imports() -> str:
    found = []
    for name in MODULES:
        module = importlib.import_module(name)
        version = getattr(module, "__version__", None) or getattr(
            importlib.import_module(name.split(".")[0]), "__version__", ""
        )
        found.append(f"{name.split('.')[0]} {version}".strip())
    return ", ".join(found)


def _providers() -> str:
    import onnxruntime

    gpu = device.find_gpu()
    offered = ", ".join(onnxruntime.get_available_providers())
    if isinstance(gpu, device.CudaProblem):
        return f"{offered}; GPU: {gpu.reason} ({gpu.detail})"
    missing = device.missing_provider_library()
    return f"{offered}; GPU: {gpu.name}{f'; missing: {missing}' if missing else ''}"


def _models() -> str:
    entries = ModelLibrary([resources.asset("models")]).refresh()
    broken = [f"{entry.path.name}: {entry.problem}" for entry in entries if not entry.usable]
    if broken or not entries:
        raise UserError("; ".join(broken) or f"no models in {resources.asset('models')}")
    return ", ".join(entry.id for entry in entries)


def _inference() -> str:
    """Compare the default model on the CPU, and on the GPU where there is one, with the shipped answer."""
    model = model_for_sketches("")
    folder = resources.asset("self_test")
    answers = (device.load_answer(path, model.sha256) for path in sorted(folder.glob("*.png")))
    stored = next((answer for answer in answers if answer is not None), None)
    if stored is None:
        raise UserError(f"no stored answer for {model.id} in {folder}")
    found = []
    for wanted in ("cpu", "auto"):
        engine = Engine.load(model, wanted)
        image, _ = engine.reference()
        difference = device.largest_difference(image, stored)
        found.append(f"{engine.device.text} (off by {difference}/255)")
        engine.close()
        if difference > device.TOLERANCE:
            raise UserError(f"the answer of {model.id} is wrong: {found[-1]}")
    return "; ".join(found)


def _picture() -> str:
    """Take a drawing through the whole live step."""
    engine = Engine.load(model_for_sketches(""), "auto")
    picture = Painter(engine).paint(make_request(_drawing().snapshot(), engine.model))
    engine.close()
    if picture.image.shape != (SIDE, SIDE, 3) or int(np.ptp(picture.image)) == 0:
        raise UserError(f"the picture is {picture.image.shape} and of one colour")
    timings = picture.timings
    return f"{timings.total_ms:.0f} ms, of which the network {timings.run_ms:.0f} ms"


def _openraster(home: Path) -> str:
    document = _drawing()
    path = home / "round trip ü.ora"
    openraster.save_ora(document.snapshot(), path)
    again = openraster.load_ora(path)
    rect = document.rect
    if not np.array_equal(document.line.surface.read(rect), again.line.surface.read(rect)):
        raise UserError("the lines came back changed")
    if not np.array_equal(document.hints.surface.read(rect), again.hints.surface.read(rect)):
        raise UserError("the hints came back changed")
    return f"{path.stat().st_size} bytes, read back the same"


def _window(screenshot: Path) -> str:
    """Show the real window without a screen, wait for its first picture, and look at it."""
    from PySide6.QtWidgets import QApplication

    from studio.app import create_studio
    from studio.ui.icons import has_icon

    application = QApplication.instance() or QApplication(["sketch-studio"])
    studio = create_studio(Settings.of_user())
    try:
        if not has_icon("pencil"):
            raise UserError("the icon font is missing")
        studio.window.show()
        deadline = time.monotonic() + PICTURE_WAIT_S
        while studio.live.picture is None and time.monotonic() < deadline:
            application.processEvents()
            time.sleep(0.005)
        application.processEvents()
        image = studio.window.grab()
        if studio.live.picture is None:
            raise UserError(f"no picture within {PICTURE_WAIT_S:.0f} s")
        if image.isNull() or not image.save(str(screenshot), "PNG"):
            raise UserError("the window could not be painted")
    finally:
        studio.close()
    return f"{image.width()} x {image.height()} pixels painted, with a live picture"


def _drawing() -> Document:
    y, x = np.mgrid[0:SIDE, 0:SIDE] * 2 - SIDE
    distance = np.hypot(x, y)
    document = Document.from_line_art(np.where(abs(distance - 300) < 12, 255, 0).astype(np.uint8))
    spot = np.zeros((16, 16, 4), np.uint8)
    spot[...] = compose.premultiplied(np.array([[[220, 40, 30, 255]]], np.uint8))
    document.load_pixels(document.hints.id, Rect(SIDE // 2, SIDE // 2, 16, 16), spot)
    return document
