"""How an operation's description says what may go wrong: the problem document of `api.errors`, by status."""

from typing import Any, Final

from pydantic import BaseModel

from api.errors import FieldProblem

WHEN: Final[dict[int, str]] = {
    204: "Nothing to show here",
    304: "As you have it: nothing has changed",
    308: "It is at another address now: see `Location`",
    401: "Sign in, or send a key that is good",
    403: "Not allowed: the detail says why",
    404: "No such thing",
    412: "Somebody saved it first: both versions are in the reply",
    413: "More than we take at once",
    415: "Not a form we can read",
    422: "Something sent could not be used: the detail says what and why",
    428: "Say which version you have seen, with `If-Match`",
    429: "Too many at once: try again later",
    503: "The directory is resting: try again in a minute",
}
_EMPTY: Final = frozenset({204, 304})


class Problem(BaseModel):
    """A problem document (RFC 9457); some problems carry more fields."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] = []


def may_answer(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For `responses=` of a route. 422 and 503 may come from every one."""
    return {status: _described(status) for status in statuses}


def _described(status: int) -> dict[str, Any]:
    if status in _EMPTY:
        return {"description": WHEN[status]}
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": WHEN[status],
        "model": Problem,
        "content": {"application/problem+json": {"schema": schema}},
    }
