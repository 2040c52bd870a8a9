"""Suggesting something new in three short steps and a look over all of it. Each step is a page that works
without JavaScript: what was typed before travels in the form."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, Response

from api.accounts.dependencies import Write
from api.dependencies import Now
from api.entries.vocabulary import COST_LABELS, DELIVERY_LABELS, KIND_WORDS
from api.errors import BadInput
from api.suggestions import likely, service
from api.suggestions.guard import SmallBodyRoute
from api.suggestions.letters import spell
from api.suggestions.schemas import EntryName
from web.map import MapView, draw_map
from web.pages.forms import AreaChoices, Typed, problems_by_field
from web.pages.page import Page, PageRouter, ThisPage, go_to
from web.pages.suggestions_adding import (
    BOX_OF_FIELD,
    BOXES,
    STEPS,
    check_step,
    read_new,
    step_of,
)
from web.pages.suggestions_forms import NotNow, new_seal, sender_of, why_not_now

router = PageRouter(route_class=SmallBodyRoute)
TITLES: Final = {
    "what": "What is it, and who is it for?",
    "where": "Where and when?",
    "contact": "How do people get in touch?",
    "review": "Is this right?",
}


@router.page("/add")
async def begin(page: ThisPage, areas: AreaChoices, now: Now) -> HTMLResponse:
    typed = {name: page.typed(name) for name in ("name", "kind", "town") if page.typed(name)}
    return _show(page, "what", typed, areas, now=now, fresh=True)


@router.form("/add")
def take_step(page: ThisPage, session: Write, form: Typed, areas: AreaChoices, now: Now) -> Response:
    """On from one step to another, back, or sent."""
    step, go = form.get("step", ""), form.get("go", "")
    step = step if step in STEPS else "what"
    if go == "send":
        return _send(page, session, form, areas, now=now)
    target = go if go in STEPS else "what"
    for passed in STEPS[STEPS.index(step) : STEPS.index(target)]:
        problems = check_step(passed, form, today=now.date())
        if problems:
            return _show(page, passed, form, areas, now=now, problems=problems)
    likely = _likely(session, form) if target == "review" else []
    return _show(page, target, form, areas, now=now, likely=likely)


def _send(
    page: Page, session: Session, form: Mapping[str, str], areas: list[tuple[str, str]], *, now: datetime
) -> Response:
    for step in STEPS:
        problems = check_step(step, form, today=now.date())
        if problems:
            return _show(page, step, form, areas, now=now, problems=problems)
    not_now = why_not_now(page, session, form, now=now)
    if not_now:
        likely = _likely(session, form)
        return _show(page, "review", form, areas, now=now, not_now=not_now, likely=likely)
    try:
        with session.begin_nested():
            new = read_new(form, today=now.date())
            receipt = service.suggest_new(
                session, new.fields, sender=sender_of(form, *new.left), settings=page.settings, now=now
            )
    except BadInput as problem:
        problems = problems_by_field(problem, boxes=BOX_OF_FIELD, otherwise="fields")
        return _show(page, step_of(next(iter(problems))), form, areas, now=now, problems=problems)
    return go_to(f"/suggestions/{spell(receipt.reference)}?done=new")


def _likely(session: Session, form: Mapping[str, str]) -> list[EntryName]:
    return likely.find_likely(session, name=form.get("name", ""), town=form.get("town", ""))


@router.get("/add/likely", include_in_schema=False)
def find_likely(session: Write, name: str = "", town: str = "") -> dict[str, Any]:
    """Entries that something of this name in this town may be, asked while it is typed."""
    found = likely.find_likely(session, name=name[:200], town=town[:100])
    return {
        "items": [
            {"name": one.name, "slug": one.slug, "kind": KIND_WORDS[one.kind].label, "town": one.town}
            for one in found
        ]
    }


def _show(
    page: Page,
    step: str,
    typed: Mapping[str, str],
    areas: list[tuple[str, str]],
    *,
    now: datetime,
    problems: dict[str, str] | None = None,
    not_now: NotNow | None = None,
    likely: list[EntryName] | None = None,
    fresh: bool = False,
) -> HTMLResponse:
    carried = {name: typed[name] for other in STEPS if other != step for name in BOXES.get(other, ())
               if typed.get(name)}  # fmt: skip
    view = MapView(kind="pick", label="Map: click where it is") if step == "where" else None
    return page.show(
        "suggestions/add.html",
        status=not_now.status if not_now else 422 if problems else 200,
        step=step,
        number=STEPS.index(step) + 1,
        step_title=TITLES[step],
        steps=STEPS,
        typed=typed,
        carried=carried,
        problems=problems or {},
        not_now=not_now.words if not_now else None,
        seal=typed.get("made") if typed.get("made") and not not_now else new_seal(page, now),
        kinds=KIND_WORDS.values(),
        delivery=DELIVERY_LABELS,
        costs=list(COST_LABELS.items()),
        areas=areas,
        likely=likely or [],
        new=read_new(typed, today=now.date(), areas=dict(areas)) if step == "review" else None,
        map=draw_map(view, nonce=page.nonce, settings=page.settings) if view else None,
        fresh=fresh,
    )
