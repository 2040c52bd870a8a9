"""Phone numbers, e-mail and web addresses in the one form they are compared in.

The database has the same rule as `directory.contact_sign`, for its index; a test holds the two together.
"""

import re
from typing import Final

from api.duplicates.schemas import ContactSign

_AFTER_NUMBER: Final = re.compile(r"[a-z#/;,|].*$", re.DOTALL)
_NOT_DIGIT: Final = re.compile(r"\D")
_SCHEME: Final = re.compile(r"^\s*(?:https?://)?(?:www\d?\.|m\.)?", re.IGNORECASE)
_TAIL: Final = re.compile(r"[?#].*$|/(index|home|default)\.[a-z]+$")
LEAST_DIGITS: Final = 9
# Sites that hold pages of many: the front page says nothing, a page of one's own does.
SHARED_SITES: Final = re.compile(
    r"(\.gov\.uk|\.nhs\.uk|facebook\.com|instagram\.com|twitter\.com|x\.com|linktr\.ee|youtube\.com|"
    r"eventbrite\.(co\.uk|com)|meetup\.com|google\.com|sites\.google\.com|wordpress\.com|wixsite\.com|"
    r"charitycommission\.gov\.uk|hugofox\.com|nextdoor\.co\.uk|linkedin\.com)$"
)
# An address of the office, not of the one thing.
OFFICE: Final = frozenset(
    "info office admin enquiries enquiry contact hello clerk mail secretary reception help team".split()
)


def read_contact(kind: str, value: str, *, public: bool) -> ContactSign | None:
    """The sign of a contact, or None when nothing in it can be compared."""
    if kind == "phone":
        digits = _NOT_DIGIT.sub("", _AFTER_NUMBER.sub("", value.strip().lower()))
        return ContactSign("phone", digits[-LEAST_DIGITS:], public) if len(digits) >= LEAST_DIGITS else None
    if kind == "email":
        address = value.strip().lower().removeprefix("mailto:")
        return ContactSign("email", address, public) if "@" in address else None
    if kind in ("web", "social"):
        address = _TAIL.sub("", _SCHEME.sub("", value.strip().lower())).rstrip("/")
        return ContactSign("web", address, public) if "." in address else None
    return None


def site_of(address: str) -> str:
    return address.partition("/")[0]


def is_page(address: str) -> bool:
    """Whether a web address names a page, and not only the front of a site."""
    return "/" in address


def is_shared_site(address: str) -> bool:
    return SHARED_SITES.search(site_of(address)) is not None


def is_office(email: str) -> bool:
    return email.partition("@")[0] in OFFICE
