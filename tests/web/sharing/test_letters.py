"""Words in a picture stay in their box, in letters that can be read."""

import pytest
from PIL import ImageFont

from web.sharing import letters
from web.sharing.letters import runs_right_to_left, set_text, tidy


@pytest.mark.parametrize(
    "text", ["A short name", "word " * 80, "x" * 400, "Llanfairpwllgwyngyll " * 9, "مجموعة الجيران " * 20]
)
@pytest.mark.parametrize("width", [80, 400])
def test_lines_fit(text: str, width: int) -> None:
    block = set_text(text, width=width, sizes=(40, 24), most_lines=3, bold=True)
    assert 1 <= len(block.lines) <= 3
    assert all(block.font.getlength(line) <= width for line in block.lines)


def test_a_short_text_is_whole_and_a_long_one_says_that_it_is_cut() -> None:
    block = set_text("Tea and cake", width=400, sizes=(60, 20), most_lines=2)
    assert " ".join(block.lines) == "Tea and cake"
    assert block.size == 60
    cut = set_text("word " * 80, width=400, sizes=(60, 20), most_lines=2)
    assert cut.size == 20
    assert cut.is_cut
    assert cut.lines[-1].endswith("…")


def test_what_turns_text_round_is_left_out() -> None:
    assert tidy("a\u202eb\u2066c\x00\n\t d") == "abc d"
    assert runs_right_to_left("12 مجموعة")
    assert not runs_right_to_left("Soham مجموعة")


def test_accents_are_kept_where_there_is_a_typeface_and_left_off_where_there_is_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(letters, "SYSTEM_FONTS", (("no-such-font.ttf", "no-such-font.ttf"),))
    bare = set_text("Café – Żuraw", width=400, sizes=(30,), most_lines=1)
    assert bare.lines == ("Cafe - Zuraw",)
    assert set_text("茶", width=400, sizes=(30,), most_lines=1).lines == ()
    monkeypatch.undo()
    try:
        ImageFont.truetype("DejaVuSans.ttf", 20)
    except OSError:
        pytest.skip("DejaVu Sans is not installed: accents in pictures were not looked at")
    assert set_text("Café – Żuraw", width=400, sizes=(30,), most_lines=1).lines == ("Café – Żuraw",)
