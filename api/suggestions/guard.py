"""Bots are met by a field that people do not see, by the time a form was open, and by how often one network
address sends: never by a puzzle. Whoever is refused sees the same calm page, with all they typed."""

from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any, Final

from fastapi import HTTPException, Request, Response
from fastapi.routing import APIRoute
from sqlalchemy.orm import Session
from starlette.types import Message, Receive

from api.accounts.service import too_many
from api.secrets import keyed_hash, same
from api.settings import Settings

LEAST_OPEN: Final = timedelta(seconds=3)
# Two taps take less.
LEAST_OPEN_REPORT: Final = timedelta(seconds=1.5)
MOST_OPEN: Final = timedelta(days=1)
# A library or a village hall sends from one address.
MOST_AN_HOUR: Final = 20
MOST_A_DAY: Final = 60
MOST_BYTES: Final = 256 * 1024

UNSURE: Final = (
    "We could not be sure that a person sent this. Nothing you typed is lost. Please look it over, wait a "
    "few seconds, and send it once more."
)
TOO_OFTEN: Final = (
    "A lot has been sent from your network just now, so we have not taken this yet. Nothing you typed "
    "is lost. Please send it again in an hour."
)


def seal_time(settings: Settings, now: datetime) -> str:
    """When a form was made, so that nobody can write another time into it."""
    moment = f"{now.timestamp():.1f}"
    return f"{moment}.{keyed_hash(settings, 'form time', moment)}"


def looks_sent_by_hand(
    settings: Settings, *, seal: str, trap: str, now: datetime, least: timedelta = LEAST_OPEN
) -> bool:
    """`trap` is the field people do not see. A form that was open for more than a day is shown again too:
    what it says of an entry may be old."""
    moment, _, proof = seal.rpartition(".")
    if trap or not same(proof, keyed_hash(settings, "form time", moment)):
        return False
    return least.total_seconds() <= now.timestamp() - float(moment) <= MOST_OPEN.total_seconds()


def sent_too_often(session: Session, settings: Settings, *, address: str, now: datetime) -> bool:
    """Whether this network address has sent all it may; if not, this one is counted."""
    limits = ((MOST_AN_HOUR, timedelta(hours=1)), (MOST_A_DAY, timedelta(days=1)))
    return any(
        too_many(session, settings, f"suggestion within {within}", address, most=most, within=within, now=now)
        for most, within in limits
    )


class SmallBodyRoute(APIRoute):
    """A route that reads no more than `MOST_BYTES`, whatever the request says of its length."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_small(request: Request) -> Response:
            return await handle(Request(request.scope, _limited(request.receive)))

        return handle_small


def _limited(receive: Receive) -> Receive:
    read = 0

    async def receive_some() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > MOST_BYTES:
            raise HTTPException(413, "That is more than we can take at once. Please send a shorter text.")
        return message

    return receive_some
