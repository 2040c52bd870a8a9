"""Checks of an entry's free text: formatting that does not belong, and what may be somebody's own contact."""

import html
import re
from collections.abc import Iterator
from typing import Final

import nh3
import phonenumbers

from api.entries.schemas import ContactDraft, EntryDraft
from api.entries.vocabulary import ContactKind
from ingest.table import Row

_FIELDS: Final = ("name", "summary", "description", "eligibility", "cost_note", "referral_by", "state_note")
_HTML: Final = re.compile(r"<[A-Za-z/!][^>]*>|&(?:[A-Za-z]{2,8}|#\d{1,6});")
_BREAKS: Final = re.compile(r"<(?:br|/p|/li|/div|/h[1-6])\b[^>]*>", re.IGNORECASE)
_MAY_BE_PERSONAL: Final = re.compile(r"@|(?:\+44|\b0044|\b0|\(0\)) ?\(?0?\)? ?7")
_EMAIL: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PERSONAL_HOSTS: Final = re.compile(
    r"@(?:gmail|googlemail|hotmail|outlook|live|msn|yahoo|ymail|aol|icloud|me|btinternet|btopenworld|talktalk|"
    r"sky|ntlworld|virginmedia|blueyonder|tiscali|protonmail|proton)\.",
    re.IGNORECASE,
)
_FIRST_LAST: Final = re.compile(r"([a-z]{2,})[._-]([a-z]{2,})@", re.IGNORECASE)
_ROLE: Final = re.compile(
    r"info|hello|admin|office|enquir|contact|booking|secretary|chair|treasurer|clerk|team|support|help|mail|"
    r"library|service|group|parish|council|hall|centre|center|club|event|volunteer|food|care|community",
    re.IGNORECASE,
)
HELD_BACK: Final = "[held back]"


def check_texts(row: Row, draft: EntryDraft) -> EntryDraft:
    """The draft with plain text alone, and with what may be a person's own phone or e-mail taken out of it
    and kept as a contact that is not public."""
    changed: dict[str, object] = {}
    found: dict[str, tuple[ContactKind, str]] = {}
    for field in _FIELDS:
        text: str | None = getattr(draft, field)
        if not text:
            continue
        plain = _without_personal(row, field, _without_html(row, field, text), found)
        if plain != text:
            changed[field] = plain or None
    if "name" in changed and not changed["name"]:
        del changed["name"]
    if found:
        known = {contact.value for contact in draft.contacts}
        label = "Found in the text: ask before this is shown"
        changed["contacts"] = draft.contacts + [
            ContactDraft(kind=kind, value=value[:200], label=label, public=False)
            for kind, value in found.values()
            if value not in known
        ]
    return draft.model_copy(update=changed) if changed else draft


def _without_html(row: Row, field: str, text: str) -> str:
    if _HTML.search(text) is None:
        return text
    words = html.unescape(nh3.clean(_BREAKS.sub("\n", text), tags=set())).strip()
    # Escaped twice over, or a lone "a < b" that only looked like a tag.
    if _HTML.search(words):
        words = html.unescape(nh3.clean(words, tags=set())).strip()
    if words != text:
        row.note(
            field,
            "This held formatting (HTML). We kept the words alone.",
            "Nothing to do, if the words read well.",
            value=text[:200],
        )
    return words


def _without_personal(row: Row, field: str, text: str, found: dict[str, tuple[ContactKind, str]]) -> str:
    if field == "name" or _MAY_BE_PERSONAL.search(text) is None:
        return text
    for kind, value in _personal(text):
        found[value] = (kind, value)
        what = "mobile number" if kind == "phone" else "e-mail address"
        row.note(
            field,
            f"The text holds a {what} that may be somebody's own. We hold it back from the public.",
            "Ask the person. If they agree, make the contact public in the entry.",
            value=value,
        )
        text = text.replace(value, HELD_BACK)
    return text


def _personal(text: str) -> Iterator[tuple[ContactKind, str]]:
    for address in _EMAIL.findall(text):
        if _is_personal(address):
            yield "email", address.rstrip(".")
    # Also numbers that nobody has been given yet: whether one is in use is not ours to find out.
    matcher = phonenumbers.PhoneNumberMatcher(text, "GB", leniency=phonenumbers.Leniency.POSSIBLE)
    for match in matcher:
        digits = str(match.number.national_number)
        if match.number.country_code == 44 and digits.startswith("7") and len(digits) == 10:
            yield "phone", match.raw_string


def _is_personal(address: str) -> bool:
    if _ROLE.search(address.partition("@")[0]):
        return False
    return bool(_PERSONAL_HOSTS.search(address) or _FIRST_LAST.match(address))
