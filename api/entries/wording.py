"""The fields of an entry in plain words, to be read aloud: what a field is called and what it says."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from itertools import takewhile
from typing import Any, Final

from api.entries.kind_facts import SCHEME_LABELS
from api.entries.sessions import describe_day, describe_session
from api.entries.vocabulary import (
    ACCESS_LABELS,
    CHECK_GROUP_LABELS,
    CHECK_HOW_LABELS,
    COST_LABELS,
    DELIVERY_LABELS,
    KIND_WORDS,
    LANGUAGE_LABELS,
    LINK_LABELS,
    STATE_LABELS,
)

Areas = Mapping[str, str]
"""Names of areas by code, for a coverage."""

NOTHING: Final = "nothing"
_LONGEST: Final = 120
_FIELD_WORDS: Final = {
    "access": "getting in",
    "age_from": "youngest age",
    "age_to": "oldest age",
    "coverage": "area it serves",
    "cost_note": "more about the cost",
    "delivery": "how it is given",
    "everywhere": "for everyone, wherever they live",
    "is_example": "example mark",
    "links": "ties to other entries",
    "needs": "what it helps with",
    "privacy": "how much of the place is shown",
    "referral_by": "who can put someone forward",
    "self_referral": "people can ask for themselves",
    "sessions": "times",
    "place.name": "place name",
    "place.access": "getting into the place",
    "place.point": "point on the map",
    "organisation.name": "organisation",
    "organisation.description": "about the organisation",
    "organisation.url": "web page of the organisation",
    "facts.cqc_registration": "CQC registration",
    "facts.dbs_month": "month of the newest DBS check",
    "facts.fare_type": "kind of fare",
    "facts.fare_amount": "fare",
    "facts.hours_free_week": "hours free in a week",
    "facts.price_hour_from": "price an hour, from",
    "facts.price_hour_to": "price an hour, up to",
    "facts.professionals": "who else you can meet there",
    "facts.who_may_ride": "who may ride",
    "booking.booking_type": "notice",
    "booking.info_url": "web page about booking",
    "booking.booking_url": "web page for booking",
    "booking.phone_number": "booking line",
    "booking.prior_notice_duration_min": "minutes before",
    "booking.prior_notice_last_day": "days before",
    "booking.prior_notice_last_time": "latest time of day",
}
_CONTACT_WORDS: Final = {
    "phone": "telephone",
    "email": "e-mail",
    "web": "web page",
    "social": "social media",
    "post": "post to",
    "visit": "in person at",
}
_PURPOSE_WORDS: Final = {"staffed": "Staff are there", "phone": "Phone answered", "service": "Runs"}
_PRIVACY_WORDS: Final = {
    "exact": "the whole address",
    "street": "about where it is",
    "area": "the town or village alone: it is a home",
    "hidden": "nothing of it",
}
_PRECISION_WORDS: Final = {
    "exact": "known exactly",
    "postcode": "known by its postcode",
    "sector": "known by part of the postcode",
    "outcode": "known by the postcode district",
    "place": "known by its town or village",
}


def _in_a_sentence(labels: Mapping[Any, str]) -> dict[Any, str]:
    return {code: label[:1].lower() + label[1:] for code, label in labels.items()}


_ACCESS_WORDS: Final = _in_a_sentence(ACCESS_LABELS)
CODES: Final[dict[str, Mapping[Any, str]]] = {
    "kind": _in_a_sentence({code: words.label for code, words in KIND_WORDS.items()}),
    "cost": _in_a_sentence(COST_LABELS),
    "state": _in_a_sentence(STATE_LABELS),
    "delivery": _in_a_sentence(DELIVERY_LABELS),
    "languages": LANGUAGE_LABELS,
    "privacy": _PRIVACY_WORDS,
    "facts.scheme": _in_a_sentence(SCHEME_LABELS),
    "facts.fare_type": {"flat": "one price", "per_mile": "by the mile", "donation": "give what you can"},
    "booking.booking_type": {0: "no need to book ahead", 1: "book on the day", 2: "book on an earlier day"},
}


def field_words(path: str) -> str:
    return _FIELD_WORDS.get(path, path.rpartition(".")[2].replace("_", " "))


def capital(words: str) -> str:
    """With a capital, and otherwise as it is: "CQC registration" keeps its own."""
    return words[:1].upper() + words[1:]


def value_words(field: str, value: Any, *, areas: Areas | None = None) -> str:
    """A stored value of a field in one line, cut short where it is long."""
    words = "; ".join(value_lines(field, value, areas=areas)) or NOTHING
    return words if len(words) <= _LONGEST else words[: _LONGEST - 1] + "…"


def value_lines(field: str, value: Any, *, areas: Areas | None = None) -> list[str]:
    """The whole of a stored value, one of a list in each line; empty for nothing."""
    if value is None or value in ("", [], {}):
        return []
    if isinstance(value, list):
        return [_item_words(field, one, areas or {}) for one in value]
    if isinstance(value, dict):
        return _parts(field, value)
    return [_plain_words(field, value)]


def area_codes(field: str, *values: Any) -> set[str]:
    """The areas these values of a field speak of, so that they can be named."""
    pieces = [piece for value in values if value for piece in value] if field == "coverage" else []
    return {piece["area"] for piece in pieces if piece.get("area")}


def sides_words(field: str, old: Any, new: Any, *, areas: Areas | None = None) -> tuple[str, str]:
    """What a field said and what it says, so that the difference is heard: of two lists what is not in both,
    of two long texts the part where they differ."""
    if isinstance(old, list) and isinstance(new, list):
        # A list of twelve sessions with one that moved: the one is the news.
        was, now = [one for one in old if one not in new], [one for one in new if one not in old]
        if not was and not now:
            return "in one order", "in another order"
        old, new = was, now
    elif isinstance(old, str) and isinstance(new, str):
        old, new = _from_where_they_part(old, new)
    elif field.endswith("access"):
        old, new = _not_in_both(old or {}, new or {}), _not_in_both(new or {}, old or {})
    words = value_words(field, old, areas=areas), value_words(field, new, areas=areas)
    return words if words[0] != words[1] else _told_apart(field, old, new, words[1])


def _not_in_both(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in one.items() if other.get(name) != value}


def _from_where_they_part(old: str, new: str) -> tuple[str, str]:
    if max(len(old), len(new)) <= _LONGEST:
        return old, new
    alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))
    start = old.rfind(" ", 0, max(0, alike - _LONGEST // 3)) + 1
    return (f"… {old[start:]}", f"… {new[start:]}") if start else (old, new)


def _told_apart(field: str, old: Any, new: Any, words: str) -> tuple[str, str]:
    """Two values that read the same: the first day of a session, the corners of a shape."""
    if field == "sessions":
        dated = ["; ".join(session_words(one, dated=True) for one in side) for side in (old, new)]
        if dated[0] != dated[1]:
            return dated[0], dated[1]
    return words, f"{words} (changed)"


def contact_words(contact: Mapping[str, Any]) -> str:
    """ "telephone 01353 555 012 (office; not shown to the public)"."""
    inside = None if contact.get("public", True) else "not shown to the public"
    way = _CONTACT_WORDS.get(contact["kind"], contact["kind"])
    return f"{way} {contact['value']}{_aside(contact.get('label'), inside)}"


def session_words(session: Mapping[str, Any], *, dated: bool = False) -> str:
    """ "Choir: Every Wednesday, 10am to 12 noon (not on 25 December 2026; bring a cup)"; `dated` with its
    first day."""
    first = f"from {_day(session['starts_on'])}" if dated and session.get("rrule") else None
    asides = (
        first, _dates("not on", session.get("not_on")), _dates("also on", session.get("also_on")),
        session.get("note"),
    )  # fmt: skip
    return session_line(session) + _aside(*asides)


def session_line(session: Mapping[str, Any]) -> str:
    """As it can be typed: "Choir: Every Wednesday, 10am to 12 noon"."""
    label = session.get("label") or _PURPOSE_WORDS.get(session.get("purpose", ""))
    words = describe_session(dict(session))
    return f"{label}: {words}" if label else words


def _dates(how: str, days: Iterable[str] | None) -> str | None:
    return f"{how} {', '.join(map(_day, days))}" if days else None


def _day(text: str) -> str:
    return describe_day(date.fromisoformat(text))


def _aside(*parts: str | None) -> str:
    said = "; ".join(part for part in parts if part)
    return f" ({said})" if said else ""


def money_words(amount: Any) -> str:
    """ "£16", "£12.50", "45p"."""
    pounds = Decimal(str(amount))
    if 0 < pounds < 1:
        return f"{int(pounds * 100)}p"
    return f"£{pounds:.0f}" if pounds == pounds.to_integral_value() else f"£{pounds:.2f}"


def _item_words(field: str, item: Any, areas: Areas) -> str:
    if field == "coverage":
        return _coverage_words(item, areas)
    if isinstance(item, dict):
        return _ITEMS[field](item) if field in _ITEMS else "; ".join(_parts(field, item))
    return _plain_words(field, item)


def _link_words(link: Mapping[str, Any]) -> str:
    label = LINK_LABELS.get(link["type"], "Goes with").lower()
    return f"{label} {link['to'].replace('-', ' ')}{_aside(link.get('note'))}"


def _check_words(check: Mapping[str, Any]) -> str:
    what, how = CHECK_GROUP_LABELS[check["group"]].lower(), CHECK_HOW_LABELS[check["how"]]
    day = _day(check["on"])
    return f"{what} checked {how} on {day}, {check['by']}{_aside(check.get('note'))}"


def _meeting_words(person: Mapping[str, Any]) -> str:
    return f"{person['who']}: {person['when']}" if person.get("when") else str(person["who"])


def _coverage_words(piece: Mapping[str, Any], areas: Areas) -> str:
    if piece["how"] == "area":
        return areas.get(piece["area"]) or piece.get("label") or f"the area {piece['area']}"
    if piece["how"] == "shape":
        return str(piece.get("label") or "drawn on the map")
    middle = "a point on the map" if piece.get("lon") is not None else "the place"
    return f"within {piece['radius_m'] / 1000:g} km of {middle}{_aside(piece.get('label'))}"


_ITEMS: Final[dict[str, Callable[[Mapping[str, Any]], str]]] = {
    "contacts": contact_words,
    "sessions": session_words,
    "links": _link_words,
    "checks": _check_words,
    "facts.professionals": _meeting_words,
}


def _parts(field: str, value: Mapping[str, Any]) -> list[str]:
    """A value that has parts: each with its name, or said the way people say it."""
    if field.endswith("access"):
        return [f"{_ACCESS_WORDS.get(name, name)}: {'yes' if said else 'no'}" for name, said in value.items()]
    if field == "place":
        told = [value.get("name"), *value.get("address", ()), value.get("town"), value.get("postcode")]
        if any(told):
            return [", ".join(part for part in told if part)]
    if field in ("place", "place.point"):
        how = _PRECISION_WORDS.get(value.get("precision", ""))
        return [f"{value['lat']:.5f}, {value['lon']:.5f}{_aside(how)}"] if "lon" in value else []
    inner = field.rpartition(".")[2]
    named = ((f"{inner}.{name}", one) for name, one in value.items() if one not in (None, "", [], {}))
    return [f"{field_words(path)}: {', '.join(value_lines(path, one))}" for path, one in named]


def _plain_words(field: str, value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if field in CODES:
        return CODES[field].get(value, str(value))
    if field.startswith(("facts.price_", "facts.fare_amount")):
        return money_words(value)
    if field == "paused_until":
        return _day(value)
    if field == "facts.dbs_month":
        return f"{date.fromisoformat(f'{value}-01'):%B %Y}"
    if field in _CODED:
        return str(value).replace("_", " ").replace("-", " ")
    return str(value)


_CODED: Final = frozenset({"needs", "audiences", "facts.scale", "facts.balance", "facts.booking"})
