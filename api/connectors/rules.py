"""What a connector may say of itself: a role, never a person's name, and ways to reach it that work."""

import re
from typing import Final

from api.connectors.schemas import ConnectorDraft

_TITLED: Final = re.compile(r"(mr|mrs|ms|miss|mx|dr|rev|cllr)\b\.?\s+[a-z]", re.IGNORECASE)
_PHONE: Final = re.compile(r"\+?[\d ()-]{5,25}")
_EMAIL: Final = re.compile(r"[^@\s<>\"]{1,64}@[^@\s<>\"]+\.[^@\s<>\".]{2,}")
_WEB: Final = re.compile(r"https?://[^\s<>\"]+\.[^\s<>\"]+", re.IGNORECASE)
_LONGEST: Final = {"organisation": 200, "about": 1_000, "email": 200, "web": 500}


def find_problems(draft: ConnectorDraft) -> dict[str, str]:
    """What is wrong, in words, by field."""
    problems = {}
    if _TITLED.match(draft.role):
        problems["role"] = "Give the role, such as “Community connector”, not the name of who does it."
    if draft.phone and not (_PHONE.fullmatch(draft.phone) and sum(map(str.isdigit, draft.phone)) >= 3):
        problems["phone"] = "Give a phone number, in digits."
    if draft.email and not _EMAIL.fullmatch(draft.email):
        problems["email"] = "Give an e-mail address, such as connector@example.org."
    if draft.web and not _WEB.fullmatch(draft.web):
        problems["web"] = "A web address begins with https://"
    if not (draft.phone or draft.email or draft.web):
        problems["phone"] = "Give at least one way to reach them: phone, e-mail or web."
    for name, most in _LONGEST.items():
        if len(getattr(draft, name) or "") > most:
            problems[name] = f"Use up to {most} letters."
    return problems
