"""The picture a shared link shows: words on one side, a small map of public points on the other."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageDraw
from shapely.geometry.base import BaseGeometry

from api.entries.vocabulary import KIND_WORDS
from web.sharing.ground import (
    Bounds,
    Ground,
    Sheet,
    bounds_of,
    draw_ground,
    draw_names,
    draw_shade,
    widen,
)
from web.sharing.icons import draw_icon, read_icon
from web.sharing.letters import draw_text, set_text

WIDTH: Final = 1200
HEIGHT: Final = 630
# Raised when the drawing changes, so that kept pictures are drawn anew.
EDITION: Final = 1
_WORDS_WIDTH: Final = 520
_RIM: Final = 56
_TOP: Final = 12
# Pillow draws hard edges: the map is drawn so many times too large and made small.
_ZOOM: Final = 2
_PIN: Final = 46
_NEAR_PX: Final = 34
_LEAST_KM: Final = 9

PAPER: Final = "#fbf7ee"
INK: Final = "#20251f"
SOFT_INK: Final = "#4c544b"
ACCENT: Final = "#14594a"
CLUSTER: Final = "#24443a"
PLACE: Final = "#8a1f4d"
WARM: Final = "#f7e9c9"
WARM_INK: Final = "#4d3a0a"


@dataclass(frozen=True)
class Pin:
    """A public point: `kind` is None for several at one spot; `count` is how many it stands for; `about` is
    True where we know the spot only roughly."""

    lon: float
    lat: float
    kind: str | None
    count: int = 1
    about: bool = False


@dataclass(frozen=True)
class Picture:
    """What is drawn. `label` stands over the title, `lines` under it; `place` is (lon, lat, radius in km);
    `shade` an area in (lon, lat). `look` is what the map shows; without it, everything drawn on it."""

    title: str
    label: str
    lines: tuple[str, ...]
    site: str
    place_name: str
    kind: str | None = None
    pins: tuple[Pin, ...] = ()
    shade: BaseGeometry | None = None
    place: tuple[float, float, float] | None = None
    look: Bounds | None = None
    is_example: bool = False


def draw_picture(picture: Picture, ground: Ground) -> bytes:
    """A PNG of 1200 × 630 pixels."""
    credit = set_text(" · ".join(ground.owed), width=WIDTH - _WORDS_WIDTH - 28, sizes=(13, 12), most_lines=3)
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    high = HEIGHT - _TOP - credit.height - (14 if credit.lines else 0)
    image.paste(_draw_map(picture, ground, high), (_WORDS_WIDTH, _TOP))
    draw = ImageDraw.Draw(image)
    draw.line((_WORDS_WIDTH, 0, _WORDS_WIDTH, HEIGHT), fill="#dcd4c2", width=2)
    draw.rectangle((0, 0, WIDTH, _TOP), fill=ACCENT)
    _draw_words(image, picture)
    draw_text(draw, (_WORDS_WIDTH + 14, HEIGHT - credit.height - 6), credit, SOFT_INK)
    body = io.BytesIO()
    image.quantize(colors=160, dither=Image.Dither.NONE).save(body, "PNG", optimize=True)
    return body.getvalue()


def _draw_words(image: Image.Image, picture: Picture) -> None:
    draw = ImageDraw.Draw(image)
    width = _WORDS_WIDTH - _RIM - 36
    brand = set_text(picture.site, width=width - 54, sizes=(34, 28), most_lines=1, bold=True)
    draw.rounded_rectangle((_RIM, 46, _RIM + 40, 86), radius=9, fill=ACCENT)
    _paste_icon(image, "favicon", centre=(_RIM + 20, 66), size=40)
    draw_text(draw, (_RIM + 54, 47), brand, INK)
    y = 140
    if picture.label:
        colour = _kind_colour(picture.kind)
        left = _RIM
        if picture.kind:
            _paste_icon(image, picture.kind, centre=(_RIM + 22, y + 19), size=44)
            left += 58
        label = set_text(picture.label, width=width - (left - _RIM), sizes=(27, 23), most_lines=1, bold=True)
        draw_text(draw, (left, y + 2), label, colour)
        y += 62
    title = set_text(picture.title, width=width, sizes=(62, 54), most_lines=2, bold=True)
    if title.is_cut or len(title.lines) > 2:
        title = set_text(picture.title, width=width, sizes=(50, 44, 38), most_lines=4, bold=True)
    y = draw_text(draw, (_RIM, y), title, INK) + 20
    for text in picture.lines:
        block = set_text(text, width=width, sizes=(27,), most_lines=2)
        if y + block.height > HEIGHT - 84:
            break
        y = draw_text(draw, (_RIM, y), block, SOFT_INK) + 8
    foot = set_text(picture.place_name, width=width, sizes=(22,), most_lines=1)
    draw_text(draw, (_RIM, HEIGHT - 58), foot, SOFT_INK)
    if picture.is_example:
        _draw_example(draw)


def _paste_icon(image: Image.Image, name: str, *, centre: tuple[int, int], size: int) -> None:
    """An icon with soft edges, over what is there."""
    large = size * 4
    corner = (centre[0] - size // 2, centre[1] - size // 2)
    under = image.crop((*corner, corner[0] + size, corner[1] + size)).resize((large, large))
    draw_icon(ImageDraw.Draw(under), name, centre=(large / 2, large / 2), size=large)
    image.paste(under.resize((size, size), Image.Resampling.LANCZOS), corner)


def _draw_example(draw: ImageDraw.ImageDraw) -> None:
    words = set_text("Made-up example", width=300, sizes=(20,), most_lines=1, bold=True)
    wide = words.font.getlength(words.lines[0])
    left, top = WIDTH - wide - 46, 28
    draw.rounded_rectangle((left, top, left + wide + 28, top + 38), radius=19, fill=WARM, outline=WARM_INK)
    draw_text(draw, (round(left + 14), top + 7), words, WARM_INK)


def _draw_map(picture: Picture, ground: Ground, high: int) -> Image.Image:
    wide = WIDTH - _WORDS_WIDTH
    look = widen(_look(picture, ground), at_least_km=_LEAST_KM)
    large = Sheet(look, (0, 0, wide * _ZOOM, high * _ZOOM))
    image = Image.new("RGB", (wide * _ZOOM, high * _ZOOM), PAPER)
    draw = ImageDraw.Draw(image)
    draw_ground(draw, large, ground, zoom=_ZOOM)
    if picture.shade is not None:
        _shade(image, large, picture.shade, PLACE)
    if picture.place is not None:
        _draw_place(image, large, picture.place)
    small = Sheet(look, (0, 0, wide, high))
    groups = group_pins(picture.pins, small)
    for at, pin in groups:
        _draw_pin(draw, (at[0] * _ZOOM, at[1] * _ZOOM), pin)
    shown = image.resize((wide, high), Image.Resampling.LANCZOS)
    taken = [(x - _PIN / 2, y - _PIN / 2, x + _PIN / 2, y + _PIN / 2) for (x, y), _ in groups]
    if picture.place is not None:
        x, y = small.spot(picture.place[0], picture.place[1])
        taken.append((x - 16, y - 16, x + 16, y + 16))
    draw_names(ImageDraw.Draw(shown), small, ground, taken)
    return shown


def _look(picture: Picture, ground: Ground) -> Bounds:
    if picture.look is not None:
        return picture.look
    spots = [(pin.lon, pin.lat) for pin in picture.pins]
    if picture.shade is not None:
        west, south, east, north = picture.shade.bounds
        spots += [(west, south), (east, north)]
    if picture.place is not None:
        lon, lat, radius_km = picture.place
        west, south, east, north = widen((lon, lat, lon, lat), at_least_km=radius_km * 2)
        spots += [(west, south), (east, north)]
    return bounds_of(spots) or ground.bounds or (-0.5, 52.0, 0.6, 52.75)


def _shade(image: Image.Image, sheet: Sheet, outline: BaseGeometry, colour: str) -> None:
    """A wash of colour inside, a firm line round it."""
    mask = Image.new("L", image.size, 0)
    draw_shade(sheet, outline, ImageDraw.Draw(mask))
    image.paste(colour, mask=mask.point([value // 7 for value in range(256)]))
    draw = ImageDraw.Draw(image)
    for shell, _ in sheet.rings(outline):
        draw.line([*shell, shell[0]], fill=colour, width=2 * _ZOOM, joint="curve")


def _draw_place(image: Image.Image, sheet: Sheet, place: tuple[float, float, float]) -> None:
    lon, lat, radius_km = place
    west, _, east, _ = widen((lon, lat, lon, lat), at_least_km=radius_km * 2)
    (x, y), (left, _), (right, _) = sheet.spot(lon, lat), sheet.spot(west, lat), sheet.spot(east, lat)
    mask = Image.new("L", image.size, 0)
    reach = (right - left) / 2
    ImageDraw.Draw(mask).ellipse((x - reach, y - reach, x + reach, y + reach), fill=26)
    image.paste(PLACE, mask=mask)
    draw = ImageDraw.Draw(image)
    draw.ellipse((x - reach, y - reach, x + reach, y + reach), outline=PLACE, width=_ZOOM)
    for radius, colour in ((15, PLACE), (13, PAPER), (9, PLACE)):
        size = radius * _ZOOM
        draw.ellipse((x - size, y - size, x + size, y + size), fill=colour)


def _draw_pin(draw: ImageDraw.ImageDraw, at: tuple[float, float], pin: Pin) -> None:
    if pin.kind in KIND_WORDS and pin.count == 1:
        assert pin.kind is not None
        draw_icon(draw, pin.kind, centre=at, size=_PIN * _ZOOM, halo="#ffffff", hollow=pin.about)
        return
    words = set_text(f"{pin.count:,}", width=400, sizes=(21 * _ZOOM,), most_lines=1, bold=True)
    wide = words.font.getlength(words.lines[0])
    radius = max(22 * _ZOOM, wide / 2 + 10 * _ZOOM)
    x, y = at
    for grown, colour in ((3 * _ZOOM, "#ffffff"), (0, CLUSTER)):
        size = radius + grown
        draw.ellipse((x - size, y - size, x + size, y + size), fill=colour)
    draw.text((x, y), words.lines[0], font=words.font, fill="#ffffff", anchor="mm", stroke_width=words.stroke)


def group_pins(pins: Sequence[Pin], sheet: Sheet) -> list[tuple[tuple[float, float], Pin]]:
    """Pins on the sheet in pixels; those that would cover each other become one with their number."""
    groups: list[tuple[tuple[float, float], Pin]] = []
    for pin in pins:
        at = sheet.spot(pin.lon, pin.lat)
        if not sheet.shows(at):
            continue
        for number, (other, held) in enumerate(groups):
            if abs(other[0] - at[0]) < _NEAR_PX and abs(other[1] - at[1]) < _NEAR_PX:
                groups[number] = other, Pin(held.lon, held.lat, None, held.count + pin.count)
                break
        else:
            groups.append((at, pin))
    return groups


def _kind_colour(kind: str | None) -> str:
    return read_icon(kind)[0].colour if kind in KIND_WORDS and kind else ACCENT
