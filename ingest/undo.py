"""Taking a whole import back.

Every row of the directory that the run wrote is put back as it was, and what it brought is taken away:
entries with all their parts, places, organisations, what is known of the source's rows, what waits for a
person. The public face is worked out again for all of them. Three things go on instead of back, because they
are history: an entry's `version` rises by one and its `updated_at` is now (a copy somebody holds must not
look current), a revision says that the run was undone, and the search index is told. The run and its report
stay.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.exc import DataError
from sqlalchemy.orm import Session

from api.clock import LONDON
from api.errors import BadInput
from api.face.service import project_entries
from api.models import IngestRun
from ingest import queries, queries_runs, queries_undo
from ingest.exporting import get_run

_AT_ONCE = 500
_MOST_NAMES = 10


@dataclass(frozen=True)
class Undone:
    """`kept` are names of entries that somebody has changed since and that stay as they are; `shared` is how
    many places and organisations stay for the same reason."""

    removed: int
    restored: int
    kept: tuple[str, ...]
    shared: int


def undo_run(session: Session, run_id: UUID, *, keep_edited: bool = False) -> Undone:
    """Take a run back, in the caller's transaction. Raises NotFound, and BadInput when it was not applied,
    when a later import of the source stands on it, or when somebody has changed one of its entries since and
    they were not to be kept."""
    run = _get_run(session, run_id)
    touched = queries_undo.touched_entries(session, run_id)
    edited = {entry_id: name for entry_id, (_, name, is_edited) in touched.items() if is_edited}
    if edited and not keep_edited:
        raise BadInput(_edited_words(list(edited.values())))
    new = [one for one, (fate, _, _) in touched.items() if fate == "new" and one not in edited]
    older = [one for one, (fate, _, _) in touched.items() if fate != "new" and one not in edited]
    try:
        restored, shown, shared = _put_back(session, run, older, list(edited))
    except DataError as error:
        raise BadInput(
            "This run was made by an older version of the program and cannot be undone."
        ) from error
    queries_undo.delete_entries(session, new)
    queries_undo.forget_unused(session, run_id)
    ids = sorted({*new, *older, *shown})
    queries_undo.add_outbox_rows(session, ids)
    for start in range(0, len(ids), _AT_ONCE):
        project_entries(session, ids[start : start + _AT_ONCE])
    queries_undo.forget_before(session, run_id)
    queries_runs.end_run(session, run_id, state="undone", note="It was undone.", counts=run.counts)
    return Undone(len(new), restored, tuple(sorted(edited.values())), shared)


def _get_run(session: Session, run_id: UUID) -> IngestRun:
    run = get_run(session, run_id)
    queries.lock_source(session, run.source_code)
    session.refresh(run)
    if run.state == "undone":
        raise BadInput("This import has been undone already.")
    if not run.applied or run.state != "done":
        raise BadInput("This import changed nothing, so there is nothing to undo.")
    later = queries_undo.later_run(session, run)
    if later is not None:
        when = f"{later.started_at.astimezone(LONDON):%d %B %Y, %H:%M}".lstrip("0")
        raise BadInput(
            "A later import of this list stands on it. Undo that one first: "
            f"{later.file_name}, {when} ({later.id})."
        )
    return run


def _edited_words(names: list[str]) -> str:
    shown = ", ".join(sorted(names)[:_MOST_NAMES])
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return (
        f"Somebody has changed {len(names)} of its entries since: {shown}{more}. "
        "Say that those stay as they are, and the rest is undone."
    )


def _put_back(
    session: Session, run: IngestRun, older: Sequence[UUID], kept: Sequence[UUID]
) -> tuple[int, list[UUID], int]:
    """How many entries were put back, which others show a place or organisation that was, and how many of
    those stay as somebody left them."""
    seen = [one for one in queries_undo.seen_only(session, run.id) if one not in set(kept)]
    ids = sorted({*older, *seen})
    shared, stay = queries_undo.restore_shared(session, run.id)
    queries_undo.remove_parts(session, run.id, ids)
    entries = queries_undo.restore_entries(session, run.id, kept=kept)
    queries_undo.restore_parts(session, run.id, ids)
    queries_undo.add_revisions(session, entries, why=f"Undid the import of {run.file_name}")
    return len(entries), queries_undo.entries_showing(session, shared), stay
