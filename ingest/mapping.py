"""What a known source says about itself, and what its mapping makes of one row."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from api.entries.schemas import EntryDraft
from api.entries.sessions import RuleError, normalise_session
from ingest.table import Row

_AGAIN = "Then bring the file in again."


@dataclass(frozen=True)
class KnownSource:
    """A source whose columns we know. `columns` must be in the file; others may. `key_of` is the row's
    lasting name in the source, the same when anything else in it changes; None when it has none.
    `map_row` makes the entry, noting on the row what it could not understand."""

    code: str
    name: str
    url: str
    licence: str
    licence_url: str | None
    attribution: str
    columns: tuple[str, ...]
    name_column: str
    key_of: Callable[[Row], str | None]
    map_row: Callable[[Row], EntryDraft]


@dataclass(frozen=True)
class MappedRow:
    """A row with what it would be stored as; `draft` None is a row that cannot be used."""

    row: Row
    key: str | None
    name: str | None
    draft: EntryDraft | None
    fingerprint: str = ""


def map_row(source: KnownSource, row: Row) -> MappedRow:
    """The row's entry, checked. What is wrong with it is noted on the row."""
    key, name = source.key_of(row), row.text(source.name_column)
    if row.broken:
        return MappedRow(row, key, name, None)
    if key is None or not name:
        row.note(source.name_column, "The row has no name.", f"Give it one in the file. {_AGAIN}")
        return MappedRow(row, key, name, None)
    draft = _make_draft(source, row)
    return MappedRow(row, key, name, draft, fingerprint(draft) if draft else "")


def _make_draft(source: KnownSource, row: Row) -> EntryDraft | None:
    try:
        draft = source.map_row(row)
        # In the forms we keep, so that what is stored can be compared with what comes in.
        return draft.model_copy(update={"sessions": [normalise_session(one) for one in draft.sessions]})
    except ValidationError as error:
        for one in error.errors():
            where = ".".join(str(part) for part in one["loc"])
            what = one["msg"].removeprefix("Value error, ")
            row.note(where or None, what, f"Mend it in the file. {_AGAIN}", value=str(one["input"])[:200])
    except RuleError as error:
        row.note("sessions", str(error), f"Mend the times in the file. {_AGAIN}", value="")
    return None


def as_document(draft: EntryDraft) -> dict[str, Any]:
    """The draft as a revision stores it."""
    return draft.model_dump(mode="json", exclude_defaults=True)


def fingerprint(draft: EntryDraft) -> str:
    """Changes when, and only when, what the row says about the entry changes."""
    text = json.dumps(as_document(draft), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
