"""Where each fact of an entry came from: worked out of its versions, so never out of step with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from api.editing.schemas import RevisionLine
from ingest import queries_runs
from ingest.storing import import_author

_IMPORT = import_author("")


@dataclass(frozen=True)
class Origin:
    """Who made a version, when and why; `source` where it was an import, with `file_name` and `row` where a
    row of a file brought it."""

    by: str
    at: datetime
    why: str
    version: int
    source: str | None = None
    licence: str | None = None
    file_name: str | None = None
    row: int | None = None

    @property
    def author(self) -> str:
        """A role, or in words which import it was: "Brought in from Clubs 2026: clubs.csv, row 2"."""
        if self.source is None:
            return self.by
        if self.file_name is None:
            return f"An import from {self.source}"
        row = f", row {self.row}" if self.row else ""
        return f"Brought in from {self.source}: {self.file_name}{row}"


def list_origins(session: Session, entry_id: UUID, lines: Sequence[RevisionLine]) -> dict[int, Origin]:
    """Where each of an entry's versions came from, by its number."""
    imports = queries_runs.imports_of(session, entry_id)
    codes = {line.made_by.removeprefix(_IMPORT) for line in lines if line.made_by.startswith(_IMPORT)}
    sources = queries_runs.sources_of(session, codes)
    origins = {}
    for line in lines:
        brought: dict[str, Any] = {}
        if line.made_by.startswith(_IMPORT):
            source = sources.get(line.made_by.removeprefix(_IMPORT))
            row, run, _ = imports.get(line.version, (0, None, None))
            brought = {
                "source": source.name if source else "a list that we no longer hold",
                "licence": source.licence if source else None,
                "file_name": run.file_name if run else None,
                "row": row if row > 0 else None,
            }
        origins[line.version] = Origin(line.made_by, line.made_at, line.why, line.version, **brought)
    return origins


def provenance(lines: Sequence[RevisionLine], origins: Mapping[int, Origin]) -> dict[str, Origin]:
    """For each field that has a value, by path ("place.postcode"), the version that gave it that value."""
    given: dict[str, Origin] = {}
    held: dict[str, Any] = {}
    for line in sorted(lines, key=lambda one: one.version):
        given = {
            field: given[field] if field in held and held[field] == value else origins[line.version]
            for field, value in line.said.items()
        }
        held = line.said
    return given


def by_origin(origins: Mapping[str, Origin]) -> list[tuple[Origin, list[str]]]:
    """Each origin with the fields it gave, the newest first."""
    found: dict[Origin, list[str]] = {}
    for field, origin in origins.items():
        found.setdefault(origin, []).append(field)
    return sorted(found.items(), key=lambda one: -one[0].version)
