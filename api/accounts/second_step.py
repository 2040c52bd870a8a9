"""The second step of signing in: a code from a phone (TOTP, RFC 6238), or one of the codes kept on paper."""

import secrets
from datetime import datetime
from typing import Final

import pyotp
from sqlalchemy.orm import Session

from api.accounts import letters, queries, service
from api.accounts.letters import Site
from api.accounts.passwords import check_password
from api.accounts.signing_in import tried_too_often
from api.errors import BadInput, FieldProblem
from api.models import Person
from api.secrets import keyed_hash, same
from api.settings import Settings

STEP_S: Final = 30
# A phone's clock may be half a minute off.
STEPS_AROUND: Final = (-1, 0, 1)
RECOVERY_CODES: Final = 10
# No letter that looks like another.
LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
WRONG_CODE: Final = "That code is not right, or was used before. Wait for the next one and type that."
TOO_OFTEN: Final = "That was tried too often. Wait a quarter of an hour."
WRONG_PASSWORD: Final = "That is not your password."


def has_second_step(person: Person) -> bool:
    return person.totp_on_at is not None


def start(person: Person) -> None:
    """A new secret for the phone. It counts once a code of it was typed."""
    if not has_second_step(person):
        person.totp_secret, person.totp_last_step = pyotp.random_base32(), None


def phone_address(person: Person, *, title: str) -> str:
    """What the QR code holds (`otpauth://`)."""
    return pyotp.TOTP(person.totp_secret or "").provisioning_uri(name=person.email, issuer_name=title)


def switch_on(session: Session, person: Person, settings: Settings, code: str, *, now: datetime) -> list[str]:
    """Returns the recovery codes, to be shown once. Raises BadInput when the code is not the phone's."""
    if has_second_step(person) or not _is_phones(session, person, code, now=now):
        raise _bad_code(WRONG_CODE)
    person.totp_on_at = now
    codes = [_new_code() for _ in range(RECOVERY_CODES)]
    queries.keep_recovery_codes(session, person.id, [_code_hash(settings, person, code) for code in codes])
    service.note_event(session, person.id, "second step switched on")
    return codes


def switch_off(
    session: Session,
    person: Person,
    settings: Settings,
    site: Site,
    *,
    password: str,
    code: str,
    now: datetime,
) -> None:
    """Needs the password, where there is one, and a code. Raises BadInput."""
    if person.password_hash and not check_password(password, person.password_hash):
        raise BadInput(WRONG_PASSWORD, errors=[FieldProblem(field="password", message=WRONG_PASSWORD)])
    if not is_right_code(session, person, settings, code, now=now):
        raise _bad_code(WRONG_CODE)
    person.totp_secret = person.totp_on_at = person.totp_last_step = None
    queries.keep_recovery_codes(session, person.id, [])
    service.note_event(session, person.id, "second step switched off")
    letters.send_word(session, person, site, f"Signing in to {site.title} no longer asks you for a code.")


def is_right_code(session: Session, person: Person, settings: Settings, code: str, *, now: datetime) -> bool:
    """Whether it is a code of the phone or of the paper, not used before. It is used up by asking."""
    if not has_second_step(person):
        return False
    if _is_phones(session, person, code, now=now):
        return True
    if queries.use_recovery_code(session, person.id, _code_hash(settings, person, code), now=now):
        service.note_event(session, person.id, "recovery code used")
        return True
    return False


def tried_codes_too_often(
    session: Session, person: Person, settings: Settings, *, address: str, now: datetime
) -> bool:
    return tried_too_often(session, settings, "second step", account=str(person.id), address=address, now=now)


def codes_left(session: Session, person: Person) -> int:
    return queries.count_recovery_codes(session, person.id)


def _is_phones(session: Session, person: Person, code: str, *, now: datetime) -> bool:
    """Each code opens once: later only a newer one does, also of two that come at once."""
    if person.totp_secret is None:
        return False
    typed = "".join(code.split())
    this_step = int(now.timestamp()) // STEP_S
    for step in (this_step + around for around in STEPS_AROUND):
        if same(typed, pyotp.TOTP(person.totp_secret).generate_otp(step)):
            return queries.take_totp_step(session, person.id, step)
    return False


def _new_code() -> str:
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))


def _code_hash(settings: Settings, person: Person, code: str) -> str:
    plain = "".join(letter for letter in code.casefold() if letter.isalnum())
    return keyed_hash(settings, "recovery code", f"{person.id} {plain}")


def _bad_code(message: str) -> BadInput:
    return BadInput(message, errors=[FieldProblem(field="code", message=message)])
