"""How dates, checks, distances and searches are said on a page, in plain words."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from markupsafe import Markup, escape
from starlette.datastructures import QueryParams

from api.clock import LONDON, london_now
from api.entries.sessions import describe_day, describe_time
from api.entries.vocabulary import (
    CHECK_GROUP_LABELS,
    DELIVERY_LABELS,
    LANGUAGE_LABELS,
    LINK_LABELS,
    CheckGroup,
)
from api.entries.wording import capital
from geo.distance import describe_distance
from web.pages.contacts import breakable, web_href
from web.sharing.previews import served_words


def as_date(value: date | str) -> date:
    if isinstance(value, datetime):
        return value.astimezone(LONDON).date() if value.tzinfo else value.date()
    return value if isinstance(value, date) else date.fromisoformat(value[:10])


def day_words(value: date | str | None) -> str:
    """ "2 October 2026"; empty for None."""
    if not value:
        return ""
    return describe_day(as_date(value))


def clock_words(moment: datetime) -> str:
    """A moment in London: "2 October 2026, 10:32am"."""
    local = moment.astimezone(LONDON)
    return f"{day_words(local.date())}, {describe_time(local.time())}"


def coming_words(value: str | datetime | None, *, now: datetime | None = None) -> str:
    """When something is next, seen from today: "Today, 10am", "Wednesday 25 November, 2:30pm".

    A bare date ("2026-11-25") is one whose hours are not known: only the day is said.
    """
    if not value:
        return ""
    today = (now or london_now()).date()
    if isinstance(value, str) and len(value) == 10:
        return _near_day(date.fromisoformat(value), today)
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    local = moment.astimezone(LONDON) if moment.tzinfo else moment
    return f"{_near_day(local.date(), today)}, {describe_time(local.time())}"


def _near_day(day: date, today: date) -> str:
    if day == today:
        return "Today"
    if day == today + timedelta(days=1):
        return "Tomorrow"
    words = f"{day:%A} {day.day} {day:%B}"
    return words if day.year == today.year else f"{words} {day.year}"


def checked_words(item: Mapping[str, Any]) -> str:
    """What the freshness of an entry means for someone about to set out."""
    on, freshness = day_words(item.get("checked_on")), item.get("freshness")
    if not on or freshness == "unchecked":
        return "Not checked yet: ring before you go"
    if freshness == "stale":
        return f"Not checked since {on}: ring before you go"
    if freshness == "due":
        return f"Checked {on}, due another check"
    return f"Checked {on}"


# What gave way when too little had all that was asked for.
RELAXED_WORDS: Final = {
    "some_words": "Little or nothing here has all of your words, so this list has what fits some of them.",
    "any_word": "Nothing here has all of your words, so this list has what fits any of them.",
    "without_guesses": "Nothing fits all of that, so this list leaves out what we read into your words.",
    "no_words": "Nothing here has your words. This list has what fits the rest.",
}


def relaxed_words(how: str) -> str:
    return RELAXED_WORDS.get(how, RELAXED_WORDS["some_words"])


def corrected_words(corrected: Mapping[str, str]) -> str:
    """ "No entry says “lonley”, so we looked for “lonely”." A word is only put right when none of ours is it:
    a search for it exactly as typed would find nothing, so none is offered."""
    typed, meant = ([quoted(word) for word in words] for words in (corrected.keys(), corrected.values()))
    return f"No entry says {join_words(typed, 'or')}, so we looked for {join_words(meant)}."


def unknown_words(unknown: list[str]) -> str:
    """ "No entry mentions “zzqx”."; empty when every word is known."""
    return f"No entry mentions {join_words([quoted(word) for word in unknown], 'or')}." if unknown else ""


def quoted(text: str) -> str:
    return f"“{text}”"


PRECISION_WORDS: Final = {
    "exact": "We know this spot exactly.",
    "postcode": "We know this postcode to about 100 metres.",
    "sector": "We know this only to within a mile or two: distances are rough.",
    "outcode": "We know this only to within several miles: distances are very rough.",
    "place": "Distances are from the middle of this place.",
}
WHERE_PRECISION_WORDS: Final = {
    "exact": "The map shows the spot itself.",
    "postcode": "The map shows the middle of the postcode, usually within 100 metres.",
    "sector": "The map shows the middle of the postcode area: it may be a mile or two out.",
    "outcode": "The map shows the middle of a wide postcode area: it may be several miles out.",
    "place": "The map shows the middle of the town or village, not the address.",
}


def precision_words(precision: str | None) -> str:
    return PRECISION_WORDS.get(precision or "", "")


def where_precision_words(precision: str | None) -> str:
    return WHERE_PRECISION_WORDS.get(precision or "", "")


def short_distance(metres: float) -> str:
    """ "1.4 km (0.9 miles)": that it is a straight line is said once, elsewhere on the page."""
    return describe_distance(metres).removesuffix(" in a straight line")


def join_words(items: list[str], last: str = "and") -> str:
    """ "tea, cake and a chat"."""
    kept = [item for item in items if item]
    return kept[0] if len(kept) == 1 else f"{', '.join(kept[:-1])} {last} {kept[-1]}" if kept else ""


def join_labels(labels: list[str]) -> str:
    """ "Everyone, carers and people new to England" of labels that each begin with a capital."""
    return join_words(
        [*labels[:1], *(f"{one[:1].lower()}{one[1:]}" if one[1:2].islower() else one for one in labels[1:])]
    )


def paragraphs(text: str | None) -> list[list[str]]:
    """Lines in their paragraphs: an empty line parts two paragraphs, a single break is kept as one."""
    blocks = re.split(r"\n\s*\n", (text or "").replace("\r\n", "\n").strip())
    return [[line.strip() for line in block.split("\n")] for block in blocks if block.strip()]


def age_words(age_from: int | None, age_to: int | None) -> str:
    if age_from is not None and age_to is not None:
        return f"Aged {age_from}" if age_from == age_to else f"Aged {age_from} to {age_to}"
    if age_from is not None:
        return f"Aged {age_from} and over"
    return f"Aged {age_to} and under" if age_to is not None else ""


# Said on the page of the entry that the link points at.
BACK_LINK_LABELS: Final = {
    "meets_at": "Meets here:",
    "run_by": "Runs",
    "part_of": "Includes",
    "transport_to": "Can bring you here:",
    "partner_of": "Works with",
    "credits_at": "Takes time credits from",
}


def grouped_checks(checks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Checks made at one time, in one way, by one role, as one: `groups` are their labels in words."""
    together: dict[tuple[str, str, str], list[str]] = {}
    for check in checks:
        key = (check["on"], check["how"], check["by"])
        together.setdefault(key, []).append(CHECK_GROUP_LABELS[check["group"]].lower())
    return [
        {"on": on, "how": how, "by": by, "groups": join_words(groups)}
        for (on, how, by), groups in together.items()
    ]


def code_marks(text: str) -> Markup:
    """Words between backticks as code, the rest as plain text."""
    parts = [escape(part) for part in text.split("`")]
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if number % 2 else part for number, part in enumerate(parts)
    )


def link_words(link: Mapping[str, Any]) -> str:
    if link.get("direction") == "from":
        return BACK_LINK_LABELS.get(link["type"], "Goes with")
    return LINK_LABELS.get(link["type"], "Goes with")


def unchecked_groups(labels: Mapping[CheckGroup, str], checks: list[dict[str, Any]]) -> list[str]:
    checked = {check["group"] for check in checks}
    return [label for group, label in labels.items() if group not in checked]


Typed = QueryParams | Mapping[str, str]


def _pairs(query: Typed | None) -> list[tuple[str, str]]:
    if query is None:
        return []
    return query.multi_items() if isinstance(query, QueryParams) else list(query.items())


def with_near(query: Typed | None, near: str) -> str:
    """The same query at another place, from its first page."""
    kept = [(name, value) for name, value in _pairs(query) if name not in ("near", "page") and value]
    return urlencode([*kept, ("near", near)])


def only_query(query: Typed, *names: str) -> str:
    return urlencode([(name, value) for name, value in _pairs(query) if name in names and value])


def without_query(query: Typed, *names: str) -> str:
    return urlencode([(name, value) for name, value in _pairs(query) if name not in names and value])


def waited_words(since: datetime, now: datetime) -> str:
    """How long something has waited."""
    days = (now - since).days
    if days < 1:
        return "since today"
    if days < 14:
        return f"for {days} day{'s' if days > 1 else ''}"
    if days < 60:
        return f"for {days // 7} weeks"
    return f"since {since:%B %Y}"


def time_of_day_words(moment: datetime) -> str:
    """The time of day in London."""
    return f"{moment.astimezone(LONDON):%H:%M}"


def often_words(minutes: int) -> str:
    """A pace, after "every": "5 minutes", "hour", "3 days"."""
    sizes = ((1440, "day"), (60, "hour"), (1, "minute"))
    size, word = next(one for one in sizes if minutes % one[0] == 0)
    return word if minutes == size else f"{minutes // size} {word}s"


FILTERS: Final[dict[str, Callable[..., Any]]] = {
    "waited": waited_words,
    "time_of_day": time_of_day_words,
    "often": often_words,
    "day": day_words,
    "clock": clock_words,
    "coming": coming_words,
    "checked": checked_words,
    "precision_words": precision_words,
    "where_precision_words": where_precision_words,
    "relaxed_words": relaxed_words,
    "corrected_words": corrected_words,
    "unknown_words": unknown_words,
    "short_distance": short_distance,
    "capital": capital,
    "join_words": join_words,
    "join_labels": join_labels,
    "paragraphs": paragraphs,
    "web_href": web_href,
    "grouped_checks": grouped_checks,
    "breakable": breakable,
    "code_marks": code_marks,
    "link_words": link_words,
    "served_words": served_words,
    "unchecked_groups": unchecked_groups,
    "with_near": with_near,
    "only_query": only_query,
    "without_query": without_query,
    "delivery_label": lambda code: DELIVERY_LABELS.get(code, code),
    "language_label": lambda code: LANGUAGE_LABELS.get(code, code),
}
