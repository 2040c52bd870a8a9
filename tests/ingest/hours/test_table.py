"""Opening times as people write them: nearly all are read, and none is silently read wrong."""

import pytest

from ingest.hours import read_hours
from tests.ingest.hours.table import TODAY, Phrase, judge, phrases


def verdicts(rows: list[Phrase]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {"right": [], "unsure": [], "wrong": []}
    for phrase in rows:
        found[judge(phrase, read_hours(phrase.words, today=TODAY))].append(phrase.words)
    return found


def test_the_table_is_as_long_as_we_say() -> None:
    assert len(phrases()) >= 500
    assert len({phrase.section for phrase in phrases()}) >= 12


@pytest.mark.parametrize("held_out", [False, True], ids=["seen", "held out"])
def test_nearly_all_are_right_and_none_is_silently_wrong(held_out: bool) -> None:
    rows = [phrase for phrase in phrases() if phrase.held_out == held_out]
    found = verdicts(rows)
    assert found["wrong"] == []
    assert len(found["right"]) >= 0.95 * len(rows), found["unsure"]


def test_every_phrase_keeps_its_words() -> None:
    """Whatever is not understood is there to be read by a person."""
    for phrase in phrases():
        read = read_hours(phrase.words, today=TODAY)
        if read.understood != "whole":
            assert read.kept, phrase.words
            assert all(words in read.text for words in read.kept), phrase.words
            assert read.issue is not None
            assert read.issue.todo


def test_the_judge_sees_a_wrong_reading() -> None:
    phrase = Phrase("Wednesday 10-12", "WE 10:00-12:00", "", 0)
    assert judge(phrase, read_hours("Wednesday 10-12", today=TODAY)) == "right"
    assert judge(phrase, read_hours("Wednesday 10-1", today=TODAY)) == "wrong"
    assert judge(phrase, read_hours("Wednesday and Thursday 10-12", today=TODAY)) == "wrong"
    assert judge(phrase, read_hours("every other Wednesday", today=TODAY)) == "unsure"
    two = Phrase("", "WE 10:00-12:00; TH 10:00-12:00", "", 0)
    assert judge(two, read_hours("Wednesday 10-12", today=TODAY)) == "wrong"
    silent = Phrase("", "unsure", "", 0)
    assert judge(silent, read_hours("Wednesday 10-12", today=TODAY)) == "wrong"
