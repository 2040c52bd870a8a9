"""Notices: coordinators write them, see which stand, and take them down."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Form
from pydantic import ValidationError
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, Response

from api.accounts.dependencies import Write, needs
from api.clock import LONDON
from api.dependencies import Now
from api.errors import BadInput, FieldProblem
from api.notices import service as notices
from api.notices.schemas import NoticeDraft
from web.pages.forms import AreaChoices, problems_by_field
from web.pages.page import CuratePage, PageRouter, SignedInPage, go_to

router = PageRouter(prefix="/curate/notices", dependencies=[needs("coordinator")])
SAID: Final = {
    "written": "The notice is written. It shows from its start to its end.",
    "ended": "The notice is taken down.",
    "back": "The notice stands again.",
}
LOCAL: Final = "%Y-%m-%dT%H:%M"
WRONG: Final = {
    "title": "Give a short title, of 3 to 100 letters.",
    "body": "Say what people should know, in up to 1,000 letters.",
    "link": "A link begins with https://",
}


@router.page("")
def show_notices(
    page: CuratePage,
    session: Write,
    now: Now,
    choices: AreaChoices,
    done: str = "",
    notice: UUID | None = None,
) -> HTMLResponse:
    ended = notice if done == "ended" else None
    return _show(page, session, now, choices, said=SAID.get(done), ended=ended)


def _show(
    page: SignedInPage,
    session: Session,
    now: datetime,
    choices: list[tuple[str, str]],
    *,
    status: int = 200,
    **context: Any,
) -> HTMLResponse:
    tomorrow = now + timedelta(days=1)
    plain = {
        "typed": {"starts_at": now.strftime(LOCAL), "ends_at": tomorrow.strftime(LOCAL), "area_codes": []},
        "problems": {},
        "ended": None,
        "said": None,
    }
    listed = notices.list_notices(session, page.actor, now=now)
    context = plain | {"written": listed, "choices": choices, "names": dict(choices), "now": now} | context
    return page.show("notices/index.html", status=status, **context)


@router.form("")
def write(
    page: CuratePage,
    session: Write,
    now: Now,
    choices: AreaChoices,
    title: Annotated[str, Form()] = "",
    body: Annotated[str, Form()] = "",
    link: Annotated[str, Form()] = "",
    area_codes: Annotated[list[str] | None, Form()] = None,
    starts_at: Annotated[str, Form()] = "",
    ends_at: Annotated[str, Form()] = "",
) -> Response:
    typed = {
        "title": title, "body": body, "link": link, "area_codes": area_codes or [], "starts_at": starts_at,
        "ends_at": ends_at,
    }  # fmt: skip
    try:
        draft = read_notice(typed)
        with session.begin_nested():
            notices.write_notice(session, page.actor, draft)
    except BadInput as problem:
        problems = problems_by_field(problem)
        return _show(page, session, now, choices, status=422, typed=typed, problems=problems)
    return go_to("/curate/notices?done=written")


def read_notice(typed: dict[str, Any]) -> NoticeDraft:
    """What was typed, its times as London's. Raises BadInput that names each field."""
    problems: dict[str, str] = {}
    times = {}
    for name in ("starts_at", "ends_at"):
        try:
            times[name] = datetime.strptime(typed[name][:16], LOCAL).replace(tzinfo=LONDON)
        except ValueError:
            problems[name] = "Give a day and a time."
    if not problems:
        try:
            return NoticeDraft.model_validate(typed | times)
        except ValidationError as error:
            for one in error.errors():
                field = str(one["loc"][0]) if one["loc"] else "ends_at"
                problems[field] = WRONG.get(field, one["msg"].removeprefix("Value error, "))
                if field == "ends_at":
                    problems[field] = one["msg"].removeprefix("Value error, ")
    raise BadInput(
        "The notice could not be written.",
        errors=[FieldProblem(field=name, message=words) for name, words in problems.items()],
    )


@router.form("/{notice_id}/end")
def end(notice_id: UUID, page: CuratePage, session: Write, now: Now) -> Response:
    notices.end_notice(session, page.actor, notice_id, now=now)
    return go_to(f"/curate/notices?done=ended&notice={notice_id}")


@router.form("/{notice_id}/back")
def bring_back(notice_id: UUID, page: CuratePage, session: Write) -> Response:
    notices.bring_back_notice(session, page.actor, notice_id)
    return go_to("/curate/notices?done=back")
