"""Where each fact of an entry came from: worked out of its revisions, so never out of step with them."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from api.entries.differences import flatten
from api.models import IngestRun, Source
from ingest import queries_runs


@dataclass(frozen=True)
class Origin:
    """Who gave a field its value, when and why; `source`, `file_name` and `row` where it was an import."""

    by: str
    at: datetime
    why: str
    version: int
    source: str | None = None
    licence: str | None = None
    file_name: str | None = None
    row: int | None = None


def provenance(session: Session, entry_id: UUID) -> dict[str, Origin]:
    """For each field that has a value, by path ("place.postcode"), the version that gave it that value."""
    revisions = queries_runs.all_revisions(session, entry_id)
    imports = queries_runs.imports_of(session, entry_id)
    origins: dict[str, Origin] = {}
    held: dict[str, Any] = {}
    for revision in revisions:
        said = flatten(revision.document)
        origin = _origin(
            Origin(revision.made_by, revision.made_at, revision.made_why, revision.version),
            imports.get(revision.version),
        )
        origins = {
            field: origins[field] if field in held and held[field] == value else origin
            for field, value in said.items()
        }
        held = said
    return origins


def by_origin(origins: dict[str, Origin]) -> list[tuple[Origin, list[str]]]:
    """Each origin with the fields it gave, the newest first."""
    found: dict[Origin, list[str]] = {}
    for field, origin in origins.items():
        found.setdefault(origin, []).append(field)
    return sorted(found.items(), key=lambda one: -one[0].version)


def _origin(plain: Origin, found: tuple[int, IngestRun, Source] | None) -> Origin:
    if found is None:
        return plain
    row, run, source = found
    return replace(
        plain,
        source=source.name,
        licence=source.licence,
        file_name=run.file_name,
        row=row if row > 0 else None,
    )
