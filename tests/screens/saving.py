"""Where pictures go, and how: few colours, so that they weigh little."""

import io
from pathlib import Path
from typing import Final

from PIL import Image

ROOT: Final = Path(__file__).resolve().parents[2]
FOLDER: Final = ROOT / "docs" / "screens"
# A4 at 96 pixels an inch.
PAPER: Final = (794, 1123)
# Enough for text and shapes without a visible step, at a third of the bytes.
COLOURS: Final = 256


def save_picture(png: bytes, name: str, *, paper: bool = False) -> None:
    """With `paper` it lies in the middle of a white sheet."""
    shot = Image.open(io.BytesIO(png)).convert("RGB")
    if paper:
        sheet = Image.new("RGB", PAPER, "white")
        margins = [(whole - part) // 2 for whole, part in zip(PAPER, shot.size, strict=True)]
        sheet.paste(shot, (margins[0], margins[1]))
        shot = sheet
    few = shot.quantize(COLOURS, kmeans=2, dither=Image.Dither.NONE)
    few.save(FOLDER / f"{name}.png", optimize=True)
