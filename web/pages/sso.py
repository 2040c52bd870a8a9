"""Signing in through one's organisation (OpenID Connect): there, and back again."""

from typing import Final

from fastapi import Request, Response

from api.accounts import oidc, signing_in
from api.accounts.dependencies import Write
from api.dependencies import AppSettings, Now
from api.errors import BadInput, NotAllowed, NotFound
from api.secrets import same
from api.settings import Settings
from web.pages.browser import drop_cookie, keep_cookie, let_in, read_signed, safe_next, sign, site_of
from web.pages.page import PageRouter, go_to

router = PageRouter()
COOKIE: Final = "hereabouts_sign_on"
LASTS_S: Final = 600
CALLBACK: Final = "/sign-in/oidc/callback"
NOT_BEGUN: Final = (
    "That was begun in another browser, or took too long. Go to the sign-in page and try again."
)
TURNED_BACK: Final = "You were not signed in there. Try again, or sign in with a link by e-mail."


def get_setting(settings: Settings) -> oidc.Setting:
    """Raises NotFound where there is none."""
    setting = oidc.find_setting(settings)
    if setting is None:
        raise NotFound("Signing in through an organisation is not set up here.")
    return setting


# These pages hold no connection while the provider takes its time.
@router.page("/sign-in/oidc")
def go_there(request: Request, settings: AppSettings, next: str = "") -> Response:
    setting = get_setting(settings)
    begun = oidc.begin(setting, callback=site_of(request, settings).link(CALLBACK))
    said = {"state": begun.state, "nonce": begun.nonce, "verifier": begun.verifier, "next": safe_next(next)}
    reply = go_to(begun.url)
    keep_cookie(reply, request, settings, COOKIE, sign(settings, COOKIE, said), seconds=LASTS_S)
    return reply


@router.page(CALLBACK)
def come_back(
    request: Request, settings: AppSettings, session: Write, now: Now, state: str = "", code: str = ""
) -> Response:
    setting = get_setting(settings)
    said = read_signed(settings, COOKIE, request.cookies.get(COOKIE), seconds=LASTS_S)
    if said is None or not same(state, said["state"]):
        raise BadInput(NOT_BEGUN)
    if not code:
        raise BadInput(TURNED_BACK)
    known = oidc.finish(
        setting,
        callback=site_of(request, settings).link(CALLBACK),
        code=code,
        nonce=said["nonce"],
        verifier=said["verifier"],
    )
    person = oidc.find_person(session, known)
    if person is None or not signing_in.may_come_in(person, settings):
        raise NotAllowed(
            f"{setting.name} knows you, but you have no account here. Ask your coordinator for one."
        )
    reply = let_in(request, settings, session, person, how="single sign-on", next=said["next"], now=now)
    drop_cookie(reply, request, settings, COOKIE)
    return reply
