"""The gate of pages about accounts: a person at a browser, never a partner's key."""

from typing import Annotated, Any, Final

from fastapi import Depends

from api.accounts import service as accounts
from api.accounts.dependencies import SignedIn, Write
from api.models import Person
from api.permissions import is_at_browser, require


def _at_browser(actor: SignedIn) -> None:
    require(is_at_browser(actor))


AT_BROWSER: Final[Any] = Depends(_at_browser, scope="function")


def get_me(actor: SignedIn, session: Write) -> Person:
    return accounts.get_open_person(session, actor.id)


Me = Annotated[Person, Depends(get_me, scope="function")]
