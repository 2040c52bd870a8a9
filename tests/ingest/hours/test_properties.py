"""Whatever is written, reading ends, raises nothing, and makes only sessions that can be kept."""

from datetime import date, time

from hypothesis import given, settings
from hypothesis import strategies as st

from api.entries.schemas import SessionDraft
from api.entries.sessions import DAYS, describe_session, normalise_session
from ingest.hours import read_hours
from tests.ingest.hours.table import phrases

TODAY = date(2026, 3, 1)
WORDS = sorted({word for phrase in phrases() for word in phrase.words.split()})
PIECES = st.one_of(
    st.sampled_from(WORDS),
    st.sampled_from(
        "- – , ; / & ( ) [ ] : . + \n am pm to and of the 1st every not closed 24 FREQ= Mo-Fr".split()
    ),
    st.integers(0, 3000).map(str),
    st.text(max_size=3),
)


@given(st.lists(PIECES, max_size=14).map(" ".join) | st.text(max_size=80))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_or_kept(text: str) -> None:
    read = read_hours(text, today=TODAY)
    for session in read.sessions:
        assert normalise_session(session) == session
        assert len(session.note or "") <= 200
    if read.understood == "not":
        assert read.sessions == ()
        assert read.issue is not None


@given(st.sampled_from(["1", ",", "1,", "(0", "10-12 ", "mon ", "1st ", "\n", "a.", "é", "closed ", "&amp;"]))
@settings(deadline=None)
def test_endless_texts_end(piece: str) -> None:
    assert read_hours(piece * (100_000 // len(piece)), today=TODAY).understood == "not"


TIMES = st.one_of(
    st.tuples(st.none(), st.none()),
    st.tuples(st.integers(360, 1380), st.integers(5, 600)),
    st.tuples(st.integers(360, 1380), st.none()),
)
RULES = st.one_of(
    st.tuples(st.just("WEEKLY"), st.sets(st.sampled_from(DAYS), min_size=1), st.integers(1, 8)),
    st.tuples(
        st.just("MONTHLY"),
        st.sets(
            st.tuples(st.sampled_from([1, 2, 3, 4, 5, -1]), st.sampled_from(DAYS)), min_size=1, max_size=3
        ),
        st.just(1),
    ),
    st.none(),
)


@st.composite
def kept_sessions(draw: st.DrawFn) -> SessionDraft:
    rule, (starts, minutes) = draw(RULES), draw(TIMES)
    starts_on = draw(st.dates(date(2025, 2, 1), date(2027, 2, 1)))
    text = None
    if rule is not None:
        days = ",".join(
            day if isinstance(day, str) else f"{day[0]}{day[1]}" for day in sorted(rule[1], key=str)
        )
        text = f"FREQ={rule[0]};INTERVAL={rule[2]};BYDAY={days}"
        if draw(st.booleans()):
            text += f";UNTIL={starts_on.replace(year=2028):%Y%m%d}"
    starts_at = None if starts is None else time(starts // 60, starts % 60)
    ends = None if starts is None or minutes is None else min(starts + minutes, 1439)
    ends_at = None if ends is None else time(ends // 60, ends % 60)
    session = SessionDraft(rrule=text, starts_on=starts_on, starts_at=starts_at, ends_at=ends_at)
    return normalise_session(session)


@given(kept_sessions())
@settings(max_examples=150, deadline=None)
def test_our_own_words_are_read_as_they_were_meant(session: SessionDraft) -> None:
    words = describe_session(session.model_dump(mode="json"))
    read = read_hours(words, today=TODAY, counted_from=session.starts_on)
    assert len(read.sessions) == 1, words
    again = read.sessions[0]
    assert (again.rrule, again.starts_at, again.ends_at) == (
        session.rrule,
        session.starts_at,
        session.ends_at,
    )
    if session.rrule is None or "INTERVAL" in session.rrule:
        assert again.starts_on == session.starts_on
