"""The work on a file that was handed in: away from the page, one file at a time, with its progress."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from api.accounts import service as accounts
from api.db import writing
from api.errors import BadInput, HereaboutsError, NotFound
from api.models import Upload
from ingest import queries_uploads
from ingest.feeds import reader_of
from ingest.heart import Heart
from ingest.looking import FOUND, look_at, unknown_kinds
from ingest.report import IngestReport, Progress
from ingest.run import Rules, ingest_file
from ingest.sampling import Sampling
from ingest.saved import Mapping, keep_mapping
from ingest.uploads import CUT_OFF, STOPPED, mapping_of, path_of
from ingest.within import hold_to, may_bring_in

log = structlog.get_logger()
_LOOK_AGAIN_S: Final = 0.5
_TELL_EVERY_S: Final = 0.5
_OUR_FAULT: Final = (
    "Something went wrong on our side, and nothing of it was kept. It has been written down for us to mend."
)


def work(factory: sessionmaker[Session], folder: Path, upload_id: UUID) -> None:
    """Do what is to be done with a file, when it is its turn. What goes wrong is written down with it."""
    heart = Heart(factory, upload_id)
    with _turn(factory, heart, upload_id) as mine:
        if not mine:
            return
        try:
            values = _do(factory, heart, folder, upload_id)
        except HereaboutsError as problem:
            values = {"state": "failed", "problem": problem.detail}
        except Exception as error:
            log.error("an import failed", upload=str(upload_id), exc_info=error)
            values = {"state": "failed", "problem": _OUR_FAULT}
        upload = heart.write(partial(_note, upload_id=upload_id, folder=folder, values=values))
        if upload is not None and upload.state == "applied":
            path_of(folder, upload_id).unlink(missing_ok=True)


def _note(session: Session, *, upload_id: UUID, folder: Path, values: dict[str, Any]) -> Upload | None:
    upload = queries_uploads.find_upload(session, upload_id)
    if upload is None:
        return None
    if isinstance(problem := values.get("problem"), str):
        # The readers know the file by the name it lies under.
        values["problem"] = problem.replace(path_of(folder, upload.id).name, upload.file_name)
    for name, value in values.items():
        setattr(upload, name, value)
    return upload


@contextmanager
def _turn(factory: sessionmaker[Session], heart: Heart, upload_id: UUID) -> Iterator[bool]:
    """Waits until nobody works at another. False when this one has gone meanwhile."""
    while True:
        with factory() as holder:
            if heart.try_turn(holder):
                yield heart.write(partial(_begin, upload_id=upload_id))
                return
        heart.beat()
        time.sleep(_LOOK_AGAIN_S)


def _begin(session: Session, *, upload_id: UUID) -> bool:
    queries_uploads.stop_working(session, CUT_OFF)
    upload = queries_uploads.find_upload(session, upload_id, hold=True)
    if upload is None or upload.state != "waiting":
        return False
    upload.state, upload.beat_at = "working", datetime.now(UTC)
    return True


def _do(factory: sessionmaker[Session], heart: Heart, folder: Path, upload_id: UUID) -> dict[str, Any]:
    """What is to be written down of it then."""
    path = path_of(folder, upload_id)
    with factory() as session:
        upload = _find(session, upload_id)
        task, code, options = upload.task, upload.source_code, dict(upload.options)
        mapping, shown = mapping_of(upload), upload.file_name
        mine = _areas_of(session, upload)
        known = mapping.to_source(code) if mapping else None if task == "look" else reader_of(session, code)
        if known is None:
            mapping, found = look_at(session, path, code)
            return {"state": "mapped", "mapping": mapping.model_dump(mode="json"), "options": options | found}
    sampling = Sampling(known)
    held = nullcontext(sampling.source) if mine is None else hold_to(factory, sampling.source, mine)
    with held as source, _rules(factory, code, options) as rules:
        report = ingest_file(
            factory,
            path,
            source=source,
            apply=task == "apply",
            progress=_telling(heart),
            rules=rules,
            file_name=shown,
        )
    if report.applied and mapping is not None:
        heart.write(partial(keep_mapping, mapping=mapping))
    return _done(report, mapping, options | {"sample": sampling.shown()})


def _areas_of(session: Session, upload: Upload) -> frozenset[str] | None:
    """The areas its rows must lie in; None is everywhere. What its sender may do is asked again each time."""
    actor = accounts.as_actor(accounts.get_open_person(session, upload.person_id))
    if (answer := may_bring_in(session, actor, upload.source_code)) is not True:
        raise BadInput(answer)
    return actor.areas_as("coordinator")


def _find(session: Session, upload_id: UUID) -> Upload:
    upload = queries_uploads.find_upload(session, upload_id)
    if upload is None:
        raise NotFound("This file is not with us any more.")
    return upload


def _done(report: IngestReport, mapping: Mapping | None, options: dict[str, Any]) -> dict[str, Any]:
    if mapping is not None and (words := unknown_kinds(report, mapping)):
        options["kind_words"] = words
    values: dict[str, Any] = {
        "state": "applied" if report.applied else "tried",
        "options": options,
        "run_id": report.run_id,
        "notes": [note.as_json() for note in report.notes],
    }
    if report.applied:
        # The samples are the file's own rows: they go with it.
        values["options"] = {name: one for name, one in options.items() if name not in FOUND}
        values["mapping"] = mapping.without_samples() if mapping else None
    return values


@contextmanager
def _rules(factory: sessionmaker[Session], code: str, options: dict[str, Any]) -> Iterator[Rules]:
    """That so many rows may go is said of this file alone, and not kept for the next."""
    whole = bool(options.get("whole_file"))
    when_gone = options.get("when_gone")
    with factory() as session:
        source = queries_uploads.find_source(session, code)
        before = source.may_vanish if source else None
    try:
        yield Rules(may_vanish=1.0 if whole else None, when_gone=when_gone)
    finally:
        if whole:
            with suppress(SQLAlchemyError), writing(factory) as session:
                kept = queries_uploads.find_source(session, code)
                if kept is not None:
                    kept.may_vanish = before


def _telling(heart: Heart) -> Progress:
    told_at = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal told_at
        if time.monotonic() - told_at < _TELL_EVERY_S and done < total:
            return
        told_at = time.monotonic()
        if not heart.beat(rows_done=done, rows_total=total):
            raise BadInput(STOPPED)

    return tell
