"""Words: synonyms, stop words and the terms of the taxonomy, kept by those who hear how people ask."""

import re
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Form
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, Response

from api.accounts.dependencies import Write, needs
from api.curation import service as curation
from api.dependencies import Now
from api.errors import BadInput, NotFound
from api.permissions import may_coordinate, require
from api.search import sayings
from api.taxonomy import service as taxonomy
from web.pages.forms import problems_by_field
from web.pages.page import CuratePage, PageRouter, SignedInPage, go_to

router = PageRouter(prefix="/curate/words", dependencies=[needs("curator")])
SAID: Final = {
    "group": "The words are kept. Searches know them within a quarter of an hour.",
    "stop": "Searches pass over that word from now on.",
    "removed": "Removed.",
    "term": "The term is changed, and the entries that carry it are shown anew.",
    "undone": "Undone.",
}
SCHEME_TITLES: Final = {"need": "Needs", "audience": "Who it is for", "kind": "Everyday names of the kinds"}
Text = Annotated[str, Form(max_length=2000)]


def split_words(text: str) -> list[str]:
    """Words and phrases as people type lists: by line or by comma."""
    return [word.strip() for word in re.split(r"[,\n]", text) if word.strip()]


@router.page("")
def show_words(page: CuratePage, session: Write, done: str = "", deed: UUID | None = None) -> HTMLResponse:
    return _show(page, session, said=SAID.get(done), deed=deed if done == "removed" else None)


def _show(page: SignedInPage, session: Session, *, status: int = 200, **context: Any) -> HTMLResponse:
    plain: dict[str, Any] = {"said": None, "deed": None, "problems": {}, "typed": {}}
    return page.show(
        "sayings/index.html",
        status=status,
        groups=sayings.list_groups(session),
        stop_words=sayings.list_stop_words(session),
        terms=taxonomy.list_stored(session),
        scheme_titles=SCHEME_TITLES,
        may_change_terms=may_coordinate(page.actor, ()) is True,
        **(plain | context),
    )


def _wrong(page: SignedInPage, session: Session, problem: BadInput, **typed: str) -> HTMLResponse:
    problems = problems_by_field(problem, otherwise="words")
    return _show(page, session, status=422, problems=problems, typed=typed)


@router.form("/groups")
def save_group(
    page: CuratePage,
    session: Write,
    words: Text = "",
    one_way_from: Text = "",
    group_id: Annotated[int | None, Form()] = None,
) -> Response:
    try:
        sayings.save_group(session, split_words(words), one_way_from=one_way_from or None, group_id=group_id)
    except BadInput as problem:
        return _wrong(page, session, problem, words=words, one_way_from=one_way_from)
    return go_to("/curate/words?done=group")


@router.form("/groups/{group_id}/remove")
def remove_group(group_id: int, page: CuratePage, session: Write) -> Response:
    words, one_way_from = sayings.remove_group(session, group_id)
    deed = curation.note_deed(session, page.actor, "group", [{"words": words, "from": one_way_from}])
    return go_to(f"/curate/words?done=removed&deed={deed}")


@router.form("/stop-words")
def add_stop_word(page: CuratePage, session: Write, word: Text = "") -> Response:
    try:
        sayings.add_stop_word(session, word)
    except BadInput as problem:
        return _wrong(page, session, BadInput(problem.detail, errors=_as_field(problem, "word")), word=word)
    return go_to("/curate/words?done=stop#stop-words")


def _as_field(problem: BadInput, field: str) -> list[Any]:
    return [one.model_copy(update={"field": field}) for one in problem.errors]


@router.form("/stop-words/remove")
def remove_stop_word(page: CuratePage, session: Write, word: Text) -> Response:
    sayings.remove_stop_word(session, word)
    deed = curation.note_deed(session, page.actor, "stop word", [{"word": word}])
    return go_to(f"/curate/words?done=removed&deed={deed}")


@router.form("/terms")
def save_term(
    page: CuratePage,
    session: Write,
    scheme: Text = "",
    code: Text = "",
    label: Text = "",
    term_words: Text = "",
) -> Response:
    """A term is the whole directory's: only who looks after all of it may change one."""
    require(may_coordinate(page.actor, ()))
    try:
        if code:
            taxonomy.change_term(session, scheme, code, label=label, words=split_words(term_words))
        else:
            taxonomy.add_term(session, scheme, label=label, words=split_words(term_words))
    except BadInput as problem:
        return _wrong(page, session, problem, label=label, term_words=term_words, scheme=scheme)
    return go_to("/curate/words?done=term#terms")


@router.form("/undo/{deed_id}")
def undo(deed_id: UUID, page: CuratePage, session: Write, now: Now) -> Response:
    deed = curation.take_back(session, page.actor, deed_id, now=now)
    for item in deed.items:
        if deed.what == "group":
            sayings.save_group(session, item["words"], one_way_from=item["from"])
        elif deed.what == "stop word":
            sayings.add_stop_word(session, item["word"])
        else:
            raise NotFound("That cannot be undone here.")
    return go_to("/curate/words?done=undone")
