"""What was in a source and is not any more: how much may go at once, and what becomes of the entries."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any, Final

from sqlalchemy.orm import Session

from api.entries.schemas import EntryDraft
from api.entries.service import ToSave, as_document, save_entries
from api.models import Source
from ingest import queries
from ingest.mapping import fingerprint
from ingest.queries import Newest, SeenRow
from ingest.report import SAY_SO, Problem, RowFate
from ingest.storing import import_author

USUAL_SHARE: Final = 0.3
# A list of five may lose two without anything being wrong with the file.
_FEW: Final = 3
_CHUNK: Final = 1_000


@dataclass(frozen=True)
class Vanished:
    """`keys` are the rows that are gone; `refusal` says why that cannot be right, None when it can."""

    keys: Collection[str]
    refusal: str | None


def find_vanished(source: Source, *, held: int, gone: Collection[str], missing: Sequence[str]) -> Vanished:
    """`missing` are the canaries that the file does not hold."""
    share = USUAL_SHARE if source.may_vanish is None else source.may_vanish
    if missing:
        names = ", ".join(f"“{name}”" for name in missing)
        return Vanished(gone, f"{names} must be in this source and is not. Is it the whole file?")
    if len(gone) >= _FEW and len(gone) > held * share:
        return Vanished(
            gone,
            f"{len(gone)} of {held} rows that were in this source are not in the file: more than the "
            f"{share:.0%} that may go at once. Is it the whole file? {SAY_SO}.",
        )
    return Vanished(gone, None)


def let_go(
    session: Session, source_code: str, gone: Collection[str], when_gone: str, *, at: datetime
) -> Iterator[RowFate]:
    """The fates of rows that are gone. Their entries stay, are closed or are archived, as is said of the
    source; one that a person has changed since stays."""
    keys = iter(sorted(gone))
    while chunk := list(islice(keys, _CHUNK)):
        seen = queries.seen_rows(session, source_code, chunk)
        ids = [row.entry_id for row in seen.values()]
        newest = queries.newest_revisions(session, ids)
        closed = _close(session, source_code, seen, newest, when_gone) if when_gone != "keep" else {}
        queries.mark_gone(session, source_code, seen, at=at)
        names = queries.whereabouts(session, ids)
        for key, row in seen.items():
            name = names[row.entry_id].name if row.entry_id in names else None
            yield _gone(key, row, name, when_gone if key in closed else "keep", closed.get(key))


def _close(
    session: Session, source_code: str, seen: dict[str, SeenRow], newest: dict[Any, Newest], when_gone: str
) -> dict[str, int]:
    """The new versions of the entries that were closed, by row key."""
    by = import_author(source_code)
    rows = [row for row in seen.values() if row.entry_id in newest and newest[row.entry_id].made_by == by]
    items, prints = [], {}
    for row in rows:
        now = newest[row.entry_id]
        change = (
            {"stage": "archived"}
            if when_gone == "archive"
            else {"state": "closed", "state_note": "It is no longer in the list we had it from."}
        )
        draft = EntryDraft.model_validate({**now.document, **change})
        prints[row.key] = fingerprint(as_document(draft))
        items.append(ToSave(draft, row.entry_id, now.version, source_code))
    saved = save_entries(session, items, by=by, why="No longer in the source")
    versions = {row.key: one.version for row, one in zip(rows, saved, strict=True)}
    kept = [
        replace(row, version=versions[row.key], fingerprint=prints[row.key], document=None, row_print="")
        for row in rows
    ]
    queries.keep_rows(session, source_code, kept)
    return versions


_WHAT: Final = {
    "keep": (
        "The entry stays as it is.",
        "Find out whether it has closed, and if so mark the entry as closed.",
    ),
    "close": ("We marked the entry as closed.", "If that is wrong, open it again."),
    "archive": ("We took the entry out of the public directory.", "If that is wrong, publish it again."),
}


def _gone(key: str, row: SeenRow, name: str | None, done: str, version: int | None) -> RowFate:
    what, todo = _WHAT[done]
    problem = Problem(
        None, None, key, f"This was in the source before and is not in the file now. {what}", todo
    )
    return RowFate(None, key, name, "gone", row.entry_id, (problem,), version=version)
