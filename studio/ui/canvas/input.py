"""The one door through which pen, mouse and wheel events become plain values."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QPointF, Qt, QTimer
from PySide6.QtGui import (
    QInputDevice,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPointingDevice,
    QTabletEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QGestureEvent, QPinchGesture

from studio.core.stroke import PenSample
from studio.core.tools import ToolId
from studio.ui.canvas.view import Point

NOTCH = 120.0  # angleDelta of one notch of a mouse wheel, in eighths of a degree
LINE_PX = 40.0  # how far one notch scrolls where a trackpad gives no pixels
TABLET_QUIET_S = 0.25
TURN_S = 0.004  # no screen shows more than a few hundred pictures a second


def set_input_attributes() -> None:
    """Ask Qt for every event of pen and mouse, none merged.

    Qt's X11 platform switches the merging on again while QApplication starts, so this counts only afterwards:
    the canvas calls it itself when it is made.
    """
    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_CompressHighFrequencyEvents, False)
    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_CompressTabletEvents, False)


class Phase(Enum):
    """What a pointer does."""

    PRESS = auto()
    MOVE = auto()
    RELEASE = auto()


@dataclass(frozen=True, slots=True)
class Pointer:
    """One event of mouse or pen, before it is mapped into the document.

    position: logical widget pixels, with the device's fractions.
    pressure: 0..1; a mouse presses with 1.
    tilt_x, tilt_y: degrees from upright, 0 for a mouse.
    time_s: the event's own clock, seconds from any start.
    button: the button pressed or released, NoButton for a move; buttons: those held down.
    eraser: the pen is turned round.
    pen: it comes from a tablet.
    """

    phase: Phase
    position: Point
    pressure: float
    tilt_x: float
    tilt_y: float
    time_s: float
    button: Qt.MouseButton
    buttons: Qt.MouseButton
    modifiers: Qt.KeyboardModifier
    eraser: bool
    pen: bool

    def sample(self, to_document: Callable[[Point], Point]) -> PenSample:
        """The sample in document space."""
        x, y = to_document(self.position)
        return PenSample(x, y, self.pressure, self.tilt_x, self.tilt_y, self.time_s)


_PHASES = {
    QEvent.Type.TabletPress: Phase.PRESS,
    QEvent.Type.TabletMove: Phase.MOVE,
    QEvent.Type.TabletRelease: Phase.RELEASE,
    QEvent.Type.MouseButtonPress: Phase.PRESS,
    QEvent.Type.MouseButtonDblClick: Phase.PRESS,  # the second of two quick dots is a press like any other
    QEvent.Type.MouseMove: Phase.MOVE,
    QEvent.Type.MouseButtonRelease: Phase.RELEASE,
}


def pointer_of(event: QMouseEvent | QTabletEvent) -> Pointer:
    """The plain value of a mouse or tablet event."""
    pen = isinstance(event, QTabletEvent)
    return Pointer(
        phase=_PHASES[event.type()],
        position=_point(event.position()),
        pressure=min(max(event.pressure(), 0.0), 1.0) if isinstance(event, QTabletEvent) else 1.0,
        tilt_x=event.xTilt() if isinstance(event, QTabletEvent) else 0.0,
        tilt_y=event.yTilt() if isinstance(event, QTabletEvent) else 0.0,
        time_s=event.timestamp() / 1000.0,
        button=event.button(),
        buttons=event.buttons(),
        modifiers=event.modifiers(),
        eraser=pen and event.pointerType() == QPointingDevice.PointerType.Eraser,
        pen=pen,
    )


class Turns:
    """Hands on what pen and mouse do: at once, but of one that reports more often than TURN_S in turns.

    No report is lost; presses and releases never wait. Without this a mouse with a thousand reports a second
    has the window drawing and painting, and hardly any pictures made.
    """

    def __init__(self, take: Callable[[Sequence[Pointer]], None]) -> None:
        self._take = take
        self._moves: list[Pointer] = []
        self._last_s = -math.inf
        self._timer = QTimer(singleShot=True, interval=round(TURN_S * 1000))
        self._timer.timeout.connect(self.hand_on)

    def add(self, pointer: Pointer) -> None:
        """Take one report, in the order of their times."""
        if pointer.phase is not Phase.MOVE:
            self.hand_on()
            self._take([pointer])
            return
        self._moves.append(pointer)
        # Devices have clocks of their own: one that goes back is no reason to wait.
        if abs(pointer.time_s - self._last_s) >= TURN_S:
            self.hand_on()
        elif len(self._moves) == 1:
            self._timer.start()

    def hand_on(self) -> None:
        """Hand on what waits, if anything does."""
        moves, self._moves = self._moves, []
        if moves:
            self._last_s = moves[-1].time_s
            self._take(moves)


class TabletGuard:
    """Keeps a pen's echo out: mouse events made from tablet events are not drawn again."""

    def __init__(self) -> None:
        self._last_tablet_s: float | None = None

    def saw_tablet(self, time_s: float) -> None:
        """Note a tablet event at its own time."""
        self._last_tablet_s = time_s

    def is_echo(self, event: QMouseEvent) -> bool:
        """Whether a mouse event repeats what the pen has already said."""
        if event.pointerType() in (QPointingDevice.PointerType.Pen, QPointingDevice.PointerType.Eraser):
            return True
        if self._last_tablet_s is None:
            return False
        if event.source() != Qt.MouseEventSource.MouseEventNotSynthesized:
            return True
        # Some drivers send a second, honest-looking mouse event beside each tablet event.
        return 0.0 <= event.timestamp() / 1000.0 - self._last_tablet_s < TABLET_QUIET_S


@dataclass(frozen=True, slots=True)
class Scroll:
    """What a wheel or trackpad asks for: a zoom factor at the cursor, or a pan in logical pixels."""

    position: Point
    zoom: float = 1.0
    dx: float = 0.0
    dy: float = 0.0


def scroll_of(event: QWheelEvent) -> Scroll:
    """A mouse wheel zooms (as in Krita), a trackpad pans, and with Ctrl either zooms (as in Figma)."""
    pixels, angle = event.pixelDelta(), event.angleDelta()
    position = _point(event.position())
    trackpad = (
        event.phase() != Qt.ScrollPhase.NoScrollPhase
        or event.device().type() == QInputDevice.DeviceType.TouchPad
    )
    if event.modifiers() & Qt.KeyboardModifier.ControlModifier or not trackpad:
        # Alt turns a vertical wheel into a horizontal one on some systems; either axis zooms.
        notches = (angle.y() or angle.x()) / NOTCH
        return Scroll(position, zoom=1.2**notches)
    if not pixels.isNull():
        return Scroll(position, dx=pixels.x(), dy=pixels.y())
    return Scroll(position, dx=angle.x() / NOTCH * LINE_PX, dy=angle.y() / NOTCH * LINE_PX)


@dataclass(frozen=True, slots=True)
class Pinch:
    """What two fingers ask for since the last event: zoom factor, clockwise degrees, pan; or to fit."""

    position: Point
    zoom: float = 1.0
    degrees: float = 0.0
    dx: float = 0.0
    dy: float = 0.0
    fit: bool = False


def pinch_of(
    event: QGestureEvent | QNativeGestureEvent, from_global: Callable[[QPointF], QPointF]
) -> Pinch | None:
    """A pinch on a touch screen, or the gestures a trackpad's driver has recognised; None for others."""
    if isinstance(event, QNativeGestureEvent):
        position = _point(event.position())
        match event.gestureType():
            case Qt.NativeGestureType.ZoomNativeGesture:
                return Pinch(position, zoom=max(1.0 + event.value(), 0.1))
            case Qt.NativeGestureType.RotateNativeGesture:
                # Qt counts the trackpad's turn counter-clockwise.
                return Pinch(position, degrees=-event.value())
            case Qt.NativeGestureType.SmartZoomNativeGesture:
                return Pinch(position, fit=True)
        return None
    gesture = event.gesture(Qt.GestureType.PinchGesture)
    if not isinstance(gesture, QPinchGesture):
        return None
    event.accept(gesture)
    centre, before = gesture.centerPoint(), gesture.lastCenterPoint()
    return Pinch(
        _point(from_global(centre)),
        zoom=gesture.scaleFactor(),
        degrees=gesture.rotationAngle() - gesture.lastRotationAngle(),
        dx=centre.x() - before.x(),
        dy=centre.y() - before.y(),
    )


def is_plain_key(event: QKeyEvent) -> bool:
    """Whether no Shift, Ctrl, Alt or Meta is held with the key."""
    return event.modifiers() == Qt.KeyboardModifier.NoModifier


def cursor_of(tool: ToolId, outlined: bool, over_divider: bool, panning: bool) -> Qt.CursorShape:
    """The pointer's shape; a tool whose size is ``outlined`` on the canvas needs none."""
    if over_divider:
        return Qt.CursorShape.SplitHCursor
    if panning:
        return Qt.CursorShape.ClosedHandCursor
    if tool is ToolId.PAN:
        return Qt.CursorShape.OpenHandCursor
    return Qt.CursorShape.BlankCursor if outlined else Qt.CursorShape.CrossCursor


def dropped_files(mime: QMimeData) -> list[Path]:
    """The local files that a drop or the clipboard holds."""
    return [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]


def _point(position: QPointF) -> Point:
    return Point(position.x(), position.y())
