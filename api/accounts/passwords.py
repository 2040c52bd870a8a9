"""Passwords: long over complex, never one that everybody uses (NCSC), kept as argon2 hashes."""

from functools import lru_cache
from typing import Final

from pwdlib import PasswordHash

from api.accounts.common_passwords import is_common
from api.errors import BadInput, FieldProblem

SHORTEST: Final = 12
LONGEST: Final = 200


@lru_cache
def _hasher() -> PasswordHash:
    return PasswordHash.recommended()


@lru_cache
def _nobodys_hash() -> str:
    """Checked when there is no account, so that the time taken does not tell."""
    return _hasher().hash("nobody has this password")


def hash_password(password: str, *, about: str = "") -> str:
    """Raises BadInput when it is too short, too common, or says who they are (`about`: address and name)."""
    problem = _problem(password, about.casefold())
    if problem:
        raise BadInput(problem, errors=[FieldProblem(field="password", message=problem)])
    return _hasher().hash(password)


def _problem(password: str, about: str) -> str | None:
    plain = password.casefold()
    if len(password) < SHORTEST:
        return f"Use at least {SHORTEST} letters. Three words that do not belong together are easy to keep."
    if len(password) > LONGEST:
        return f"Use at most {LONGEST} letters."
    if is_common(password):
        return "Many people use that one, so it is guessed first. Three words of your own are better."
    if plain in about.split() or any(len(part) > 5 and plain.startswith(part) for part in about.split()):
        return "That is too close to your own name or address. Three other words are better."
    return None


def check_password(password: str, stored: str | None) -> bool:
    """Takes as long when nothing is stored, or when the text is far too long to be one."""
    given = password[: LONGEST + 1]
    return _hasher().verify(given, stored or _nobodys_hash()) and stored is not None
