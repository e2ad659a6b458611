"""Line charts as SVG files that need nothing else, in the colours of a light page or a dark one."""

import math
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 760, 400
LEFT, RIGHT, TOP, BOTTOM = 78, 24, 66, 56

# Colours that stay apart for the colour-blind, and on both papers.
LIGHT = ("#0072b2", "#d55e00", "#009e73", "#8e5a9c")
DARK = ("#56b4e9", "#ff9f4a", "#2fd0a0", "#d3a4e0")

STYLE = """
text { font: 13px system-ui, "Segoe UI", Helvetica, Arial, sans-serif; fill: #1f2328 }
.title { font-size: 15px; font-weight: 600 }
.paper { fill: #ffffff }
.grid { stroke: #d8dee4 }
.axis { stroke: #59636e }
.line { fill: none; stroke-width: 2 }
"""
STYLE_DARK = """
text { fill: #e6edf3 }
.paper { fill: #0d1117 }
.grid { stroke: #2a313a }
.axis { stroke: #9198a1 }
"""


@dataclass(frozen=True)
class Series:
    """Points that belong together, joined by a line."""

    name: str
    points: list[tuple[float, float]]


@dataclass(frozen=True)
class Chart:
    """Both axes begin at 0, so that what looks twice as high is twice as much."""

    title: str
    x_label: str
    y_label: str
    series: list[Series]

    def svg(self) -> str:
        points = [point for series in self.series for point in series.points]
        x = Axis.over(max(point[0] for point in points), LEFT, WIDTH - RIGHT)
        y = Axis.over(max(point[1] for point in points), HEIGHT - BOTTOM, TOP)
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
            f'width="{WIDTH}" height="{HEIGHT}" role="img" aria-label="{escape(self.title)}">',
            f"<style>{STYLE}{colours(LIGHT)}",
            f"@media (prefers-color-scheme: dark) {{{STYLE_DARK}{colours(DARK)}}}\n</style>",
            f'<rect class="paper" width="{WIDTH}" height="{HEIGHT}" rx="6"/>',
            f'<text class="title" x="{LEFT}" y="24">{escape(self.title)}</text>',
            *self._legend(),
            *self._grid(x, y),
        ]
        for number, series in enumerate(self.series):
            parts += self._line(series, number, x, y)
        return "\n".join([*parts, "</svg>", ""])

    def _legend(self) -> list[str]:
        parts, place = [], LEFT
        for number, series in enumerate(self.series):
            parts.append(f'<circle class="dot{number}" cx="{place + 5}" cy="44" r="4"/>')
            parts.append(f'<text x="{place + 15}" y="48">{escape(series.name)}</text>')
            # There is no way to ask how wide a text is; this is wide enough for the font above.
            place += 40 + round(7.2 * len(series.name))
        return parts

    def _grid(self, x: "Axis", y: "Axis") -> list[str]:
        bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
        parts = []
        for value in y.ticks:
            place = y.place(value)
            parts.append(
                f'<line class="grid" x1="{LEFT}" y1="{place:.1f}" x2="{right}" y2="{place:.1f}"/>'
            )
            parts.append(
                f'<text x="{LEFT - 8}" y="{place + 4:.1f}" text-anchor="end">{value:g}</text>'
            )
        for value in x.ticks:
            place = x.place(value)
            parts.append(
                f'<line class="axis" x1="{place:.1f}" y1="{bottom}" '
                f'x2="{place:.1f}" y2="{bottom + 5}"/>'
            )
            parts.append(
                f'<text x="{place:.1f}" y="{bottom + 20}" text-anchor="middle">{value:g}</text>'
            )
        middle = (TOP + bottom) / 2
        return [
            *parts,
            f'<line class="axis" x1="{LEFT}" y1="{bottom}" x2="{right}" y2="{bottom}"/>',
            f'<text x="{(LEFT + right) / 2}" y="{HEIGHT - 12}" text-anchor="middle">'
            f"{escape(self.x_label)}</text>",
            f'<text x="20" y="{middle}" text-anchor="middle" transform="rotate(-90 20 {middle})">'
            f"{escape(self.y_label)}</text>",
        ]

    def _line(self, series: Series, number: int, x: "Axis", y: "Axis") -> list[str]:
        places = [(x.place(a), y.place(b)) for a, b in series.points]
        path = " ".join(f"{a:.1f},{b:.1f}" for a, b in places)
        dots = [
            f'<circle class="dot{number}" cx="{a:.1f}" cy="{b:.1f}" r="3.5"/>' for a, b in places
        ]
        return [f'<polyline class="line line{number}" points="{path}"/>', *dots]


@dataclass(frozen=True)
class Axis:
    """Where a value lies between two places of the drawing, and which values are written there."""

    ticks: list[float]
    start: float
    end: float

    @staticmethod
    def over(largest: float, start: float, end: float) -> "Axis":
        """From 0 to the first tick not below the largest value, in some six steps of 1, 2 or 5."""
        rough = (largest or 1) / 6
        power = 10 ** math.floor(math.log10(rough))
        step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
        count = math.ceil((largest or 1) / step - 1e-9)
        return Axis([round(number * step, 10) for number in range(count + 1)], start, end)

    def place(self, value: float) -> float:
        return self.start + (self.end - self.start) * value / self.ticks[-1]


def colours(palette: tuple[str, ...]) -> str:
    return "".join(
        f".line{number} {{ stroke: {colour} }} .dot{number} {{ fill: {colour} }}\n"
        for number, colour in enumerate(palette)
    )
