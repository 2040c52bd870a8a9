"""Areas: what there is, with whose outline; boundaries loaded from a file, and patches made of areas."""

import tempfile
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, Response

from api.accounts.dependencies import Write, needs
from api.areas import changing as areas
from api.areas.changing import Whose
from api.areas.service import AreasReport
from api.errors import BadInput, FieldProblem
from api.models.places import AREA_TYPES
from api.permissions import require
from ingest.uploads import plain_name
from web.bodies import Form, at_most, file_of, text_of
from web.pages.areas import TYPE_TITLES
from web.pages.forms import problems_by_field
from web.pages.page import CuratePage, PageRouter, SignedInPage, go_to

MOST_BYTES: Final = 20_000_000
TOO_LARGE: Final = "The file is larger than 20 MB. Simplify the outlines, or load it with the command line."
router = PageRouter(
    prefix="/curate/areas", dependencies=[at_most(MOST_BYTES, TOO_LARGE), needs("coordinator")]
)
SAID: Final = {
    "patch": "The patch is made. Entries in it and connectors know it from now on.",
    "unmade": "The patch is taken away again.",
}


@router.page("")
def show_areas(page: CuratePage, session: Write, done: str = "", patch: str = "") -> HTMLResponse:
    return _show(page, session, said=SAID.get(done), made=patch if done == "patch" else None)


def _show(page: SignedInPage, session: Session, *, status: int = 200, **context: Any) -> HTMLResponse:
    listed = areas.list_mine(session, page.actor)
    order = list(TYPE_TITLES)
    listed.sort(key=lambda area: order.index(area["type"]))
    plain: dict[str, Any] = {
        "said": None,
        "problems": {},
        "typed": {"codes": []},
        "report": None,
        "made": None,
    }
    may = areas.may_load(page.actor)
    return page.show(
        "areas/room.html",
        status=status,
        groups=[
            (TYPE_TITLES[type_], list(some)) for type_, some in groupby(listed, key=lambda area: area["type"])
        ],
        choices=[(area["code"], area["name"], area["type"]) for area in listed],
        types=[(one, one.capitalize()) for one in AREA_TYPES],
        may=may is True,
        why_not=None if may is True else may,
        **(plain | context),
    )


@router.form("")
def load(page: CuratePage, session: Write, form: Form) -> Response:
    """Boundaries from a GeoJSON file: all of it that can be read, or nothing."""
    require(areas.may_load(page.actor))
    typed: dict[str, Any] = {
        name: text_of(form, name, most=300) for name in ("type", "attribution", "licence", "dated_on")
    }
    try:
        report = _load(page, session, form, typed)
    except BadInput as problem:
        problems = problems_by_field(problem)
        return _show(page, session, status=422, problems=problems, typed=typed | {"codes": []})
    return _show(page, session, report=report)


def _load(page: SignedInPage, session: Session, form: FormData, typed: dict[str, Any]) -> AreasReport:
    file = file_of(form, "file")
    if file is None:
        raise BadInput("Choose a file.", errors=[FieldProblem(field="file", message="Choose a file.")])
    whose = Whose(typed["attribution"] or None, typed["licence"] or None, _read_day(typed["dated_on"]))
    shown = plain_name(file.filename)
    with tempfile.NamedTemporaryFile(prefix="boundaries-", suffix=".geojson") as kept:
        kept.write(file.file.read(MOST_BYTES + 1))
        kept.flush()
        path = Path(kept.name)
        try:
            report = areas.load_boundaries(session, page.actor, path, type_=typed["type"], whose=whose)
        except BadInput as problem:
            # The readers know the file by the name it lies under.
            errors = [
                one.model_copy(update={"message": _renamed(one.message, path, shown)})
                for one in problem.errors
            ]
            raise BadInput(_renamed(problem.detail, path, shown), errors=errors) from problem
    report.problems = [_renamed(one, path, shown) for one in report.problems]
    return report


def _renamed(words: str, path: Path, shown: str) -> str:
    return words.replace(str(path), shown).replace(path.name, shown)


def _read_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        problem = FieldProblem(field="dated_on", message="Give a day, or leave it empty.")
        raise BadInput(problem.message, errors=[problem]) from error


@router.form("/patches")
def make_patch(page: CuratePage, session: Write, form: Form) -> Response:
    name = text_of(form, "name", most=300)
    codes = [str(one) for one in form.getlist("codes")][:2_000]
    try:
        with session.begin_nested():
            slug = areas.make_patch(session, page.actor, name=name, codes=codes)
    except BadInput as problem:
        problems = problems_by_field(problem)
        return _show(page, session, status=422, problems=problems, typed={"name": name, "codes": codes})
    return go_to(f"/curate/areas?done=patch&patch={slug}")


@router.form("/patches/{slug}/undo")
def unmake_patch(slug: str, page: CuratePage, session: Write) -> Response:
    try:
        areas.unmake_patch(session, page.actor, slug)
    except BadInput as problem:
        return _show(page, session, status=422, problems={"name": problem.detail})
    return go_to("/curate/areas?done=unmade")
