"""From tokens to items: at every place of the text the first kind of thing that can be read there."""

from collections.abc import Callable, Iterator

from ingest.hours.items import Break, Item, Note, Nths, Part
from ingest.hours.reading_dates import read_dates
from ingest.hours.reading_days import OF_MONTH, Found, read_days, read_nths, read_repeat
from ingest.hours.reading_notes import (
    read_exception,
    read_known_note,
    read_occasion,
    read_silent,
    weigh_word,
)
from ingest.hours.reading_times import read_closed, read_number_as_note, read_part, read_times
from ingest.hours.tokens import Token, split_tokens
from ingest.hours.words import LITTLE, SILENT

Read = Callable[[list[Token], int], Found]


def read_items(text: str) -> list[Item]:
    """The items of a tidy text in their order, words that belong together as one note."""
    return list(_join_notes(_read_all(text), text))


def _readers(text: str) -> tuple[Read, ...]:
    """In this order: what has the more particular look comes first."""
    return (
        lambda tokens, at: read_exception(tokens, at, text),
        lambda tokens, at: read_dates(tokens, at, text),
        read_repeat,
        read_nths,
        read_days,
        lambda tokens, at: read_known_note(tokens, at, text),
        lambda tokens, at: read_occasion(tokens, at, text),
        read_closed,
        read_part,
        read_times,
        read_number_as_note,
    )


def _read_all(text: str) -> Iterator[Item]:
    tokens = split_tokens(text)
    readers = _readers(text)
    at, last = 0, list[Item]()
    while at < len(tokens):
        silent = read_silent(tokens, at) or _read_month_behind(tokens, at, last)
        if silent is not None:
            at = silent
            continue
        found = next((one for read in readers if (one := read(tokens, at)) is not None), None)
        items, at = found if found is not None else _read_rest(tokens, at)
        yield from items
        last = [*last, *items][-2:]


def _read_month_behind(tokens: list[Token], at: int, last: list[Item]) -> int | None:
    """The end of "of the month" in "first Saturday morning of the month"."""
    if [type(item) for item in last] != [Nths, Part]:
        return None
    found = OF_MONTH.find(tokens, at)
    return found[1] if found else None


def _read_rest(tokens: list[Token], at: int) -> tuple[list[Item], int]:
    """A break, a word without weight, or a word to weigh."""
    token = tokens[at]
    if token.kind == "line" or token.text in (";", "|") or _ends_sentence(tokens, at):
        return [Break(token.start, token.end)], at + 1
    if token.text in SILENT:
        return [Note(token.start, token.end, "silent")], at + 1
    if token.kind == "mark" or token.text in LITTLE:
        return [], at + 1
    return weigh_word(tokens, at)


def _ends_sentence(tokens: list[Token], at: int) -> bool:
    if tokens[at].text not in (".", "!", "?"):
        return False
    return at + 1 >= len(tokens) or tokens[at + 1].start > tokens[at].end


def _join_notes(items: Iterator[Item], text: str) -> Iterator[Item]:
    """Plain words with only marks and little words between them are one note, as it was written.
    "Coffee morning" and "evening group" keep their part of the day; only the second tells when it is."""
    held: Note | None = None
    part: Part | None = None
    for item in items:
        word = isinstance(item, Note) and item.kind in ("plain", "silent")
        if held is not None and (word or (isinstance(item, Part) and _touch(held, item, text))):
            held = Note(held.start, item.end, "plain")
            continue
        if held is not None:
            yield held
            held = None
        if isinstance(item, Note) and item.kind == "plain":
            held = Note(part.start, item.end, "plain") if part and _touch(part, item, text) else item
        elif not word:
            yield item
        part = item if isinstance(item, Part) else None
    if held is not None:
        yield held


def _touch(first: Item, second: Item, text: str) -> bool:
    return text[first.end : second.start].strip(" -") == ""
