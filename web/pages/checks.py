"""What is due a check: the list, one entry's facts to tick off, who tried to reach them, and how often."""

from datetime import date
from typing import Annotated, Any, Final, cast
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from fastapi import Form, Query
from starlette.responses import HTMLResponse, Response

from api.accounts.dependencies import Write, needs
from api.checks import notes, service
from api.checks.notes import NOTE_WORDS
from api.clock import london_now
from api.curation import service as curation
from api.dependencies import Now
from api.entries.vocabulary import CHECK_GROUP_LABELS, CHECK_HOW_LABELS, KINDS
from api.errors import BadInput, FieldProblem, HereaboutsError
from api.permissions import require
from api.reminders.rules import problem_with
from web.pages.forms import Typed, problems_by_field, read_day, read_whole
from web.pages.page import CuratePage, PageRouter, SignedInPage, go_to

router = PageRouter(dependencies=[needs("navigator")])
HOW: Final = {
    "phoned": "I phoned them",
    "visited": "I visited",
    "emailed": "They e-mailed",
    "web_page": "I read their web page",
    "owner_confirmed": "The people who run it told me",
}
TRIED_HOW: Final = {
    "phoned": "Phoned",
    "emailed": "E-mailed",
    "visited": "Visited",
    "messaged": "Sent a message",
    "wrote": "Wrote by post",
}
OUTCOMES: Final = {
    "no_answer": "No answer",
    "left_message": "Left a message",
    "spoke": "Spoke to them",
    "ask_later": "They asked us to try later",
    "wrong_address": "The number or address is wrong",
    "stopped": "They have stopped",
}
WHEN: Final = {"due": "Due now", "overdue": "Shown as “not checked”", "coming": "Due in 30 days"}
DONE: Final = {
    "logged": "Written in the log.",
    "settled": "Done. It no longer waits.",
    "undone": "The check was taken back.",
    "rules": "Saved. The new times count from now on.",
    "trust": "Saved.",
    "ended": "They no longer look after this entry.",
}
WORDS: Final[dict[str, Any]] = {
    "how_words": HOW, "tried_words": TRIED_HOW, "outcome_words": OUTCOMES, "note_words": NOTE_WORDS,
    "when_words": WHEN, "check_how": CHECK_HOW_LABELS,
}  # fmt: skip
Text = Annotated[str, Form(max_length=5000)]


@router.page("/curate/checks")
def show_due(
    page: CuratePage,
    session: Write,
    now: Now,
    when: str = "due",
    kind: str = "",
    area: str = "",
    number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1,
) -> HTMLResponse:
    chosen = cast("service.When", when if when in WHEN else "due")
    known = {one.code: one.plural for one in KINDS}
    areas = service.list_areas(session, page.actor)
    kind, area = kind if kind in known else "", area if area in dict(areas) else ""
    due = service.list_due(
        session, page.actor, today=now.date(), when=chosen, kind=kind or None, area=area or None, page=number
    )
    filters = {"when": chosen, "kind": kind, "area": area}
    return page.show(
        "checks/index.html",
        due=due,
        notes=notes.list_notes(session, page.actor) if page.actor.has("curator") else [],
        areas=areas,
        kinds=known,
        filters=filters,
        query=urlencode({name: value for name, value in filters.items() if value}),
        problem=problem_with(page.settings, for_keeper=page.actor.has("admin")),
        just=_just_done(page, session),
        may_check=page.actor.has("curator"),
        **WORDS,
    )


@router.page("/curate/checks/rules")
def show_rules(page: CuratePage, session: Write) -> HTMLResponse:
    _only_admins(page)
    return _rules_page(page, service.list_rules(session), {})


@router.form("/curate/checks/rules")
def save_rules(page: CuratePage, session: Write, typed: Typed) -> Response:
    _only_admins(page)
    given: dict[str, Any] = {one.code: typed.get(f"months_{one.code}", "") for one in KINDS}
    try:
        months = {kind: read_whole(text) or 0 for kind, text in given.items()}
        service.set_rules(session, page.actor, months)
    except BadInput as error:
        return _rules_page(page, given, problems_by_field(error, otherwise="groups"), status=error.status)
    return go_to("/curate/checks/rules?done=rules")


def _only_admins(page: SignedInPage) -> None:
    require(page.actor.has("admin") or "This is for administrators: it counts for the whole directory.")


def _rules_page(
    page: SignedInPage, months: dict[str, Any], problems: dict[str, str], *, status: int = 200
) -> HTMLResponse:
    return page.show(
        "checks/rules.html", status=status, kinds=KINDS, months=months, problems=problems, said=_said(page)
    )


@router.form("/curate/checks/notes/{note_id}")
def settle(page: CuratePage, session: Write, now: Now, note_id: UUID) -> Response:
    note = notes.settle_note(session, page.actor, note_id, now=now)
    return go_to(f"/curate/checks/{note.entry_id}?done=settled")


@router.page("/curate/checks/{entry_id}")
def show_sheet(page: CuratePage, session: Write, now: Now, entry_id: UUID) -> HTMLResponse:
    return _sheet_page(page, session, entry_id, today=now.date(), problems={}, typed={})


@router.form("/curate/checks/{entry_id}")
def save_check(
    page: CuratePage,
    session: Write,
    now: Now,
    entry_id: UUID,
    groups: Annotated[list[str] | None, Form()] = None,
    how: Text = "",
    note: Text = "",
    on: Text = "",
    back: Text = "",
) -> Response:
    typed = {"groups": groups or [], "how": how, "note": note, "on": on}
    try:
        saved = service.record_check(
            session,
            page.actor,
            entry_id,
            groups or [],
            how,
            note.strip(),
            on=_day(on, now.date(), "on"),
            now=now,
        )
    except BadInput as error:
        problems = problems_by_field(error, otherwise="groups")
        return _sheet_page(
            page, session, entry_id, today=now.date(), problems=problems, typed=typed, status=error.status
        )
    done = urlencode({"done": "checked", "entry": str(entry_id), "version": saved.version})
    if back == "":
        return go_to(f"/curate/checks/{entry_id}?{done}")
    return go_to(f"/curate/checks?{_filters(back)}{done}")


@router.form("/curate/checks/{entry_id}/undo")
def undo_check(page: CuratePage, session: Write, entry_id: UUID, version: Annotated[int, Form()]) -> Response:
    service.take_back(session, page.actor, entry_id, version=version)
    return go_to(f"/curate/checks/{entry_id}?done=undone")


@router.form("/curate/checks/{entry_id}/contact")
def log_contact(
    page: CuratePage,
    session: Write,
    now: Now,
    entry_id: UUID,
    tried_how: Text = "",
    outcome: Text = "",
    tried_note: Text = "",
    tried_on: Text = "",
) -> Response:
    typed = {"tried_how": tried_how, "outcome": outcome, "tried_note": tried_note, "tried_on": tried_on}
    try:
        day = _day(tried_on, now.date(), "tried_on")
        service.log_contact(
            session, page.actor, entry_id, how=tried_how, outcome=outcome, note=tried_note.strip(),
            tried_on=day, now=now,
        )  # fmt: skip
    except BadInput as error:
        problems = problems_by_field(error, otherwise="groups")
        return _sheet_page(
            page, session, entry_id, today=now.date(), problems=problems, typed=typed, status=error.status
        )
    return go_to(f"/curate/checks/{entry_id}?done=logged")


def _sheet_page(
    page: SignedInPage,
    session: Write,
    entry_id: UUID,
    *,
    today: date,
    problems: dict[str, str],
    typed: dict[str, Any],
    status: int = 200,
) -> HTMLResponse:
    sheet = service.get_sheet(session, page.actor, entry_id)
    waiting = notes.notes_of(session, entry_id) if sheet.held else []
    return page.show(
        "checks/sheet.html",
        status=status,
        hold=curation.take_hold(session, page.actor, "check", str(entry_id), now=london_now()),
        sheet=sheet,
        entry=sheet.stored.draft,
        entry_id=entry_id,
        notes=waiting,
        groups=CHECK_GROUP_LABELS,
        today_iso=today.isoformat(),
        typed=typed,
        problems=problems,
        just=_just_done(page, session) if status == 200 else None,
        **WORDS,
    )


def _just_done(page: SignedInPage, session: Write) -> dict[str, Any] | None:
    """What was just done, in words; a check can be taken back. Words in an address could be forged: only
    codes are read from it."""
    code = page.typed("done")
    if code != "checked":
        return {"words": DONE[code]} if code in DONE else None
    try:
        entry_id, version = UUID(page.typed("entry")), int(page.typed("version"))
        sheet = service.get_sheet(session, page.actor, entry_id)
    except (ValueError, HereaboutsError):
        return None
    words = f"Your check of {sheet.stored.draft.name} was saved."
    return {"words": words, "entry_id": entry_id, "version": version}


def _said(page: SignedInPage) -> str | None:
    return DONE.get(page.typed("done"))


def _day(text: str, today: date, field: str) -> date:
    day = read_day(text) if text.strip() else today
    if day is None:
        message = "Write the day as 2026-11-21."
        raise BadInput(message, errors=[FieldProblem(field=field, message=message)])
    return day


def _filters(back: str) -> str:
    """The filters of the list, and nothing else that was sent as them."""
    safe = [pair for pair in parse_qsl(back) if pair[0] in ("when", "kind", "area", "page")]
    return f"{urlencode(safe)}&" if safe else ""
