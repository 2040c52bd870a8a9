"""An accent that somebody chose can be read by day and by night."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.sharing.colours import (
    DAY_ON_ACCENT,
    DAY_PAPER,
    ENOUGH,
    NIGHT_CARD,
    NIGHT_ON_ACCENT,
    contrast,
    read_accent,
)


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@given(st.integers(0, 0xFFFFFF))
def test_every_colour_can_be_read(number: int) -> None:
    accent = read_accent(f"#{number:06x}")
    for ground in (DAY_PAPER, DAY_ON_ACCENT):
        assert contrast(accent.day, ground) >= ENOUGH
    for ground in (NIGHT_CARD, NIGHT_ON_ACCENT):
        assert contrast(accent.night, ground) >= ENOUGH


def test_a_colour_that_is_fine_stays_and_a_pale_one_is_named() -> None:
    assert read_accent("1D5FA8").day == "#1d5fa8"
    assert read_accent("#1d5fa8").note is None
    assert "#ffee00" in (read_accent("#fe0").note or "")


@pytest.mark.parametrize("text", ["green", "#12345", "#12345g", "#1234567", "red;}", "#１２３"])
def test_what_is_no_colour_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="Write a colour as #"):
        read_accent(text)
