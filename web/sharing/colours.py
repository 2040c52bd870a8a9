"""An accent colour someone else chose, made safe to read on our paper by day and by night."""

import re
from dataclasses import dataclass
from typing import Final

# WCAG 2.2 AA for text; the grounds are those of web/static/css/vars.css.
ENOUGH: Final = 4.5
DAY_PAPER: Final = "#fbf7ee"
DAY_ON_ACCENT: Final = "#ffffff"
NIGHT_CARD: Final = "#1f2622"
NIGHT_ON_ACCENT: Final = "#0c1f18"
_STEP: Final = 0.04

Rgb = tuple[float, float, float]


@dataclass(frozen=True)
class Accent:
    """`asked` as it was given, `day` and `night` as they can be read; all like "#14594a"."""

    asked: str
    day: str
    night: str

    @property
    def day_deep(self) -> str:
        return _write(_mix(_read(self.day), (0, 0, 0), 0.25))

    @property
    def night_deep(self) -> str:
        return _write(_mix(_read(self.night), (1, 1, 1), 0.35))

    @property
    def note(self) -> str | None:
        """What is to be said when the colour had to change by day, where most people see it."""
        if self.day == self.asked:
            return None
        return f"{self.asked} is too pale to read on our paper, so we darkened it to {self.day}."


def read_accent(text: str) -> Accent:
    """Of "#14594a", "14594A" or "#1a4". Raises ValueError in plain words."""
    found = re.fullmatch(r"#?([0-9a-fA-F]{6}|[0-9a-fA-F]{3})", text.strip())
    if not found:
        raise ValueError("Write a colour as # and six digits or letters from a to f, such as #14594a.")
    digits = found[1].lower()
    asked = "#" + (digits if len(digits) == 6 else "".join(one * 2 for one in digits))
    return Accent(
        asked=asked,
        day=_until_readable(asked, towards=(0, 0, 0), against=(DAY_PAPER, DAY_ON_ACCENT)),
        night=_until_readable(asked, towards=(1, 1, 1), against=(NIGHT_CARD, NIGHT_ON_ACCENT)),
    )


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2.2: 1 for the same colour, 21 for black on white."""
    lighter, darker = sorted((_luminance(_read(one)), _luminance(_read(other))), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _until_readable(asked: str, *, towards: Rgb, against: tuple[str, ...]) -> str:
    colour, share = asked, 0.0
    while share < 1 and min(contrast(colour, ground) for ground in against) < ENOUGH:
        share += _STEP
        colour = _write(_mix(_read(asked), towards, min(share, 1)))
    return colour


def _luminance(colour: Rgb) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _mix(one: Rgb, other: Rgb, share: float) -> Rgb:
    red, green, blue = (a + (b - a) * share for a, b in zip(one, other, strict=True))
    return red, green, blue


def _read(text: str) -> Rgb:
    return int(text[1:3], 16) / 255, int(text[3:5], 16) / 255, int(text[5:7], 16) / 255


def _write(colour: Rgb) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in colour)
