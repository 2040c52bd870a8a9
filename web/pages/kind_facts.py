"""The facts of one kind of entry in plain words, and what we do not know said as plainly."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import Any, Final

from api.entries.kind_facts import SCHEME_LABELS
from api.entries.sessions import describe_time
from api.entries.vocabulary import COST_LABELS
from api.entries.wording import money_words

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class FactLine:
    """One fact with its name. Several `lines` are a list; `known` is False for "we do not know"."""

    label: str
    lines: list[str]
    known: bool = True


def describe_facts(kind: str, facts: Facts | None) -> list[FactLine]:
    """Empty for the kinds that have no facts of their own."""
    describe = _BY_KIND.get(kind)
    return [line for line in describe(facts or {}) if line is not None] if describe else []


Lines = list[FactLine | None]


def _text(facts: Facts, name: str, label: str, unknown: str | None = None) -> FactLine | None:
    value = facts.get(name)
    if value:
        return FactLine(label, [str(value)])
    return FactLine(label, [unknown], known=False) if unknown else None


def _list(facts: Facts, name: str, label: str, unknown: str | None = None) -> FactLine | None:
    values = [str(value) for value in facts.get(name) or []]
    if values:
        return FactLine(label, values)
    return FactLine(label, [unknown], known=False) if unknown else None


def _choice(facts: Facts, name: str, label: str, words: Mapping[Any, str], unknown: str) -> FactLine:
    value = facts.get(name)
    return FactLine(label, [words[value]]) if value in words else FactLine(label, [unknown], known=False)


def _timebank(facts: Facts) -> Lines:
    return [
        _text(facts, "hour_buys", "What an hour buys", "We do not know. Ask what people swap most."),
        _list(facts, "people_give", "What people give"),
        _list(facts, "people_get", "What people get"),
        _text(facts, "how_to_join", "How to join", "We do not know how to join. Get in touch and ask."),
        _text(facts, "broker", "Who matches people"),
        _text(facts, "hub", "Where it is based"),
        _choice(
            facts,
            "time_credits",
            "Time credits",
            {True: "Time credits are accepted here.", False: "Time credits are not used here."},
            "We do not know whether time credits are accepted.",
        ),
    ]


_SCALES: Final = {"street": "A street or two", "village": "A village", "town": "A town"}
_BALANCES: Final = {
    "more_offers": "More people are offering help than asking. Do ask.",
    "balanced": "Offers and requests are about even.",
    "more_requests": "More people are asking than offering. New helpers are very welcome.",
}


def _mutual_aid(facts: Facts) -> Lines:
    return [
        _list(facts, "help_given", "What they help with", "We do not know. Ask; the answer is often yes."),
        _text(facts, "how_to_ask", "If you need help", "We do not know how to ask. Try the contacts above."),
        _text(facts, "how_to_offer", "If you can help"),
        _choice(
            facts, "balance", "Just now", _BALANCES, "We do not know if they need more helpers just now."
        ),
        _choice(facts, "scale", "How far it reaches", _SCALES, "We do not know how far they reach."),
    ]


_BOOKING: Final = {
    "not_needed": "No need to book. Turn up.",
    "advised": "You can turn up, but it is better to let them know.",
    "needed": "You need to book first.",
}


def _drop_in(facts: Facts) -> Lines:
    people = [
        f"{one['who']}: {one['when']}" if one.get("when") else str(one["who"])
        for one in facts.get("professionals") or []
    ]
    capacity = facts.get("capacity")
    return [
        _text(facts, "host", "Who welcomes you"),
        _choice(facts, "booking", "Booking", _BOOKING, "We do not know if you need to book. Ring first."),
        _text(facts, "refreshments", "Tea and food", "We do not know if there is tea or food."),
        FactLine("Who else you can meet there", people) if people else None,
        FactLine("How many people fit", [f"About {capacity}"]) if capacity else None,
    ]


def _price_words(facts: Facts) -> FactLine:
    low, high = facts.get("price_hour_from"), facts.get("price_hour_to")
    if low is None and high is None:
        return FactLine("Price", ["We do not know the price. Ask before you agree."], known=False)
    if low is None or high is None or Decimal(str(low)) == Decimal(str(high)):
        only = low if low is not None else high
        start = "From " if high is None else "Up to " if low is None else ""
        return FactLine("Price", [f"{start}{money_words(only)} an hour"])
    return FactLine("Price", [f"{money_words(low)} to {money_words(high)} an hour"])


def _dbs_words(facts: Facts) -> FactLine:
    month = facts.get("dbs_month")
    if not month:
        return FactLine("DBS check", ["We do not know. Ask to see the certificate."], known=False)
    year, number = (int(part) for part in str(month).split("-"))
    return FactLine("DBS check", [f"Newest certificate is from {date(year, number, 1):%B %Y}"])


def _micro_enterprise(facts: Facts) -> Lines:
    hours = facts.get("hours_free_week")
    return [
        _list(facts, "services", "What they do", "We do not know all they do. Ask."),
        _price_words(facts),
        FactLine("Time free", [_hours_words(hours)])
        if hours is not None
        else FactLine("Time free", ["We do not know if they have time free just now."], known=False),
        _choice(
            facts,
            "direct_payments",
            "Direct payments",
            {True: "You can pay with a direct payment.", False: "They do not take direct payments."},
            "We do not know if you can pay with a direct payment.",
        ),
        _choice(
            facts,
            "insured",
            "Insurance",
            {True: "They are insured.", False: "They are not insured."},
            "We do not know if they are insured. Ask.",
        ),
        _dbs_words(facts),
        _personal_care(facts),
        _text(facts, "trusted_list", "Trusted list"),
    ]


def _hours_words(hours: int) -> str:
    if hours == 0:
        return "None just now. Ask about a waiting list."
    return "About 1 hour a week" if hours == 1 else f"About {hours} hours a week"


def _personal_care(facts: Facts) -> FactLine:
    label = "Personal care (such as washing and dressing)"
    if facts.get("personal_care") is None:
        return FactLine(label, ["We do not know if they give personal care."], known=False)
    if not facts["personal_care"]:
        return FactLine(label, ["No, they do not give personal care."])
    number = facts.get("cqc_registration")
    if number:
        return FactLine(label, [f"Yes. Care Quality Commission registration: {number}"])
    return FactLine(label, ["Yes. We do not hold a Care Quality Commission registration for them."])


def cost_words(entry: Mapping[str, Any]) -> str | None:
    """What it costs in the fewest words: the price or the fare where it is held, else the kind of cost."""
    facts = entry.get("facts") or {}
    if entry["kind"] == "micro_enterprise":
        price = _price_words(facts)
        if price.known:
            return price.lines[0]
    fare = fare_words(facts) if entry["kind"] == "transport" else None
    return fare or next((words for code, words in COST_LABELS.items() if code == entry.get("cost")), None)


def fare_words(facts: Facts) -> str | None:
    """ "£3.50 a trip", "45p a mile"; None when the fare is not known."""
    kind, amount = facts.get("fare_type"), facts.get("fare_amount")
    if kind == "free":
        return "Free"
    if kind == "donation":
        return "Give what you can"
    unit = {"flat": "a trip", "per_mile": "a mile"}.get(str(kind))
    if unit is None:
        return None
    return f"{money_words(amount)} {unit}" if amount is not None else f"A charge {unit}. Ask how much."


def booking_words(rule: Facts | None) -> list[str]:
    """A GTFS-Flex booking rule, said as one would on the phone."""
    if not rule:
        return []
    lines = [_notice_words(rule)]
    if rule.get("message"):
        lines.append(str(rule["message"]))
    if rule.get("phone_number"):
        lines.append(f"Booking line: {rule['phone_number']}")
    return [line for line in lines if line]


def _notice_words(rule: Facts) -> str:
    kind, days = rule.get("booking_type"), rule.get("prior_notice_last_day")
    minutes, last = rule.get("prior_notice_duration_min"), _clock(rule.get("prior_notice_last_time"))
    if kind == 0:
        return "Ask when you want to go: no need to book ahead."
    if kind == 1:
        return (
            f"Book on the day, at least {_minutes_words(minutes)} before." if minutes else "Book on the day."
        )
    by = f"by {last} " if last else ""
    if days == 1:
        return f"Book {by}the day before."
    if days:
        return f"Book {by}{days} days before."
    return f"Book at least {_minutes_words(minutes)} before." if minutes else "Book on an earlier day."


def _clock(text: str | None) -> str:
    return describe_time(time.fromisoformat(text)) if text else ""


def _minutes_words(minutes: int) -> str:
    for size, name in ((24 * 60, "day"), (60, "hour"), (1, "minute")):
        if minutes % size == 0 and minutes >= size:
            count = minutes // size
            return f"{count} {name}" if count == 1 else f"{count} {name}s"
    return f"{minutes} minutes"


def _transport(facts: Facts) -> Lines:
    scheme = SCHEME_LABELS.get(str(facts.get("scheme")))
    booking = booking_words(facts.get("booking"))
    fare = fare_words(facts)
    return [
        FactLine("What comes for you", [scheme]) if scheme else None,
        _text(facts, "pick_up", "Where it picks up"),
        _list(facts, "destinations", "Where it goes", "We do not know everywhere it goes. Ask."),
        _text(
            facts, "who_may_ride", "Who may ride", "We do not know if there are rules on who may ride. Ask."
        ),
        FactLine("How to book", booking)
        if booking
        else FactLine("How to book", ["We do not know how far ahead to book. Ring and ask."], known=False),
        FactLine("Fare", [fare])
        if fare
        else FactLine("Fare", ["We do not know the fare. Ask when you book."], known=False),
        _choice(
            facts,
            "wheelchair_access",
            "Wheelchairs",
            {True: "You can ride in your wheelchair.", False: "It cannot carry you in your wheelchair."},
            "We do not know if you can ride in your wheelchair. Ask when you book.",
        ),
        _choice(
            facts,
            "door_help",
            "Help to the door",
            {True: "The driver helps you to and from the door.", False: "There is no help to the door."},
            "We do not know if there is help to the door. Ask when you book.",
        ),
    ]


_BY_KIND: Final[dict[str, Callable[[Facts], Lines]]] = {
    "timebank": _timebank,
    "mutual_aid": _mutual_aid,
    "drop_in": _drop_in,
    "micro_enterprise": _micro_enterprise,
    "transport": _transport,
}
