"""The facts that only one kind has: how they stand in the form, and how they are read from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from api.entries.kind_facts import SCHEME_LABELS
from web.pages.editing_fields import Fields, Typed, yes_no, yes_no_text

How = Literal["text", "list", "yes_no", "choice", "code", "number"]


@dataclass(frozen=True)
class FactField:
    """One fact in the form. `list` is one a line; `yes_no` has a third answer, not known; a `code` is a
    choice that is kept as a number."""

    name: str
    label: str
    how: How = "text"
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()

    @property
    def field(self) -> str:
        return f"facts.{self.name}"


_LINES: Final = "One on each line."
_BOOKING: Final = (
    FactField(
        "booking.booking_type",
        "When to book",
        "code",
        options=(("0", "Any time, also at once"), ("1", "On the same day"), ("2", "Some days before")),
    ),
    FactField("booking.prior_notice_duration_min", "Minutes before, at least", "number"),
    FactField("booking.prior_notice_last_day", "Days before, at least", "number"),
    FactField("booking.prior_notice_last_time", "Latest time on that day", hint="Such as 16:00."),
    FactField("booking.phone_number", "Number to book by"),
    FactField("booking.booking_url", "Web page to book on"),
    FactField("booking.info_url", "Web page about booking"),
    FactField("booking.message", "Anything else about booking"),
)
FACT_FIELDS: Final[dict[str, tuple[FactField, ...]]] = {
    "timebank": (
        FactField("hour_buys", "What an hour of help is swapped for"),
        FactField("people_give", "What people give", "list", _LINES),
        FactField("people_get", "What people get", "list", _LINES),
        FactField("how_to_join", "How to join"),
        FactField("broker", "Who matches people", hint="A role, such as “Timebank broker”. Never a name."),
        FactField("hub", "Where it is based"),
        FactField("time_credits", "Time credits are accepted", "yes_no"),
    ),
    "mutual_aid": (
        FactField(
            "scale",
            "How far it reaches",
            "choice",
            options=(("street", "A street or two"), ("village", "A village"), ("town", "A town")),
        ),
        FactField("help_given", "What neighbours help with", "list", _LINES),
        FactField("how_to_ask", "How to ask for help", hint="In words. Never an invite link."),
        FactField("how_to_offer", "How to offer help"),
        FactField(
            "balance",
            "What there is more of",
            "choice",
            options=(
                ("more_offers", "More offers than requests"),
                ("balanced", "About as many of both"),
                ("more_requests", "More requests than offers"),
            ),
        ),
    ),
    "drop_in": (
        FactField("host", "Who hosts it"),
        FactField("refreshments", "Food and drink"),
        FactField(
            "booking",
            "Booking",
            "choice",
            options=(
                ("not_needed", "Just turn up"),
                ("advised", "Better to book"),
                ("needed", "You must book"),
            ),
        ),
        FactField(
            "professionals",
            "Who you can meet there",
            "list",
            "One on each line, with when after a bar: Nurse | First Wednesday of the month",
        ),
        FactField("capacity", "Room for how many people", "number"),
    ),
    "micro_enterprise": (
        FactField("services", "What they do", "list", _LINES),
        FactField("price_hour_from", "Price an hour, from (pounds)", hint="Such as 18.50."),
        FactField("price_hour_to", "Price an hour, to (pounds)"),
        FactField("hours_free_week", "Hours free in a week", "number"),
        FactField("direct_payments", "Takes direct payments", "yes_no"),
        FactField("insured", "Insured", "yes_no"),
        FactField("dbs_month", "Month of the newest DBS check", hint="Year and month: 2026-03."),
        FactField("personal_care", "Gives personal care", "yes_no"),
        FactField("cqc_registration", "CQC registration number", hint="For personal care only."),
        FactField("trusted_list", "On which trusted list"),
    ),
    "transport": (
        FactField("scheme", "Kind of scheme", "choice", options=tuple(SCHEME_LABELS.items())),
        FactField("pick_up", "Where it picks up"),
        FactField("destinations", "Where it goes", "list", _LINES),
        FactField("who_may_ride", "Who may ride"),
        *_BOOKING,
        FactField(
            "fare_type",
            "Fare",
            "choice",
            options=(
                ("flat", "One price"),
                ("per_mile", "By the mile"),
                ("donation", "By donation"),
                ("free", "Free"),
            ),
        ),
        FactField("fare_amount", "Amount (pounds)", hint="Such as 0.45."),
        FactField("wheelchair_access", "Takes wheelchairs", "yes_no"),
        FactField("door_help", "Helps from door to door", "yes_no"),
    ),
}
GIVEN: Final = "facts.given"


def facts_fields(kind: str, facts: Mapping[str, Any] | None) -> Fields:
    """The form's fields of some facts; `facts` as a draft dumps them."""
    if facts is None:
        return {}
    fields: Fields = {GIVEN: ["yes"]}
    for one in FACT_FIELDS.get(kind, ()):
        value: Any = facts
        for part in one.name.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        fields[one.field] = [_as_text(one, value)]
    return fields


def _as_text(one: FactField, value: Any) -> str:
    if value is None:
        return ""
    if one.how == "yes_no":
        return yes_no_text(value)
    if one.name == "professionals":
        return "\n".join(_meeting(person) for person in value)
    return "\n".join(value) if one.how == "list" else str(value)


def _meeting(person: Mapping[str, Any]) -> str:
    return f"{person['who']} | {person['when']}" if person.get("when") else str(person["who"])


def read_facts(kind: str, typed: Typed) -> dict[str, Any] | None:
    """The facts as a draft takes them; None when nothing is known and nothing was."""
    if kind not in FACT_FIELDS:
        return None
    document: dict[str, Any] = {}
    for one in FACT_FIELDS[kind]:
        value = _read(one, typed)
        if value is None or value == []:
            continue
        inside = document
        *path, last = one.name.split(".")
        for part in path:
            inside = inside.setdefault(part, {})
        inside[last] = value
    if not document and not typed.text(GIVEN):
        return None
    return {"kind": kind} | document


def _read(one: FactField, typed: Typed) -> Any:
    if one.how == "yes_no":
        return yes_no(typed.text(one.field))
    if one.how == "list":
        lines = typed.lines(one.field)
        return [_read_meeting(line) for line in lines] if one.name == "professionals" else lines
    text = typed.text(one.field)
    return int(text) if one.how == "code" and text in ("0", "1", "2") else text or None


def _read_meeting(line: str) -> dict[str, str]:
    who, _, when = (part.strip() for part in line.partition("|"))
    return {"who": who, "when": when} if when else {"who": who}
