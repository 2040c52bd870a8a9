"""The curator's pages of suggestions: what waits, and one of them beside the entry as it is now."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from starlette.responses import HTMLResponse, Response

from api.accounts.dependencies import Write, needs
from api.curation import service as curation
from api.curation.schemas import Hold, WaitingKind
from api.dependencies import Now
from api.errors import BadInput, EditConflict
from api.suggestions import deciding, listing
from api.suggestions.fields import Values
from api.suggestions.guard import SmallBodyRoute
from api.suggestions.letters import spell
from api.suggestions.schemas import REASON_WORDS, ProposedField, SuggestionView
from web.pages.forms import Typed, problems_by_field, read_whole
from web.pages.page import CuratePage, PageRouter, SignedInPage, go_to
from web.pages.suggestions_forms import shown_lines

router = PageRouter(prefix="/curate/suggestions", dependencies=[needs("curator")], route_class=SmallBodyRoute)
DONE: Final = {
    "accepted": "Taken. The entry says so now.",
    "part_accepted": "Part of it is taken. The entry says so now.",
    "refused": "Refused. The sender can read why.",
    "undone": "Undone. It waits again.",
}
REFUSALS: Final = (
    ("We asked, and what we have is still right.", "What we have is still right"),
    ("We could not find out whether this is so.", "We could not find out"),
    ("We have this already, under another name.", "We have it already"),
    ("This is not something this directory lists.", "It is not for this directory"),
)
# Words, of which a curator may take other ones.
_EDITABLE: Final = frozenset(
    "name summary description organisation.name place.name place.town place.postcode eligibility cost_note "
    "referral_by".split()
)


@router.page("")
def list_waiting(page: CuratePage, session: Write) -> HTMLResponse:
    decided = page.typed("show") == "decided"
    number = read_whole(page.typed("page")[:5]) or 1
    found = listing.list_suggestions(session, page.actor, waiting=not decided, page=number)
    return page.show(
        "suggestions/list.html", found=found, decided=decided, reasons=REASON_WORDS,
        pages=-(-found.total // found.per_page),
    )  # fmt: skip


@router.page("/{suggestion_id}")
def show_one(suggestion_id: UUID, page: CuratePage, session: Write, now: Now) -> HTMLResponse:
    view = deciding.get_suggestion(session, page.actor, suggestion_id)
    hold = None
    if view.state == "waiting":
        kind: WaitingKind = "report" if view.what == "report" else "suggestion"
        hold = curation.take_hold(session, page.actor, kind, str(suggestion_id), now=now)
    return _show(page, view, said=DONE.get(page.typed("done")), hold=hold)


@router.form("/{suggestion_id}/accept")
def accept(suggestion_id: UUID, page: CuratePage, session: Write, form: Typed, now: Now) -> Response:
    view = deciding.get_suggestion(session, page.actor, suggestion_id)
    wanted = {one.field for one in view.fields if form.get(f"take.{one.field}")}
    try:
        with session.begin_nested():
            done = deciding.accept(
                session,
                page.actor,
                suggestion_id,
                None if form.get("go") == "all" or not view.fields else wanted,
                edited_values(view, form),
                form.get("why", ""),
                settings=page.settings,
                now=now,
                seen_version=read_whole(form.get("version", "")),
            )
    except BadInput as problem:
        return _show(
            page, view, typed=form, problems=problems_by_field(problem, otherwise="fields"), status=422
        )
    except EditConflict as conflict:
        return _show_again(page, session, suggestion_id, form, conflict)
    return go_to(f"/curate/suggestions/{suggestion_id}?done={done.state}")


@router.form("/{suggestion_id}/refuse")
def refuse(suggestion_id: UUID, page: CuratePage, session: Write, form: Typed, now: Now) -> Response:
    reason = form.get("own", "").strip() or form.get("reason", "")
    try:
        with session.begin_nested():
            deciding.refuse(session, page.actor, suggestion_id, reason, settings=page.settings, now=now)
    except BadInput as problem:
        view = deciding.get_suggestion(session, page.actor, suggestion_id)
        return _show(
            page, view, typed=form, problems=problems_by_field(problem, otherwise="fields"), status=422
        )
    except EditConflict as conflict:
        return _show_again(page, session, suggestion_id, form, conflict)
    return go_to(f"/curate/suggestions/{suggestion_id}?done=refused")


@router.form("/{suggestion_id}/undo")
def undo(suggestion_id: UUID, page: CuratePage, session: Write) -> Response:
    try:
        with session.begin_nested():
            deciding.undo(session, page.actor, suggestion_id)
    except EditConflict as conflict:
        return _show_again(page, session, suggestion_id, {}, conflict)
    return go_to(f"/curate/suggestions/{suggestion_id}?done=undone")


def edited_values(view: SuggestionView, form: Mapping[str, str]) -> Values:
    """The curator's own words, where they differ from what was suggested."""
    return {
        one.field: form[f"value.{one.field}"]
        for one in view.fields
        if is_editable(one) and form.get(f"value.{one.field}", one.suggested) != one.suggested
    }


def is_editable(one: ProposedField) -> bool:
    return one.field in _EDITABLE and isinstance(one.suggested, str)


def _show_again(
    page: SignedInPage, session: Write, suggestion_id: UUID, form: Mapping[str, str], conflict: EditConflict
) -> HTMLResponse:
    """As it is now, with what was typed, after somebody else was first."""
    view = deciding.get_suggestion(session, page.actor, suggestion_id)
    return _show(page, view, typed=form, problems={"fields": conflict.detail}, status=conflict.status)


def _show(
    page: SignedInPage,
    view: SuggestionView,
    *,
    typed: Mapping[str, str] | None = None,
    problems: dict[str, str] | None = None,
    said: str | None = None,
    hold: Hold | None = None,
    status: int = 200,
) -> HTMLResponse:
    return page.show(
        "suggestions/decide.html",
        status=status,
        hold=hold,
        view=view,
        reference=spell(view.reference),
        rows=[_row(one, typed) for one in view.fields],
        refusals=REFUSALS,
        reason=REASON_WORDS.get(view.reason) if view.reason else None,
        typed=typed or {},
        problems=problems or {},
        said=said,
    )


def _row(one: ProposedField, typed: Mapping[str, str] | None) -> dict[str, Any]:
    """One field of the difference. What moved meanwhile is not ticked: that is for the curator to say."""
    ticked = bool(typed.get(f"take.{one.field}")) if typed and "go" in typed else not one.has_moved
    return {
        "field": one.field,
        "label": one.label,
        "was": shown_lines(one.field, one.was),
        "now": shown_lines(one.field, one.now),
        "suggested": shown_lines(one.field, one.suggested),
        "moved": one.has_moved,
        "same": one.is_so_already,
        "ticked": ticked,
        "editable": is_editable(one),
        "value": (typed or {}).get(f"value.{one.field}", one.suggested if is_editable(one) else ""),
        "long": one.field in ("description", "summary", "eligibility", "cost_note"),
    }
