"""The first look at a file that nobody has described: what its columns mean, and whether we know the list."""

from collections.abc import Collection, Iterable
from itertools import islice
from pathlib import Path
from typing import Any, Final

from sqlalchemy.orm import Session

from geo.gazetteer import fold_name
from ingest.columns import OUR_KINDS
from ingest.proposing import propose_mapping
from ingest.readers.door import open_tables
from ingest.report import IngestReport
from ingest.saved import Mapping, find_mapping, list_mappings
from ingest.sources import KNOWN_SOURCES
from ingest.table import Table
from ingest.uploads import bad

# More columns than this, and no person can go through them on a page.
MOST_COLUMNS: Final = 250
# Fewer headings than this are in many lists.
_TELLING: Final = 4
# What is no table by nature, and the source that reads it.
_BY_FORM: Final = {
    "Open Referral": "open-referral",
    "HSDS package": "open-referral",
    "OpenStreetMap": "openstreetmap",
    "iCalendar": "calendar",
}
# What is kept beside a file of its own words, until it is in the directory.
FOUND: Final = ("looks_like", "kind_words", "sample")
_LOOKED_AT: Final = 5_000
_MOST_WORDS: Final = 40


def look_at(session: Session, path: Path, code: str) -> tuple[Mapping, dict[str, Any]]:
    """The mapping we propose, and what helps a person to mend it: `looks_like` is the source or kept mapping
    whose columns the file has, `kind_words` are the file's own words for kinds. Raises BadInput."""
    table = open_tables(path)[0]
    if len(table.columns) > MOST_COLUMNS:
        many = f"The file has {len(table.columns)} columns; the page can show {MOST_COLUMNS}."
        raise bad("file", f"{many} Leave out those that nobody needs.")
    if not len(table.rows):
        raise bad("file", "There are headings in this file, and not one row under them. Is it the right one?")
    mapping = propose_mapping(table.columns, table.rows, name=code)
    mapping.source.name = code.replace("-", " ").capitalize()
    return mapping, {"looks_like": _find_known(session, table), "kind_words": _kind_words(mapping, table)}


def _find_known(session: Session, table: Table) -> str | None:
    by_form = next((code for form, code in _BY_FORM.items() if table.read_as.startswith(form)), None)
    if by_form is not None:
        return by_form
    headings = set(map(fold_name, table.columns))
    kept = (one.name for one in list_mappings(session))
    described = ((name, mapping.to_source(name)) for name in kept if (mapping := find_mapping(session, name)))
    sources = [*described, *KNOWN_SOURCES.items()]
    return next((code for code, source in sources if _has_all(headings, source.columns)), None)


def _has_all(headings: Collection[str], columns: Iterable[str]) -> bool:
    wanted = set(map(fold_name, columns))
    return len(wanted) >= _TELLING and wanted <= set(headings)


def _kind_words(mapping: Mapping, table: Table) -> list[str]:
    """What the file calls its kinds, but for words that are ours."""
    headings = [column.heading for column in mapping.of("kind")]
    said = [text for row in islice(table.rows, _LOOKED_AT) for one in headings if (text := row.text(one))]
    return _not_ours(said)


def unknown_kinds(report: IngestReport, mapping: Mapping) -> list[str]:
    """The file's words for kinds that a try met and nobody had turned into ours."""
    headings = {column.heading for column in mapping.of("kind")}
    problems = (problem for row in report.rows for problem in row.problems)
    return _not_ours(one.value for one in problems if one.column in headings and one.value)


def _not_ours(words: Iterable[str]) -> list[str]:
    return [word for word in dict.fromkeys(words) if fold_name(word) not in OUR_KINDS][:_MOST_WORDS]
