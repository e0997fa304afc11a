"""Curves as SVG: running means over the values they are of, without a library.

Colours, fonts and strokes are the page's (``training.report.style``); here is only where things are.
"""

import math
from collections.abc import Mapping, Sequence
from html import escape

from training.report.figures import number_text
from training.report.journal import Curve
from training.report.style import LIGHT

WIDTH, HEIGHT = 520, 240
LEFT, RIGHT, TOP, BOTTOM = 52, 14, 40, 30
TICKS = 4
MOST_SERIES = 4
RUNNING = 0.04
"""Share of the points that a running mean is taken over."""
OUTLIERS = 0.01
"""Share of the points that may lie beyond the plot, as first steps and single jumps do."""


def plot(
    title: str, series: Mapping[str, Curve], *, low: float | None = None, high: float | None = None
) -> str:
    """An SVG element with up to four named curves over the steps; "" where there is nothing to draw.

    ``low`` and ``high`` fix the ends of the upright axis.
    """
    shown = {name: curve for name, curve in list(series.items())[:MOST_SERIES] if curve["step"]}
    if not shown:
        return ""
    last = max(curve["step"][-1] for curve in shown.values())
    bottom, top = _range(shown, low, high)
    ticks = nice_ticks(bottom, top, outward=True)
    bottom, top = ticks[0], ticks[-1]
    x = _Scale(0.0, last, LEFT, WIDTH - RIGHT)
    y = _Scale(bottom, top, HEIGHT - BOTTOM, TOP)
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">',
        f'<text class="title" x="{LEFT - 40}" y="14">{escape(title)}</text>',
        *_axes(x, y, nice_ticks(0.0, last), ticks),
    ]
    parts.append(
        f'<svg x="{LEFT}" y="{TOP}" width="{WIDTH - LEFT - RIGHT}" height="{HEIGHT - TOP - BOTTOM}" '
        f'viewBox="{LEFT} {TOP} {WIDTH - LEFT - RIGHT} {HEIGHT - TOP - BOTTOM}">'
    )
    for number, curve in enumerate(shown.values(), start=1):
        parts += _curve(curve, number, x, y)
    parts.append("</svg>")
    parts += _legend(shown)
    parts.append("</svg>")
    return "".join(parts)


def standalone(svg: str) -> str:
    """A plot as a file of its own, light on white, as pages without our style show it."""
    head, _, rest = svg.removeprefix("<svg").partition(">")
    return f'<svg xmlns="http://www.w3.org/2000/svg"{head}><style>{LIGHT}</style>{rest}\n'


def nice_ticks(low: float, high: float, count: int = TICKS, *, outward: bool = False) -> list[float]:
    """About ``count`` round numbers from ``low`` to ``high``, steps of 1, 2 or 5 times a power of ten.

    With ``outward`` the first and the last lie on or beyond the ends.
    """
    span = high - low or abs(high) or 1.0
    rough = span / count
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    if outward:
        first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [step * number for number in range(first, max(last, first + 1) + 1)]


def running(values: Sequence[float]) -> list[float]:
    """The mean of each value and of those around it, fewer at both ends."""
    reach = int(len(values) * RUNNING / 2 + 0.5)
    around = [values[max(0, place - reach) : place + reach + 1] for place in range(len(values))]
    return [sum(part) / len(part) for part in around]


class _Scale:
    """Numbers from ``low`` to ``high`` as places from ``start`` to ``end``."""

    def __init__(self, low: float, high: float, start: float, end: float) -> None:
        self.low, self.start, self.end = low, start, end
        self._factor = (end - start) / ((high - low) or 1.0)

    def __call__(self, value: float) -> float:
        return round(self.start + (value - self.low) * self._factor, 1)


def _range(series: Mapping[str, Curve], low: float | None, high: float | None) -> tuple[float, float]:
    values = sorted(value for curve in series.values() for value in curve["mean"])
    beyond = int(len(values) * OUTLIERS)
    bottom = values[beyond] if low is None else low
    top = values[-1 - beyond] if high is None else high
    if low is None and 0 < bottom < top / 2:
        bottom = 0.0  # a plot that nearly shows zero had better show it
    return (bottom, top) if top > bottom else (bottom - 0.5, bottom + 0.5)


def _axes(x: _Scale, y: _Scale, steps: list[float], values: list[float]) -> list[str]:
    parts = []
    for value in values:
        at = y(value)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at}" y2="{at}"/>')
        parts.append(
            f'<text class="tick" x="{LEFT - 6}" y="{at + 4}" text-anchor="end">{number_text(value)}</text>'
        )
    for step in steps:
        at = x(step)
        if at <= WIDTH - RIGHT:
            anchor = "end" if at > WIDTH - 2 * RIGHT else "middle"
            place = f'x="{at}" y="{HEIGHT - 12}" text-anchor="{anchor}"'
            parts.append(f'<text class="tick" {place}>{number_text(step)}</text>')
    return parts


def _curve(curve: Curve, number: int, x: _Scale, y: _Scale) -> list[str]:
    places = [x(step) for step in curve["step"]]
    line = " ".join(f"{at},{y(value)}" for at, value in zip(places, curve["mean"], strict=True))
    if len(places) == 1:
        return [f'<circle class="point s{number}" cx="{places[0]}" cy="{y(curve["mean"][0])}" r="3"/>']
    smooth = " ".join(f"{at},{y(value)}" for at, value in zip(places, running(curve["mean"]), strict=True))
    edges = [f"{at},{y(value)}" for at, value in zip(places, curve["high"], strict=True)]
    edges += [f"{at},{y(value)}" for at, value in reversed(list(zip(places, curve["low"], strict=True)))]
    return [
        f'<polygon class="band s{number}" points="{" ".join(edges)}"/>',
        f'<polyline class="raw s{number}" points="{line}"/>',
        f'<polyline class="line s{number}" points="{smooth}"/>',
    ]


def _legend(series: Mapping[str, Curve]) -> list[str]:
    if len(series) == 1:
        (curve,) = series.values()
        return [f'<text class="tick" x="{LEFT}" y="32">at the end {number_text(curve["mean"][-1])}</text>']
    parts, left = [], LEFT
    for number, (name, curve) in enumerate(series.items(), start=1):
        text = f"{name} {number_text(curve['mean'][-1])}"
        parts.append(f'<line class="line s{number}" x1="{left}" x2="{left + 14}" y1="28" y2="28"/>')
        parts.append(f'<text class="tick" x="{left + 19}" y="32">{escape(text)}</text>')
        left += 32 + 7 * len(text)
    return parts
