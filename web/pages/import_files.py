"""A file on its way in: how far it is, what its columns mean, what it would change, what is done with it."""

from dataclasses import dataclass
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import BackgroundTasks, Depends
from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, Response

from api.accounts.dependencies import Write, needs
from api.dependencies import AppSettings, State
from api.entries.vocabulary import KIND_WORDS
from api.errors import BadInput, HereaboutsError
from api.models import Upload
from api.permissions import require
from api.taxonomy import service as taxonomy
from ingest import uploads
from ingest.exporting import get_run
from ingest.saved import Mapping, parse_mapping
from ingest.upload_work import work
from ingest.uploads import folder_of, may_handle
from web.bodies import Form, text_of
from web.pages.import_words import MEANING_WORDS, PRIVACY_WORDS, WHEN_GONE_WORDS
from web.pages.mapping_form import (
    CONTACTS_WORDS,
    MOST_WORDS,
    as_typed,
    contacts_choice,
    kinds_said,
    lines_of,
    look_over,
    read_mapping_form,
)
from web.pages.page import CuratePage, PageRouter, SignedInPage, go_to
from web.pages.run_report import describe_run

router = PageRouter(prefix="/curate/imports/files", dependencies=[needs("coordinator")])
BUSY: Final = ("waiting", "working")


@dataclass(frozen=True)
class AfterReply:
    """Work on a file begins when the reply has been sent, and goes on whether or not anybody looks."""

    settings: AppSettings
    state: State
    tasks: BackgroundTasks

    def work_at(self, upload_id: UUID) -> Response:
        self.tasks.add_task(work, self.state.write, folder_of(self.settings), upload_id)
        return go_to(f"/curate/imports/files/{upload_id}")


After = Annotated[AfterReply, Depends()]


def _get_upload(page: SignedInPage, session: Session, upload_id: UUID, *, hold: bool = False) -> Upload:
    upload = uploads.get_upload(session, upload_id, hold=hold)
    require(may_handle(session, page.actor, upload))
    return upload


@router.page("/{upload_id}")
def show_file(
    upload_id: UUID, page: CuratePage, session: Write, show: str = "", part: int = 1, edit: bool = False
) -> HTMLResponse:
    """How far a file is; `edit` shows what its columns mean after it was tried."""
    upload = _get_upload(page, session, upload_id)
    if upload.state in BUSY:
        return page.show("imports/working.html", upload=upload)
    if upload.state == "mapped" or (edit and upload.mapping is not None and upload.state != "applied"):
        return _mapping_page(page, session, upload_id)
    return _tried_page(page, session, upload_id, show=show, part=part)


def _tried_page(
    page: SignedInPage, session: Session, upload_id: UUID, *, show: str = "", part: int = 1, **context: Any
) -> HTMLResponse:
    upload = uploads.get_upload(session, upload_id)
    report: dict[str, Any] = {"run": None}
    if upload.run_id is not None and upload.state != "failed":
        run = get_run(session, upload.run_id)
        report = describe_run(session, run, show=show, part=part)
    return page.show(
        "imports/tried.html",
        upload=upload,
        when_gone=WHEN_GONE_WORDS,
        here=f"/curate/imports/files/{upload_id}",
        **(report | context),
    )


def _mapping_page(
    page: SignedInPage,
    session: Session,
    upload_id: UUID,
    *,
    mapping: Mapping | None = None,
    status: int = 200,
    problem: str | None = None,
    terms: str | None = None,
) -> HTMLResponse:
    upload = uploads.get_upload(session, upload_id)
    mapping = mapping or uploads.mapping_of(upload)
    assert mapping is not None
    return page.show(
        "imports/mapping.html",
        status=status,
        upload=upload,
        mapping=mapping,
        problem=problem,
        terms=lines_of(mapping.terms) if terms is None else terms,
        words=kinds_said(mapping, upload)[:MOST_WORDS],
        looks_like=uploads.known_list(session, upload.options.get("looks_like")),
        meanings=list(MEANING_WORDS.items()),
        kinds=[(code, words.label) for code, words in KIND_WORDS.items()],
        privacies=list(PRIVACY_WORDS.items()),
        contacts=contacts_choice(mapping),
        contacts_words=CONTACTS_WORDS,
    )


@router.form("/{upload_id}/mapping")
def mend_mapping(
    upload_id: UUID,
    page: CuratePage,
    session: Write,
    after: After,
    form: Form,
) -> Response:
    """Keep what the columns mean, and try the file with it."""
    upload = _get_upload(page, session, upload_id, hold=True)
    mapping = uploads.mapping_of(upload)
    if mapping is None:
        raise BadInput("We know the columns of this list already. There is nothing to say about them.")
    terms = taxonomy.list_stored(session)
    mended = read_mapping_form(form, mapping, terms=terms)
    try:
        look_over(mended, terms=terms)
        read = parse_mapping(mended, "This")
        uploads.start(session, upload, "try")
    except BadInput as problem:
        return _mapping_page(
            page,
            session,
            upload_id,
            mapping=as_typed(mapping, mended),
            status=422,
            problem=problem.detail,
            terms=text_of(form, "terms", most=20_000),
        )
    uploads.set_mapping(upload, read)
    return after.work_at(upload_id)


@router.form("/{upload_id}/try")
def try_again(
    upload_id: UUID,
    page: CuratePage,
    session: Write,
    after: After,
    form: Form,
) -> Response:
    """Once more, after it failed or with another choice about what is gone."""
    upload = _get_upload(page, session, upload_id, hold=True)
    options: dict[str, Any] = {"whole_file": text_of(form, "whole_file") == "yes"}
    if (chosen := text_of(form, "when_gone")) in WHEN_GONE_WORDS:
        options["when_gone"] = chosen
    task = "look" if upload.task == "look" else "try"
    return _begin(page, session, upload, task, after, **options)


@router.form("/{upload_id}/apply")
def apply(
    upload_id: UUID,
    page: CuratePage,
    session: Write,
    after: After,
) -> Response:
    upload = _get_upload(page, session, upload_id, hold=True)
    if upload.state not in ("tried", *BUSY):
        raise BadInput("Try the file first: you see then what would change.")
    return _begin(page, session, upload, "apply", after)


def _begin(
    page: SignedInPage,
    session: Session,
    upload: Upload,
    task: str,
    after: After,
    **options: Any,
) -> Response:
    if upload.state in BUSY:
        # Pressed twice: the first is at work.
        return go_to(f"/curate/imports/files/{upload.id}")
    try:
        uploads.start(session, upload, task, **options)
    except HereaboutsError as problem:
        return _tried_page(page, session, upload.id, problem=problem.detail)
    return after.work_at(upload.id)


@router.form("/{upload_id}/forget")
def forget(upload_id: UUID, page: CuratePage, session: Write, settings: AppSettings) -> Response:
    """Throw the file away. While it is worked at it stays."""
    upload = _get_upload(page, session, upload_id, hold=True)
    if upload.state in BUSY:
        return _tried_page(page, session, upload_id)
    uploads.forget_upload(session, folder_of(settings), upload)
    return go_to("/curate/imports?done=forgotten")


@router.form("/{upload_id}/stop")
def stop(upload_id: UUID, page: CuratePage, session: Write) -> Response:
    """All or nothing: what is being read or brought in is left as if it had not begun."""
    uploads.stop(_get_upload(page, session, upload_id, hold=True))
    return go_to(f"/curate/imports/files/{upload_id}")


@router.form("/{upload_id}/read-as")
def read_as(upload_id: UUID, page: CuratePage, session: Write, after: After, form: Form) -> Response:
    """It is not a new list: we know what its columns mean."""
    upload = _get_upload(page, session, upload_id, hold=True)
    uploads.read_as(session, page.actor, upload, text_of(form, "code"))
    return after.work_at(upload_id)
