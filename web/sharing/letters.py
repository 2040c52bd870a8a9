"""Words in a picture: a typeface that has their letters, broken into lines that stay inside their box."""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from PIL import ImageDraw, ImageFont, features
from PIL.ImageFont import FreeTypeFont

# Pillow brings one typeface with plain English letters. For the rest we look for what most machines have.
SYSTEM_FONTS: Final = (
    ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
    ("NotoSans-Regular.ttf", "NotoSans-Bold.ttf"),
    ("NotoSansArabic-Regular.ttf", "NotoSansArabic-Bold.ttf"),
    ("NotoSansHebrew-Regular.ttf", "NotoSansHebrew-Bold.ttf"),
    ("LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf"),
)
_RIGHT_TO_LEFT: Final = frozenset({"R", "AL"})
_PLAINER: Final = str.maketrans({"–": "-", "—": "-", "ß": "ss", "æ": "ae", "ø": "o"})
_PROBE_SIZE: Final = 24
_MOST_LETTERS: Final = 300
_LINE_HEIGHT: Final = 1.18


@dataclass(frozen=True)
class Lines:
    """Text as it will be drawn: `stroke` thickens the typeface that has no bold of its own."""

    lines: tuple[str, ...]
    font: FreeTypeFont
    stroke: float
    size: int
    width: int
    is_cut: bool = False

    @property
    def height(self) -> int:
        return round(len(self.lines) * self.size * _LINE_HEIGHT)


def set_text(text: str, *, width: int, sizes: tuple[int, ...], most_lines: int, bold: bool = False) -> Lines:
    """The largest of `sizes` at which the text fits in its lines; at the smallest it is cut with “…”.
    No lines when no typeface here has any of its letters."""
    clean = tidy(text)
    for size in sizes:
        shown, font, stroke = _typeface(clean, size, bold)
        lines = _wrap(shown, font, width)
        whole = all(font.getlength(word) <= width for word in shown.split())
        if len(lines) <= most_lines and (whole or size == sizes[-1]):
            return Lines(tuple(lines), font, stroke, size, width)
    return Lines(_cut(lines, font, width, most_lines), font, stroke, size, width, is_cut=True)


def draw_text(draw: ImageDraw.ImageDraw, at: tuple[int, int], block: Lines, fill: str) -> int:
    """Draws from its upper left corner, right to left where the words run so; gives the y below it."""
    x, y = at
    for line in block.lines:
        left = x + block.width - block.font.getlength(line) if runs_right_to_left(line) else x
        draw.text((left, y), line, font=block.font, fill=fill, stroke_width=block.stroke, stroke_fill=fill)
        y += round(block.size * _LINE_HEIGHT)
    return y


def tidy(text: str) -> str:
    """One line without control characters: those that turn text round would turn our own words too."""
    kept = (" " if letter.isspace() else letter for letter in text[:_MOST_LETTERS])
    return " ".join("".join(letter for letter in kept if unicodedata.category(letter)[0] != "C").split())


def runs_right_to_left(text: str) -> bool:
    for letter in text:
        direction = unicodedata.bidirectional(letter)
        if direction == "L":
            return False
        if direction in _RIGHT_TO_LEFT:
            return True
    return False


def _typeface(text: str, size: int, bold: bool) -> tuple[str, FreeTypeFont, float]:
    """(the text it can show, the typeface, how much to thicken it): the first with most of the letters."""
    if _count(None, text) < len(set(text)):
        names = [heavy if bold else plain for plain, heavy in SYSTEM_FONTS]
        best = max(names, key=lambda name: _count(name, text))
        font = _system(best, size)
        if font is not None and _count(best, text) > _count(None, text):
            return _only(best, text), font, 0
        plainer = unicodedata.normalize("NFKD", text.translate(_PLAINER))
        text = _only(None, plainer)
    return text, _built_in(size), size / 60 if bold else 0


def _count(name: str | None, text: str) -> int:
    """How many different letters of a text a typeface has."""
    return sum(_has(name, letter) for letter in set(text))


def _only(name: str | None, text: str) -> str:
    """The letters a typeface has; a mark goes with the letter it stands on."""
    kept: list[str] = []
    stands = False
    for letter in text:
        is_mark = unicodedata.category(letter)[0] == "M"
        stands = (stands or not is_mark) and _has(name, letter)
        if stands:
            kept.append(letter)
    return " ".join("".join(kept).split())


@lru_cache(maxsize=4096)
def _has(name: str | None, letter: str) -> bool:
    """Whether a typeface (None: the built-in one) has the letter. Only Raqm sets words from right to left."""
    if letter == " ":
        return True
    if unicodedata.bidirectional(letter) in _RIGHT_TO_LEFT and not features.check("raqm"):
        return False
    font = _built_in(_PROBE_SIZE) if name is None else _system(name, _PROBE_SIZE)
    return font is not None and bytes(font.getmask(letter)) != bytes(font.getmask("\uffff"))


@lru_cache(maxsize=64)
def _built_in(size: int) -> FreeTypeFont:
    font = ImageFont.load_default(size)
    assert isinstance(font, FreeTypeFont)  # given a size, Pillow loads its scalable typeface
    return font


@lru_cache(maxsize=256)
def _system(name: str, size: int) -> FreeTypeFont | None:
    try:
        return ImageFont.truetype(name, size)
    except OSError:
        return None


def _wrap(text: str, font: FreeTypeFont, width: int) -> list[str]:
    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if font.getlength(longer) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        *whole, line = _break_word(word, font, width)
        lines += whole
    return [*lines, line] if line else lines


def _break_word(word: str, font: FreeTypeFont, width: int) -> list[str]:
    pieces, piece = [], ""
    for letter in word:
        if piece and font.getlength(piece + letter) > width:
            pieces.append(piece)
            piece = ""
        piece += letter
    return [*pieces, piece]


def _cut(lines: list[str], font: FreeTypeFont, width: int, most_lines: int) -> tuple[str, ...]:
    last = lines[most_lines - 1]
    while last and font.getlength(f"{last}…") > width:
        last = last[:-1].rstrip()
    return (*lines[: most_lines - 1], f"{last}…")
