"""Changing areas by hand: boundaries from a file, and patches made of areas there are."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from api.areas import queries
from api.areas.service import AreasReport, areas_around, load_areas, no_area
from api.errors import BadInput, FieldProblem, NotFound
from api.face.service import project_entries
from api.models import Source
from api.models.places import AREA_TYPES
from api.permissions import Actor, Answer, may_coordinate, require
from geo.areas import AreaFileError, read_areas
from geo.gazetteer import fold_name

_AT_ONCE = 500
_LONGEST_NAME = 100
NOT_EVERYWHERE = (
    "Boundaries hold for the whole directory, so only a coordinator of all of it can change them. "
    "You can make a patch inside your areas."
)


@dataclass(frozen=True)
class Whose:
    """Whose boundaries they are, as they want to be named, under which licence, and of which day."""

    attribution: str | None = None
    licence: str | None = None
    dated_on: date | None = None


def may_load(actor: Actor) -> Answer:
    return True if may_coordinate(actor, ()) is True else NOT_EVERYWHERE


def list_mine(session: Session, actor: Actor) -> list[dict[str, Any]]:
    """Areas with an outline inside their areas, by type and name, with how many entries and whose outline."""
    mine = actor.areas_as("coordinator")
    return queries.list_stored(session, within=None if mine is None else sorted(mine))


def load_boundaries(session: Session, actor: Actor, path: Path, *, type_: str, whose: Whose) -> AreasReport:
    """Load a file of boundaries, and show again what they change. Raises NotAllowed, and BadInput for a file
    that cannot be used: then nothing of it is kept."""
    require(may_load(actor))
    if type_ not in AREA_TYPES:
        raise _bad("type", f"Choose one of {', '.join(AREA_TYPES)}.")
    try:
        # An outline that moves lets go of some entries and takes in others: all of them are shown anew.
        coming = [area.code for area in read_areas(path, type_=type_)]
        changed = queries.entries_in(session, coming)
        with session.begin_nested():
            source = _name_source(session, whose)
            report = load_areas(session, path, type_=type_, source=source, dated_on=whose.dated_on)
            if not report.loaded:
                raise _bad("file", _nothing_read(report))
            _project(session, changed | queries.entries_in(session, report.codes))
    except AreaFileError as problem:
        raise _bad("file", str(problem)) from problem
    return report


def _nothing_read(report: AreasReport) -> str:
    why = " ".join(report.problems[:3]) or "It holds no areas."
    return f"No area could be read from the file. {why}"


def _project(session: Session, entries: set[UUID]) -> None:
    ids = sorted(entries)
    for start in range(0, len(ids), _AT_ONCE):
        project_entries(session, ids[start : start + _AT_ONCE])


def _name_source(session: Session, whose: Whose) -> str | None:
    """One source for each who made boundaries, so that they are named wherever those are shown."""
    if not whose.attribution:
        return None
    key = hashlib.blake2b(f"{whose.attribution}\0{whose.licence}".encode(), digest_size=6).hexdigest()
    source = Source(
        code=f"boundaries-{key}",
        name=whose.attribution,
        licence=whose.licence,
        attribution=whose.attribution,
    )
    session.merge(source)
    session.flush()
    return source.code


def make_patch(session: Session, actor: Actor, *, name: str, codes: Sequence[str]) -> str:
    """A patch made of areas there are; returns its slug. Raises NotAllowed when one of them is outside their
    areas, and BadInput for no name, no areas, or a name that is taken."""
    name = " ".join(name.split())
    slug = fold_name(name).replace(" ", "-")
    if not slug or len(name) > _LONGEST_NAME:
        raise _bad("name", f"Give the patch a name, of up to {_LONGEST_NAME} letters.")
    code = f"patch-{slug}"[:64]
    if queries.has_code(session, code) or queries.slug_is_taken(session, slug=slug, code=code):
        raise _bad("name", "There is an area of that name already. Choose another name.")
    chosen = list(dict.fromkeys(codes))
    if not chosen:
        raise _bad("codes", "Tick at least one area.")
    for one in chosen:
        around = areas_around(session, [one])
        if not around:
            raise no_area(one, field="codes")
        require(may_coordinate(actor, around))
    if not queries.join_areas(session, code=code, slug=slug, name=name, codes=chosen):
        raise _bad("codes", "None of these areas has an outline. Load their boundaries first.")
    queries.keep_within(session, [code])
    _project(session, queries.entries_in(session, [code]))
    return slug


def unmake_patch(session: Session, actor: Actor, slug: str) -> None:
    """Take away a patch that was made here. Raises NotFound, NotAllowed, and BadInput when it is in use."""
    code = f"patch-{slug}"[:64]
    around = areas_around(session, [code])
    if not around:
        raise NotFound("There is no such patch.")
    require(may_coordinate(actor, around))
    entries = queries.entries_in(session, [code])
    try:
        with session.begin_nested():
            gone = queries.delete_patch(session, code)
    except IntegrityError:
        gone = False
    if not gone:
        raise _bad("name", "Something uses this patch by now, so it stays.")
    _project(session, entries)


def _bad(field: str, words: str) -> BadInput:
    return BadInput(words, errors=[FieldProblem(field=field, message=words)])
