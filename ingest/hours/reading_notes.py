"""Reading exceptions, seasons and the known words beside the times; whatever else stands there is weighed."""

import re
from typing import Final

from rapidfuzz.distance import Levenshtein

from api.entries.sessions import DAY_NAMES
from ingest.hours.items import Dates, Doubt, Except, Item, Note, NoteKind, NotNths, NotOn, Nths
from ingest.hours.phrases import Phrases, phrase_set
from ingest.hours.reading_dates import is_month, read_dates
from ingest.hours.reading_days import Found, read_day, read_nths, text_at
from ingest.hours.tokens import Token
from ingest.hours.words import (
    ASKED_FOR,
    BETWEEN_EXCEPT_AND_DAY,
    CLOSED,
    CONDITIONS,
    DAY_GROUPS,
    DOUBTFUL,
    EXCEPT,
    KNOWN_NOTES,
    LITTLE,
    LONE_NOTES,
    OCCASIONS,
    SEASONS,
    SILENT_PHRASES,
)

_EXCEPT: Final = phrase_set(EXCEPT)
_CLOSED: Final = phrase_set(CLOSED)
_OCCASIONS: Final = phrase_set(OCCASIONS)
_SEASONS: Final = phrase_set(SEASONS)
_NOTES: Final = Phrases[NoteKind](
    {
        **dict.fromkeys((*KNOWN_NOTES, *LONE_NOTES), "known"),
        **dict.fromkeys(ASKED_FOR, "asked"),
        **dict.fromkeys(CONDITIONS, "condition"),
    }
)
_POSTCODE: Final = re.compile(r"\b[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}\b")
_SILENT: Final = phrase_set(SILENT_PHRASES)
_DAY_GROUPS: Final = phrase_set(DAY_GROUPS)
_AND: Final = frozenset({",", "&", "+", "/", "and", "or", "-", "to"})


def read_silent(tokens: list[Token], at: int) -> int | None:
    """The end of words that change nothing, such as "every week"."""
    found = _SILENT.find(tokens, at)
    return found[1] if found else None


def read_known_note(tokens: list[Token], at: int, text: str) -> Found:
    found = _NOTES.find(tokens, at)
    if found is not None:
        return [Note(tokens[at].start, tokens[found[1] - 1].end, found[0])], found[1]
    postcode = _POSTCODE.match(text, tokens[at].start)
    if postcode is not None:
        stop = next((to for to in range(at, len(tokens)) if tokens[to].start >= postcode.end()), len(tokens))
        return [Note(postcode.start(), postcode.end(), "plain")], stop
    return _read_season(tokens, at, text)


def _read_season(tokens: list[Token], at: int, text: str) -> Found:
    """ "April to October", "in summer", "Easter to October"; "from September" has no end and is a doubt."""
    start = at
    while text_at(tokens, at) in ("in", "during", "the", "from"):
        at += 1
    stop = _end_of_season(tokens, at, text)
    if stop is None:
        return None
    ranged = listed = False
    while text_at(tokens, stop) in ("-", "to", "until", "and", "&", ",", "/", "till"):
        after = _end_of_season(tokens, stop + 1, text)
        if after is None:
            break
        # "Jan, Mar, May" are single months, which no rule we keep can hold.
        listed = listed or text_at(tokens, stop) not in ("-", "to", "until", "till")
        ranged, stop = True, after
    if text_at(tokens, stop) in ("only", "inclusive"):
        stop += 1
    before = text_at(tokens, start - 1)
    loose = ("from" in {token.text for token in tokens[start:at]} and not ranged) or before in (
        *("until", "till", "til", "to", "after", "since", "starting", "before", "of"),
    )
    year = len(text_at(tokens, stop)) == 4 and text_at(tokens, stop).isdecimal()
    if loose or year or listed or (not ranged and is_month(tokens, at, text)):
        return [Doubt(tokens[start].start, tokens[stop - 1].end)], stop
    if not ranged and _OCCASIONS.find(tokens, at):
        return None
    return [Note(tokens[start].start, tokens[stop - 1].end, "condition")], stop


def _end_of_season(tokens: list[Token], at: int, text: str) -> int | None:
    if is_month(tokens, at, text):
        short = text_at(tokens, at + 1) == "." and text_at(tokens, at + 2) in ("-", "to")
        return at + (2 if short else 1)
    found = _SEASONS.find(tokens, at)
    return found[1] if found else None


def read_exception(tokens: list[Token], at: int, text: str) -> Found:
    """ "except bank holidays", "not August", "closed over Christmas", "except the first Tuesday"."""
    found = _EXCEPT.find(tokens, at) or _CLOSED.find(tokens, at)
    if found is None:
        return None
    closes = _EXCEPT.find(tokens, at) is None
    stop = found[1]
    while text_at(tokens, stop) in BETWEEN_EXCEPT_AND_DAY or text_at(tokens, stop) == ".":
        stop += 1
    occasion = _end_of_occasions(tokens, stop, text)
    if occasion is not None:
        return [Note(tokens[at].start, tokens[occasion - 1].end, "known")], occasion
    dates = _read_dates_left_out(tokens, stop, text)
    if dates is not None:
        return [NotOn(tokens[at].start, tokens[dates[1] - 1].end, dates[0].dates)], dates[1]
    if closes:
        return None
    nths = read_nths(tokens, stop)
    if nths is not None and isinstance(nths[0][0], Nths):
        return [NotNths(tokens[at].start, nths[0][0].end, nths[0][0].nths)], nths[1]
    if read_day(tokens, stop) or _DAY_GROUPS.find(tokens, stop):
        return [Except(tokens[at].start, tokens[found[1] - 1].end)], stop
    return None


def _read_dates_left_out(tokens: list[Token], at: int, text: str) -> tuple[Dates, int] | None:
    found = read_dates(tokens, at, text)
    if found is None or len(found[0]) != 1 or not isinstance(found[0][0], Dates):
        return None
    dates, stop = found[0][0], found[1]
    while text_at(tokens, stop) in (",", "&", "and", "or"):
        more = read_dates(tokens, stop + 1, text)
        if more is None or not isinstance(more[0][0], Dates):
            break
        dates = Dates(dates.start, more[0][0].end, dates.dates + more[0][0].dates)
        stop = more[1]
    return dates, stop


def _end_of_occasions(tokens: list[Token], at: int, text: str) -> int | None:
    """Where a list of holidays and months ends, or None when there is none."""
    stop: int | None = None
    while True:
        found = _OCCASIONS.find(tokens, at)
        end = found[1] if found else _end_of_season(tokens, at, text)
        if end is None:
            return stop
        stop = at = end
        if text_at(tokens, at) not in _AND:
            return stop
        at += 1
        while text_at(tokens, at) in BETWEEN_EXCEPT_AND_DAY:
            at += 1


def read_occasion(tokens: list[Token], at: int, text: str) -> Found:
    """A holiday named; it is off when "closed" stands behind it."""
    if _OCCASIONS.find(tokens, at) is None:
        return None
    stop = _end_of_occasions(tokens, at, text) or at + 1
    return [Note(tokens[at].start, tokens[stop - 1].end, "occasion")], stop


def weigh_word(tokens: list[Token], at: int) -> tuple[list[Item], int]:
    """A word we have no meaning for: kept beside the times ("pop-in" whole), or a doubt."""
    token, stop = tokens[at], at + 1
    if token.kind in ("number", "nth") or token.text in DOUBTFUL or _is_nearly_a_day(token.text):
        return [Doubt(token.start, token.end)], stop
    while text_at(tokens, stop) == "-" and text_at(tokens, stop + 1) in LITTLE:
        if tokens[stop].start != tokens[stop - 1].end or tokens[stop + 1].start != tokens[stop].end:
            break
        stop += 2
    return [Note(token.start, tokens[stop - 1].end, "plain")], stop


def _is_nearly_a_day(word: str) -> bool:
    """ "Fryday", "Mondayz": a day slipped from the pen, we do not say which."""
    if len(word) < 6 or not {"d", "a", "y"} <= set(word):
        return False
    return any(Levenshtein.distance(word, name.lower(), score_cutoff=2) <= 2 for name in DAY_NAMES)
