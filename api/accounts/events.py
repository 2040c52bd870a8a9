"""What happened to an account, in the words its owner reads."""

from collections.abc import Mapping
from typing import Any, Final

from api.permissions import ROLE_LABELS

HOW_WORDS: Final = {
    "password": "with the password",
    "link": "with a link by e-mail",
    "invitation": "with the invitation",
    "reset": "with a link for a new password",
    "single sign-on": "through your organisation",
    "claim": "with a link to the address of an entry",
}
_WORDS: Final = {
    "account made": "The account was made",
    "account opened again": "The account was opened again",
    "account closed": "The account was closed",
    "invited": "An invitation was sent",
    "looks after an entry": "You look after an entry now",
    "no longer looks after an entry": "You no longer look after an entry",
    "name changed": "The name was changed",
    "new password asked for": "A link for a new password was sent",
    "password set": "A password was set",
    "recovery code used": "A recovery code was used",
    "second step switched on": "Codes from a phone were switched on",
    "second step switched off": "Codes from a phone were switched off",
    "signed out everywhere": "Browsers were signed out",
    "single sign-on joined": "Signing in through your organisation was joined to the account",
}


def event_words(what: str, detail: Mapping[str, Any], areas: Mapping[str, str]) -> str:
    """One line; `areas` gives names by code."""
    if what in ("role given", "role taken away"):
        role = ROLE_LABELS.get(detail.get("role") or "navigator", "")
        code = detail.get("area")
        where = "everywhere" if code is None else f"for {areas.get(code, code)}"
        done = "was given" if what == "role given" else "was taken away"
        return f"The role {role.lower()} {where} {done}"
    if what == "signed in":
        return f"Signed in {HOW_WORDS.get(detail.get('how', ''), '')}".strip()
    if what in ("key made", "key ended"):
        return f"The key “{detail.get('name', '')}” {'was made' if what == 'key made' else 'was ended'}"
    return _WORDS.get(what, what.capitalize())
