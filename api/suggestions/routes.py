"""`POST /api/v1/suggestions`: a new entry, a change or a report, without an account; never live."""

from fastapi import APIRouter, Request

from api.accounts.dependencies import Write
from api.dependencies import AppSettings, Now, client_address
from api.errors import BadInput, FieldProblem, TooMany
from api.problems import may_answer
from api.suggestions import service
from api.suggestions.guard import TOO_OFTEN, SmallBodyRoute, sent_too_often
from api.suggestions.letters import spell
from api.suggestions.schemas import Receipt, ReceiptOut, Sender, SuggestionIn

router = APIRouter(prefix="/api/v1/suggestions", tags=["suggestions"], route_class=SmallBodyRoute)


@router.post("", status_code=202, responses=may_answer(404, 413, 429))
def send_suggestion(
    request: Request, body: SuggestionIn, session: Write, settings: AppSettings, now: Now
) -> ReceiptOut:
    """It waits for a curator; nothing the public sees changes until then. `new` needs `fields.name`; `change`
    needs `entry` and `fields` or a `note`; `report` needs `entry` and `reason`."""
    if sent_too_often(session, settings, address=client_address(request), now=now):
        raise TooMany(TOO_OFTEN)
    receipt = _send(body, session, settings, now)
    reference = spell(receipt.reference)
    return ReceiptOut(reference=reference, status_url=f"/suggestions/{reference}")


def _send(body: SuggestionIn, session: Write, settings: AppSettings, now: Now) -> Receipt:
    sender = Sender(email=body.email, note=body.note)
    if body.what == "new":
        return service.suggest_new(session, body.fields, sender=sender, settings=settings, now=now)
    if body.entry is None:
        raise _missing("entry", "Say which entry it is about, by its id or slug.")
    if body.what == "change":
        return service.suggest_change(
            session, body.entry, body.fields, sender=sender, settings=settings, now=now
        )
    if body.reason is None:
        raise _missing("reason", "Say what is wrong.")
    return service.report(session, body.entry, body.reason, sender=sender, settings=settings, now=now)


def _missing(field: str, message: str) -> BadInput:
    return BadInput(message, errors=[FieldProblem(field=field, message=message)])
