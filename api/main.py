"""The directory's JSON face as one FastAPI app; `web.main` adds the pages to it."""

from http import HTTPStatus
from typing import Any

import orjson
import psycopg
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from psycopg_pool import PoolTimeout
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.exc import TimeoutError as QueueTimeout
from starlette.exceptions import HTTPException

from api.addresses import methods_of, without_stray_slash
from api.areas.routes import router as areas
from api.connectors.routes import router as connectors
from api.editing.routes import router as editing
from api.entries.routes import router as entries
from api.errors import BadInput, Busy, FieldProblem, HereaboutsError, Moved, NotFound, Unavailable
from api.head import AnswerHead
from api.health.routes import router as health
from api.map.door import MapDoor
from api.map.routes import router as map_
from api.places.routes import router as places
from api.problems import may_answer
from api.search.routes import router as search
from api.settings import Settings, get_settings
from api.state import DirectoryState, lifespan, open_state
from api.suggestions.routes import router as suggestions
from api.taxonomy.routes import router as taxonomy
from api.wording import refusal

log = structlog.get_logger()
AWAY = "The directory cannot reach its records just now. Nothing is lost. Please try again in a minute."
BUSY = (
    "Others are saving just now, most likely a long list that is brought in. Nothing else can be saved until "
    "they are done. Nothing is lost."
)
AWAY_ERRORS = (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout, OperationalError, QueueTimeout)
UNREADABLE = "We could not read what was sent. Send it as a form or as JSON, in UTF-8."
TITLES = {405: "Not possible here", 413: "More than we take at once"}
NUL = "What was sent holds a letter that cannot be kept (NUL). Type it again, and send it once more."
BROKEN = "Something went wrong on our side. It has been written down for us to mend. Please try again."


def create_api(settings: Settings | None = None) -> FastAPI:
    """The JSON API alone. Its docs page is drawn by `web`, so that it loads nothing from another host."""
    _keep_logs_plain()
    app = FastAPI(
        title="Hereabouts",
        version="1",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        responses=may_answer(422, 503),
        lifespan=lifespan,
        # It would lead to the host that the request names; `without_stray_slash` names none.
        redirect_slashes=False,
    )
    app.state.directory = open_state(settings or get_settings())
    for router in (
        health, search, map_, entries, editing, places, connectors, areas, taxonomy, suggestions
    ):  # fmt: skip
        app.include_router(router)
    add_error_handlers(app)
    # Added first is innermost: whatever the pages add goes round it.
    app.add_middleware(MapDoor)
    app.add_middleware(AnswerHead)
    return app


def _keep_logs_plain() -> None:
    """A fault is logged with its trace alone. Drawn with every local value, as is structlog's way, it holds
    up all visitors for seconds, and what they typed would stand in the log."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
        ]
    )


def add_error_handlers(app: FastAPI) -> None:
    """Every way of failing ends as one problem document."""
    app.add_exception_handler(HereaboutsError, _answer_problem)
    app.add_exception_handler(RequestValidationError, _answer_problem)
    app.add_exception_handler(HTTPException, _answer_problem)
    for away in AWAY_ERRORS:
        app.add_exception_handler(away, _answer_problem)
    app.add_exception_handler(Exception, _answer_problem)


async def _answer_problem(request: Request, error: Exception) -> Response:
    problem = await understand_error(request, error)
    return problem_response(problem)


async def understand_error(request: Request, error: Exception) -> HereaboutsError:
    """Any exception as one of ours; what we did not foresee is logged and said plainly."""
    if isinstance(error, HereaboutsError):
        return error
    if isinstance(error, RequestValidationError):
        return refusal(error.errors(), whole="body")
    if isinstance(error, HTTPException):
        return _from_http(request, error)
    if _is_nul(error):
        return BadInput(NUL)
    if _is_busy(error):
        log.warning("others are saving", path=_route_of(request))
        return Busy(BUSY)
    if isinstance(error, AWAY_ERRORS):
        log.warning("database away", error=type(error).__name__)
        state: DirectoryState = request.app.state.directory
        await state.mend_pool()
        return Unavailable(AWAY)
    log.error("unforeseen error", path=_route_of(request), exc_info=error)
    return HereaboutsError(BROKEN)


def _is_nul(error: Exception) -> bool:
    """PostgreSQL's text cannot hold it, and psycopg refuses it before anything is sent."""
    refused = error.orig if isinstance(error, DataError) else error
    return isinstance(refused, psycopg.DataError) and "NUL (0x00)" in str(refused)


def _is_busy(error: Exception) -> bool:
    """Whether what it waited for is held by another: a row, or all connections that may save."""
    refused = error.orig if isinstance(error, OperationalError) else error
    return isinstance(refused, psycopg.errors.LockNotAvailable | QueueTimeout)


def _route_of(request: Request) -> str:
    """The address without what stands in it: that may be the secret of a letter, which no log holds."""
    return str(getattr(request.scope.get("route"), "path", "unknown"))


def _from_http(request: Request, error: HTTPException) -> HereaboutsError:
    if error.status_code == 404:
        if meant := without_stray_slash(request):
            return Moved("This address is written with one slash more or less.", extra={"location": meant})
        return NotFound("There is nothing at this address. It may have moved, or the link may be wrong.")
    if error.status_code == 400:
        return BadInput(UNREADABLE, errors=[FieldProblem(field="body", message=UNREADABLE)])
    problem = HereaboutsError(str(error.detail))
    problem.status = error.status_code
    problem.title = TITLES.get(error.status_code) or HTTPStatus(error.status_code).phrase
    problem.headers = dict(error.headers or {})
    if error.status_code == 405:
        problem.headers["Allow"] = ", ".join(methods_of(request))
        problem.detail = f"Nothing can be done with {request.method} at this address."
    return problem


def problem_response(problem: HereaboutsError) -> Response:
    """The problem document, with the way on where there is one."""
    headers = dict(problem.headers)
    if isinstance(problem, Moved):
        headers["Location"] = problem.extra["location"]
    if problem.status == 503:
        headers["Retry-After"] = "10"
    body: dict[str, Any] = problem.problem()
    return Response(
        orjson.dumps(body), problem.status, headers=headers, media_type="application/problem+json"
    )
