"""What is asked of the index of words: every way of saying a thing that says more than the others."""

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session


@pytest.mark.parametrize(
    ("phrases", "start", "asked"),
    [
        (["gardening", "gardens", "gardener"], None, "'garden'"),
        (["carer", "family carer", "unpaid carers"], None, "'carer'"),
        (["odd jobs", "odd job man", "handyman"], None, "'handyman' | 'odd' <-> 'job'"),
        (["food bank", "food parcel"], None, "'food' <-> 'bank' | 'food' <-> 'parcel'"),
        (["the"], None, ""),
        (["gard"], "gard:*", "'gard' | 'gard':*"),
    ],
)
def test_what_another_way_says_is_not_asked_again(
    session: Session, phrases: list[str], start: str | None, asked: str
) -> None:
    found = session.scalar(
        text("SELECT face.any_phrase(CAST(:phrases AS text[]), CAST(:start AS text))::text"),
        {"phrases": phrases, "start": start},
    )
    assert found == asked
