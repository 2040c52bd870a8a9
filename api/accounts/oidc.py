"""Single sign-on by OpenID Connect: the way to the provider, and who it says has come back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import structlog
from authlib.integrations.requests_client import OAuth2Session  # type: ignore[import-untyped]
from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
from joserfc import jwt
from joserfc.jwk import KeySet
from sqlalchemy.orm import Session

from api.accounts import queries, service
from api.errors import HereaboutsError
from api.models import Person
from api.secrets import new_token
from api.settings import Settings

log = structlog.get_logger()
WAIT_S: Final = 8.0
LEEWAY_S: Final = 120
# Those that need the provider's own secret key: an HMAC could be made by anyone who knows ours.
ALGORITHMS: Final = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")


class SignOnFailed(HereaboutsError):
    """The provider is away, or what it says cannot be believed. The log says why; the person only that."""

    status = 502
    title = "That way to sign in does not work now"


@dataclass(frozen=True)
class Setting:
    """The provider of this directory."""

    issuer: str
    client_id: str
    client_secret: str | None
    name: str


@dataclass(frozen=True)
class Begun:
    """What comes back must fit: `state` and `nonce` to this try, `verifier` to its code (PKCE)."""

    url: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Known:
    """Who the provider says it is. `email` is None unless the provider has seen that it is theirs."""

    subject: str
    email: str | None


def find_setting(settings: Settings) -> Setting | None:
    """None where no provider is set."""
    if not settings.oidc_issuer or not settings.oidc_client_id:
        return None
    return Setting(
        settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret, settings.oidc_name
    )


def begin(setting: Setting, *, callback: str) -> Begun:
    """Where to send the browser. Raises SignOnFailed."""
    state, nonce, verifier = new_token(), new_token(), new_token()
    with _client(setting, callback) as client:
        found = _discover(client, setting)
        url, _state = client.create_authorization_url(
            found["authorization_endpoint"], state=state, nonce=nonce, code_verifier=verifier
        )
    return Begun(url, state, nonce, verifier)


def finish(setting: Setting, *, callback: str, code: str, nonce: str, verifier: str) -> Known:
    """Trade the code for who it is. Raises SignOnFailed."""
    with _client(setting, callback) as client:
        found = _discover(client, setting)
        with _doubting("the code could not be traded"):
            token = client.fetch_token(
                found["token_endpoint"], code=code, code_verifier=verifier, grant_type="authorization_code"
            )
            claims = _read_id_token(client, setting, found, token, nonce=nonce)
            return _known(client, setting, found, claims)


def _client(setting: Setting, callback: str) -> Any:
    return OAuth2Session(
        setting.client_id,
        setting.client_secret,
        # A public client is held by PKCE alone.
        token_endpoint_auth_method="client_secret_basic" if setting.client_secret else "none",
        scope="openid email",
        redirect_uri=callback,
        code_challenge_method="S256",
        default_timeout=WAIT_S,
    )


class _doubting:
    """Whatever goes wrong with another's answer is one thing to the person, and told in full in the log."""

    def __init__(self, what: str) -> None:
        self.what = what

    def __enter__(self) -> None:
        return None

    def __exit__(self, _type: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, Exception) and not isinstance(error, SignOnFailed):
            log.warning("single sign-on failed", what=self.what, error=f"{type(error).__name__}: {error}")
            raise SignOnFailed(
                "Signing in there did not work. Try again, or sign in with a link by e-mail."
            ) from error


def _discover(client: Any, setting: Setting) -> Mapping[str, str]:
    with _doubting("the provider's description could not be had"):
        issuer = setting.issuer.rstrip("/")
        found: Mapping[str, str] = _get(client, f"{issuer}/.well-known/openid-configuration")
        if found["issuer"].rstrip("/") != issuer:
            raise ValueError(f"the provider calls itself {found['issuer']}")
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            _refuse_open(found[name])
        return found


def _get(client: Any, url: str) -> Any:
    _refuse_open(url)
    reply = client.get(url, withhold_token=True)
    reply.raise_for_status()
    return reply.json()


def _refuse_open(url: str) -> None:
    """Only this machine may be asked without TLS."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise ValueError(f"{url} is not an https address")


def _read_id_token(
    client: Any, setting: Setting, found: Mapping[str, str], token: Mapping[str, Any], *, nonce: str
) -> Mapping[str, Any]:
    keys = KeySet.import_key_set(_get(client, found["jwks_uri"]))
    read = jwt.decode(token["id_token"], keys, algorithms=ALGORITHMS)
    claims = CodeIDToken(
        read.claims,
        read.header,
        {
            "iss": {"essential": True, "value": found["issuer"]},
            "aud": {"essential": True, "value": setting.client_id},
            "sub": {"essential": True},
            "nonce": {"essential": True, "value": nonce},
        },
        {"nonce": nonce, "client_id": setting.client_id, "access_token": token.get("access_token")},
    )
    claims.validate(leeway=LEEWAY_S)
    checked: Mapping[str, Any] = claims
    return checked


def _known(client: Any, setting: Setting, found: Mapping[str, str], claims: Mapping[str, Any]) -> Known:
    """Some providers keep the address out of the token and tell it when asked."""
    about = claims
    if "email" not in claims and "userinfo_endpoint" in found:
        _refuse_open(found["userinfo_endpoint"])
        reply = client.get(found["userinfo_endpoint"])
        reply.raise_for_status()
        about = reply.json()
        if about.get("sub") != claims["sub"]:
            raise ValueError("the provider answers about somebody else")
    email = about.get("email") if about.get("email_verified") in (True, "true") else None
    return Known(f"{setting.issuer.rstrip('/')} {claims['sub']}", email)


def find_person(session: Session, known: Known) -> Person | None:
    """Who has an account here: by the provider's own number for them, the first time by their address."""
    person = queries.find_person_by_subject(session, known.subject)
    if person is not None or known.email is None:
        return person if person is not None and person.closed_at is None else None
    person = service.find_person(session, known.email)
    if person is None or person.closed_at is not None or person.oidc_subject is not None:
        return None
    person.oidc_subject = known.subject
    session.flush()
    service.note_event(session, person.id, "single sign-on joined")
    return person
