"""Our own SVG drawings as points, so that a picture shows the same shapes as the pages."""

import math
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from PIL import ImageDraw

from web.assets import STATIC_FOLDER

Point = tuple[float, float]
_SVG: Final = "{http://www.w3.org/2000/svg}"
_BOX: Final = 32
_STEPS: Final = 14
_ARGUMENTS: Final = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "A": 7, "Z": 0}


@dataclass(frozen=True)
class Stroke:
    """One line of a drawing: filled when it has no `width`; in the 32 units of our icons."""

    points: tuple[Point, ...]
    colour: str
    width: float


@lru_cache(maxsize=32)
def read_icon(name: str) -> tuple[Stroke, ...]:
    """The paths of web/static/icons/<name>.svg. Only files of ours: `name` never comes from outside."""
    return _read(STATIC_FOLDER / "icons" / f"{name}.svg")


def draw_icon(
    draw: ImageDraw.ImageDraw,
    name: str,
    *,
    centre: Point,
    size: float,
    halo: str | None = None,
    hollow: bool = False,
) -> None:
    """`halo` is a rim round the first shape, to part it from what lies under it; a `hollow` icon has its
    colour in its rim and letter, and is white inside."""
    scale = size / _BOX
    left, top = centre[0] - size / 2, centre[1] - size / 2
    strokes = read_icon(name)
    for number, stroke in enumerate(strokes):
        points = [(left + x * scale, top + y * scale) for x, y in stroke.points]
        colour = strokes[0].colour if hollow else stroke.colour
        if stroke.width:
            _draw_line(draw, points, colour, max(1, round(stroke.width * scale)))
            continue
        if number == 0 and (halo or hollow):
            _draw_line(draw, [*points, points[0]], colour if hollow else halo or "", max(2, round(4 * scale)))
        draw.polygon(points, fill="#ffffff" if hollow else colour)


def _draw_line(draw: ImageDraw.ImageDraw, points: list[Point], colour: str, width: int) -> None:
    draw.line(points, fill=colour, width=width, joint="curve")
    radius = width / 2
    for x, y in (points[0], points[-1]):
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)


def _read(file: Path) -> tuple[Stroke, ...]:
    strokes = []
    for element in ElementTree.parse(file).getroot():
        if element.tag == f"{_SVG}path":
            filled = element.get("fill") != "none"
            colour = element.get("fill" if filled else "stroke", "#000000")
            width = 0.0 if filled else float(element.get("stroke-width", "1"))
            strokes += [Stroke(tuple(line), colour, width) for line in _flatten(element.get("d", ""))]
    return tuple(strokes)


def _flatten(path: str) -> Iterator[list[Point]]:
    """The lines of an SVG path with its curves in short straight steps. Knows what our own icons use."""
    line: list[Point] = []
    control: Point | None = None
    for command, numbers in _commands(path):
        here = line[-1] if line else (0.0, 0.0)
        absolute = _absolute(command, numbers, here)
        letter = command.upper()
        if letter == "M":
            if len(line) > 1:
                yield line
            line = [(absolute[0], absolute[1])]
        elif letter == "Z":
            line.append(line[0])
        elif letter in "LHV":
            line.append((absolute[0], absolute[1]))
        elif letter == "A":
            line += _arc(here, absolute)
        else:
            if letter == "S":
                first = (2 * here[0] - control[0], 2 * here[1] - control[1]) if control else here
                absolute = [*first, *absolute]
            line += _curve(here, absolute)
            control = (absolute[2], absolute[3])
            continue
        control = None
    if len(line) > 1:
        yield line


def _commands(path: str) -> Iterator[tuple[str, list[float]]]:
    for letter, rest in re.findall(r"([A-Za-z])([^A-Za-z]*)", path):
        numbers = [float(one) for one in re.findall(r"-?(?:\d+\.\d*|\.\d+|\d+)", rest)]
        size = _ARGUMENTS[letter.upper()]
        yield letter, numbers[:size]
        follow = {"M": "L", "m": "l"}.get(letter, letter)
        for start in range(size, len(numbers), size or 1):
            yield follow, numbers[start : start + size]


def _absolute(command: str, numbers: list[float], here: Point) -> list[float]:
    x, y = here if command.islower() else (0.0, 0.0)
    letter = command.upper()
    if letter == "H":
        return [x + numbers[0], here[1]]
    if letter == "V":
        return [here[0], y + numbers[0]]
    if letter == "A":
        return [*numbers[:5], x + numbers[5], y + numbers[6]]
    return [one + (x if number % 2 == 0 else y) for number, one in enumerate(numbers)]


def _curve(start: Point, given: list[float]) -> list[Point]:
    corners = [start, (given[0], given[1]), (given[2], given[3]), (given[4], given[5])]
    weights = (1, 3, 3, 1)

    def at(share: float) -> Point:
        parts = [weight * share**power * (1 - share) ** (3 - power) for power, weight in enumerate(weights)]
        return (
            sum(part * corner[0] for part, corner in zip(parts, corners, strict=True)),
            sum(part * corner[1] for part, corner in zip(parts, corners, strict=True)),
        )

    return [at(step / _STEPS) for step in range(1, _STEPS + 1)]


def _arc(start: Point, given: list[float]) -> list[Point]:
    """An arc by its ends, as in the SVG standard, appendix B.2.4; our icons tilt no ellipse."""
    radius_x, radius_y, _, large, sweep, x, y = given
    half_x, half_y = (start[0] - x) / 2, (start[1] - y) / 2
    spread = (half_x / radius_x) ** 2 + (half_y / radius_y) ** 2
    if spread > 1:
        radius_x, radius_y = radius_x * math.sqrt(spread), radius_y * math.sqrt(spread)
        spread = 1.0
    reach = math.sqrt(max(0.0, 1 / spread - 1)) * (-1 if large == sweep else 1) if spread else 0.0
    centre_x = reach * radius_x * half_y / radius_y + (start[0] + x) / 2
    centre_y = -reach * radius_y * half_x / radius_x + (start[1] + y) / 2
    first = math.atan2((start[1] - centre_y) / radius_y, (start[0] - centre_x) / radius_x)
    turn = math.atan2((y - centre_y) / radius_y, (x - centre_x) / radius_x) - first
    if sweep and turn < 0:
        turn += 2 * math.pi
    elif not sweep and turn > 0:
        turn -= 2 * math.pi
    angles = (first + turn * step / _STEPS for step in range(1, _STEPS + 1))
    return [(centre_x + radius_x * math.cos(one), centre_y + radius_y * math.sin(one)) for one in angles]
