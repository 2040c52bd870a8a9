"""What a known source says about itself, and what its mapping makes of one row."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from pydantic import ValidationError

import api.entries
import geo
from api.entries.schemas import EntryDraft
from api.entries.service import as_document
from api.entries.sessions import RuleError, normalise_session
from ingest.checks.addresses import check_place
from ingest.checks.texts import check_texts
from ingest.table import Row, Table

_AGAIN = "Then bring the file in again."


@dataclass(frozen=True)
class KnownSource:
    """A source whose columns we know. `columns` must be in the file; others may. `key_of` is the row's
    lasting name in the source, the same when anything else in it changes; None when it has none. A key that
    starts with "~" was made up of the row's own values (`ingest.identity`) and may change with them.
    `map_row` makes the entry, noting on the row what it could not understand. `print` changes when, and only
    when, the mapping is not code and is another than before; `mapping` is the name it is kept by. `prepare`
    puts together what a file spreads over several rows; `paged` is a feed that is fetched page by page."""

    code: str
    name: str
    url: str | None
    licence: str | None
    licence_url: str | None
    attribution: str | None
    columns: tuple[str, ...]
    name_column: str
    key_of: Callable[[Row], str | None]
    map_row: Callable[[Row], EntryDraft]
    print: str = ""
    mapping: str | None = None
    prepare: Callable[[Table], Table] = lambda table: table
    paged: bool = False


@dataclass(frozen=True)
class MappedRow:
    """A row with what it would be stored as; `draft` None is a row that cannot be used."""

    row: Row
    key: str | None
    name: str | None
    draft: EntryDraft | None
    document: dict[str, Any] | None = None
    fingerprint: str = ""


def map_row(source: KnownSource, row: Row) -> MappedRow:
    """The row's entry, checked. What is wrong with it is noted on the row."""
    if row.made is not None:
        row.problems += row.made.row.problems
        return replace(row.made, row=row)
    key, name = source.key_of(row), row.text(source.name_column)
    if row.broken:
        return MappedRow(row, key, name, None)
    if key is None or not name:
        row.note(source.name_column, "The row has no name.", f"Give it one in the file. {_AGAIN}")
        return MappedRow(row, key, name, None)
    draft = _make_draft(source, row)
    if draft is None:
        return MappedRow(row, key, name, None)
    draft = check_place(row, check_texts(row, draft))
    document = as_document(draft)
    return MappedRow(row, key, name, draft, document, fingerprint(document))


def _make_draft(source: KnownSource, row: Row) -> EntryDraft | None:
    try:
        draft = source.map_row(row)
        # In the forms we keep, so that what is stored can be compared with what comes in.
        draft.sessions = [normalise_session(one) for one in draft.sessions]
        return draft
    except ValidationError as error:
        for one in error.errors():
            where = ".".join(str(part) for part in one["loc"])
            what = one["msg"].removeprefix("Value error, ")
            row.note(where or None, what, f"Mend it in the file. {_AGAIN}", value=str(one["input"])[:200])
    except RuleError as error:
        row.note("sessions", str(error), f"Mend the times in the file. {_AGAIN}", value="")
    return None


def fingerprint(document: dict[str, Any]) -> str:
    """Changes when, and only when, what the row says about the entry changes."""
    return hashlib.blake2b(orjson.dumps(document, option=orjson.OPT_SORT_KEYS), digest_size=16).hexdigest()


def row_print(source: KnownSource, row: Row) -> str:
    """The same for the same cells, read by the same program with the same mapping: then nothing else about
    the row needs to be worked out again."""
    cells = "\x1f".join([_program_print(), source.print, *row.cells, *row.cells.values()])
    return hashlib.blake2b(cells.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


@cache
def _program_print() -> str:
    """Of all the code that turns a row into an entry: what it makes may change when any of it does."""
    folders = [Path(__file__).parent, *(Path(package.__path__[0]) for package in (api.entries, geo))]
    seen = hashlib.blake2b(digest_size=16)
    for path in sorted(path for folder in folders for path in folder.rglob("*.py")):
        seen.update(path.read_bytes())
    return seen.hexdigest()
