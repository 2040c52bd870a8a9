"""Ways to get in touch as safe links: phone, e-mail and web addresses as written by others."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlsplit

from markupsafe import Markup


@dataclass(frozen=True)
class ContactLine:
    """One way to get in touch; `href` is None when the value is not safe to be a link."""

    kind: str
    label: str
    text: str
    href: str | None


CONTACT_LABELS: Final = {
    "phone": "Ring",
    "email": "E-mail",
    "web": "Web page",
    "social": "Online group",
    "post": "Write to",
    "visit": "Call in at",
}
_EMAIL: Final = re.compile(r"[^\s@<>\"'?&,;:%\\]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


def contact_line(kind: str, value: str, label: str | None = None) -> ContactLine:
    makers: dict[str, Callable[[str], str | None]] = {
        "phone": phone_href,
        "email": email_href,
        "web": web_href,
        "social": web_href,
    }
    maker = makers.get(kind)
    href = maker(value) if maker else None
    return ContactLine(kind, label or CONTACT_LABELS.get(kind, "Contact"), short_address(value), href)


def phone_href(value: str) -> str | None:
    """ "tel:01353555012" of a number as written; an extension is left for the person to key in."""
    number = re.split(r"(?i)\b(?:ext|x|extension|option)\b", value)[0]
    digits = re.sub(r"\D", "", number.replace("(0)", ""))
    plus = "+" if number.strip().startswith("+") else ""
    return f"tel:{plus}{digits}" if 3 <= len(digits) <= 15 else None


def email_href(value: str) -> str | None:
    address = value.strip()
    return f"mailto:{quote(address, safe='@+')}" if _EMAIL.fullmatch(address) else None


def web_href(value: str) -> str | None:
    """The address itself when it is plain http or https with a host, and nothing else."""
    address = value.strip()
    if re.search(r"[\s\x00-\x1f\\]", address):
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    safe = parts.scheme in ("http", "https") and parts.hostname and not parts.username
    return address if safe else None


def short_address(value: str) -> str:
    """A web address as people say it, without https:// and a last slash."""
    return re.sub(r"^https?://(?:www\.)?", "", value.strip(), flags=re.IGNORECASE).rstrip("/") or value


def breakable(text: str) -> Markup:
    """An e-mail or web address that may be broken at its joints, instead of in the middle of a word."""
    return Markup("<wbr>").join(re.split(r"(?=@|(?<=[a-z])\.(?=[a-z]))|(?<=/)(?=.)", text))
