"""Our icons in pictures have the shapes they have on pages."""

import math

import pytest
from PIL import Image, ImageDraw

from api.entries.vocabulary import KINDS
from web.sharing.icons import draw_icon, read_icon


@pytest.mark.parametrize("name", [*(kind.code for kind in KINDS), "favicon"])
def test_an_icon_stays_in_its_box(name: str) -> None:
    points = [point for stroke in read_icon(name) for point in stroke.points]
    assert len(points) > 8
    assert all(-0.5 <= part <= 32.5 for point in points for part in point)


def test_an_arc_is_round() -> None:
    circle = read_icon("timebank")[0].points
    assert all(math.dist(point, (16, 16)) == pytest.approx(14, abs=0.01) for point in circle)
    assert min(x for x, _ in circle) == pytest.approx(2, abs=0.2)
    assert max(x for x, _ in circle) == pytest.approx(30, abs=0.2)


def test_kinds_look_different_without_colour() -> None:
    seen = set()
    for kind in KINDS:
        image = Image.new("L", (64, 64), 255)
        draw_icon(ImageDraw.Draw(image), kind.code, centre=(32, 32), size=60)
        seen.add(image.point([0 if value < 250 else 255 for value in range(256)]).tobytes())
    assert len(seen) == len(KINDS)
