"""Everything that can go wrong in a way a person should read about.

HereaboutsError
├── BadInput (422)        a value we cannot use: names the field and the way on
│   └── PlaceNotFound (422)  `near` that we cannot resolve; carries a code and options to choose from
├── NotFound (404)        no such thing, or none you may know of
├── Moved (308)           it is at another address now
├── EditConflict (412)    someone else saved first; carries both versions
├── NotSignedIn (401)     nobody we know is asking; pages send them to sign in
├── NotAllowed (403)      the rule that refuses says why
├── NeedsVersion (428)    a change without the version it was made from (If-Match)
├── TooMany (429)         tried too often; says when to try again
├── BadSettings           what a deployment has set cannot be used; commands say it, nobody is served
└── Unavailable (503)     the database is away; try again soon
    └── Busy (503)        others are saving a great deal; what was sent may be sent again

Pages and the API show the same `detail`. No reply carries a stack trace or SQL.
"""

from typing import Any

from pydantic import BaseModel


class FieldProblem(BaseModel):
    field: str
    message: str


class HereaboutsError(Exception):
    """`detail` is one plain sentence for the user; `extra` is added to the problem document,
    `headers` to the reply."""

    status = 500
    title = "Something went wrong"
    type = "about:blank"

    def __init__(
        self,
        detail: str,
        *,
        errors: list[FieldProblem] | None = None,
        extra: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = errors or []
        self.extra = extra or {}
        self.headers: dict[str, str] = {}

    def problem(self) -> dict[str, Any]:
        """The RFC 9457 document."""
        body: dict[str, Any] = {
            "type": self.type,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
        }
        if self.errors:
            body["errors"] = [error.model_dump() for error in self.errors]
        return body | self.extra


class BadInput(HereaboutsError):
    status = 422
    title = "We could not use what was sent"


class PlaceNotFound(BadInput):
    title = "We could not find that place"


class NotFound(HereaboutsError):
    status = 404
    title = "Not found"


class Moved(HereaboutsError):
    """`extra["location"]` is the path it is at now."""

    status = 308
    title = "Moved"


class EditConflict(HereaboutsError):
    status = 412
    title = "Someone else saved a change first"


class NeedsVersion(HereaboutsError):
    status = 428
    title = "Say which version you changed"


class NotSignedIn(HereaboutsError):
    status = 401
    title = "Sign in first"


class NotAllowed(HereaboutsError):
    status = 403
    title = "Not allowed"


class TooMany(HereaboutsError):
    status = 429
    title = "Too many at once"


class BadSettings(HereaboutsError):
    """Which setting, and how to write it. Not what was written, which may be a secret."""


class Unavailable(HereaboutsError):
    status = 503
    title = "The directory is resting"


class Busy(Unavailable):
    title = "The directory is busy"
