"""Whether two entries are one and the same: pure rules that add up what speaks for and against, in words.

Every sign has points; together they make a score from 0 to 1. Distance and a shared building never say it
alone: without a like name or a shared way to get in touch the score is 0, for a village hall hosts nine
things. docs/duplicates.md explains the points.
"""

from collections.abc import Iterable
from math import exp, hypot
from typing import Final

from rapidfuzz import fuzz

from api.duplicates import contacts as contact_rules
from api.duplicates.names import Likeness, compare_names, may_be_alike
from api.duplicates.schemas import Reason, Signs, Verdict
from api.duplicates.words import EITHER_OR, TELLING_ALONE
from api.entries.vocabulary import KIND_WORDS

LIKELY: Final = 0.5
START: Final = -3.0
STEEPNESS: Final = 1.5
SAME_NAME: Final = 0.97
NEAR_NAME: Final = 0.5
# Each further way to get in touch that two entries share counts this much of the one before.
NEXT_CONTACT: Final = 0.6
# From here on two things are apart, and what they share is a chain's.
FAR_M: Final = 2_000
# Metres a point may be out, by precision.
ERROR_M: Final = {"exact": 20, "postcode": 120, "sector": 1500, "outcode": 5000, "place": 1500}
WELL_KNOWN: Final = frozenset({"exact", "postcode"})
DAY_WORDS: Final = {
    "MO": "Monday",
    "TU": "Tuesday",
    "WE": "Wednesday",
    "TH": "Thursday",
    "FR": "Friday",
    "SA": "Saturday",
    "SU": "Sunday",
}


def compare(one: Signs, other: Signs) -> Verdict:
    """How likely two entries are one, with the reasons in words. The same whichever comes first."""
    if one.is_example != other.is_example:
        return Verdict(0.0)
    if _order(one) > _order(other):
        one, other = other, one
    apart = one.touch.isdisjoint(other.touch)
    if apart and not may_be_alike(one.parts, other.parts):
        return Verdict(0.0)
    names = compare_names(one.parts, other.parts, venue=_venue_words(one, other))
    if names.alike < NEAR_NAME and apart:
        return Verdict(0.0)
    touch = list(_compare_contacts(one, other))
    in_touch = any(reason.points > 0 for reason in touch)
    rest = _compare_rest(one, other, names.alike, in_touch=in_touch)
    reasons = [*_compare_names(one, other, names), *touch, *rest]
    if names.alike < NEAR_NAME and not in_touch:
        return Verdict(0.0, tuple(reasons))
    total = START + sum(reason.points for reason in reasons)
    return Verdict(round(1 / (1 + exp(-total / STEEPNESS)), 4), tuple(reasons))


def _order(signs: Signs) -> tuple[str, ...]:
    """Of what is told of each by itself, so that it is told in one order."""
    return signs.name, signs.kind, signs.slug or "", signs.town, signs.venue


def _venue_words(one: Signs, other: Signs) -> frozenset[str]:
    return frozenset(word for side in (one, other) for word in side.venue.split())


def _compare_names(one: Signs, other: Signs, names: Likeness) -> Iterable[Reason]:
    both, alike = f"“{one.name}” and “{other.name}”", names.alike
    plain = one.parts.is_plain or other.parts.is_plain
    if alike >= SAME_NAME:
        words = f"the same name: “{one.name}”" if one.name == other.name else f"the same name: {both}"
        yield Reason("same_name", words, 3.0 if plain else 4.2)
    elif alike >= NEAR_NAME:
        points = -1.5 + (alike - NEAR_NAME) / (SAME_NAME - NEAR_NAME) * (4.2 if plain else 5.4)
        yield Reason("near_name", f"names nearly the same: {both}", round(points, 3))
        if names.each_own:
            yield Reason("other_name", "each name has a word of its own", -2.0)
    else:
        yield Reason("other_name", f"different names: {both}", -6.0 if alike < 0.35 else -4.0)
    yield from _compare_villages(one, other)
    yield from _compare_telling_words(one, other, alike)


def _compare_villages(one: Signs, other: Signs) -> Iterable[Reason]:
    """By the villages in both names, else by the one in a name and the other's town, else by both towns."""
    ours = one.parts.places or frozenset({one.town} - {""})
    theirs = other.parts.places or frozenset({other.town} - {""})
    if not ours or not theirs:
        return
    if ours - theirs and theirs - ours and ours & theirs:
        words = f"each is also named after a place of its own: {_titles(ours)}; {_titles(theirs)}"
        yield Reason("other_places", words, -3.0)
    elif ours & theirs or _nested(ours, theirs):
        yield Reason("same_area", f"both in {_titles(ours & theirs or ours)}", 0.8)
    elif one.parts.places and other.parts.places:
        words = f"different villages in their names: {_titles(ours)} and {_titles(theirs)}"
        yield Reason("other_places", words, -8.0)
    elif one.parts.places or other.parts.places:
        words = f"one is named after {_titles(ours)}, the other is in {_titles(theirs)}"
        if other.parts.places:
            words = f"one is named after {_titles(theirs)}, the other is in {_titles(ours)}"
        yield Reason("other_places", words, -2.5)
    else:
        yield Reason("other_places", f"one in {_titles(ours)}, one in {_titles(theirs)}", -2.0)


def _nested(ours: frozenset[str], theirs: frozenset[str]) -> bool:
    """ "Ely" and "City of Ely" are one place in two lengths."""
    return any(f" {a} " in f" {b} " or f" {b} " in f" {a} " for a in ours for b in theirs)


def _titles(places: Iterable[str]) -> str:
    return " and ".join(place.title() for place in sorted(places))


def _compare_telling_words(one: Signs, other: Signs, alike: float) -> Iterable[Reason]:
    for row in EITHER_OR:
        first = {word for which, word in one.parts.telling if which == row}
        second = {word for which, word in other.parts.telling if which == row}
        if first and second and not first & second:
            words = f"different {row} in their names: {_list(first)} and {_list(second)}"
            yield Reason("other_telling_word", words, -5.0)
        elif bool(first) != bool(second) and row in TELLING_ALONE and alike >= NEAR_NAME:
            yield Reason("other_telling_word", f"only one of the names says {_list(first | second)}", -2.0)
    numbers, others = one.parts.numbers, other.parts.numbers
    if numbers and others and numbers != others:
        words = f"different numbers in their names: {_list(numbers)} and {_list(others)}"
        yield Reason("other_telling_word", words, -4.0)


def _list(words: Iterable[str]) -> str:
    return " and ".join(sorted(words))


def _compare_contacts(one: Signs, other: Signs) -> Iterable[Reason]:
    """The strongest counts whole, each further less: they seldom come alone."""
    found = [
        *_compare_phones(one, other),
        *_compare_emails(one, other),
        *_compare_web(one, other),
    ]
    shared = sorted((reason for reason in found if reason.points > 0), key=lambda reason: -reason.points)
    for rank, reason in enumerate(shared):
        yield Reason(reason.code, reason.words, round(reason.points * NEXT_CONTACT**rank, 3))
    yield from (reason for reason in found if reason.points <= 0)


def _values(side: Signs, kind: str) -> dict[str, bool]:
    """Value → whether the public may see it."""
    return {sign.value: sign.public for sign in side.contacts if sign.kind == kind}


def _compare_phones(one: Signs, other: Signs) -> Iterable[Reason]:
    ours, theirs = _values(one, "phone"), _values(other, "phone")
    if shared := ours.keys() & theirs.keys():
        hidden = not any(ours[value] and theirs[value] for value in shared)
        yield Reason("same_phone", f"same {'private ' if hidden else ''}phone number", 2.4)
    elif ours and theirs:
        yield Reason("other_phone", "different phone numbers", -0.9)


def _compare_emails(one: Signs, other: Signs) -> Iterable[Reason]:
    ours, theirs = _values(one, "email"), _values(other, "email")
    if shared := ours.keys() & theirs.keys():
        hidden = not any(ours[value] and theirs[value] for value in shared)
        points = 1.6 if all(contact_rules.is_office(value) for value in shared) else 2.4
        yield Reason("same_email", f"same {'private ' if hidden else ''}e-mail address", points)


def _compare_web(one: Signs, other: Signs) -> Iterable[Reason]:
    ours, theirs = _values(one, "web"), _values(other, "web")
    shared = ours.keys() & theirs.keys()
    pages = {value for value in shared if contact_rules.is_page(value)}
    own = {value for value in shared - pages if not contact_rules.is_shared_site(value)}
    if pages:
        yield Reason("same_web", "same web page", 2.6)
    elif own:
        yield Reason("same_web", "same web address", 1.6)
    elif _sites(ours) & _sites(theirs):
        yield Reason("same_site", "web pages on the same site", 0.5)


def _sites(addresses: Iterable[str]) -> set[str]:
    return {contact_rules.site_of(one) for one in addresses if not contact_rules.is_shared_site(one)}


def _compare_rest(one: Signs, other: Signs, alike: float, *, in_touch: bool) -> Iterable[Reason]:
    yield from _compare_organisations(one, other)
    yield from _compare_kinds(one, other, alike)
    yield from _compare_points(one, other)
    yield from _compare_venues(one, other)
    yield from _compare_sessions(one, other, alike, in_touch=in_touch)


def _compare_organisations(one: Signs, other: Signs) -> Iterable[Reason]:
    if not one.organisation or not other.organisation:
        return
    same_charity = one.charity_number and one.charity_number == other.charity_number
    if same_charity or fuzz.token_sort_ratio(one.organisation, other.organisation) >= 90:
        yield Reason("same_organisation", "same organisation", 0.8)
    elif fuzz.token_set_ratio(one.organisation, other.organisation) < 80:
        yield Reason("other_organisation", "run by different organisations", -1.0)


def _compare_kinds(one: Signs, other: Signs, alike: float) -> Iterable[Reason]:
    ours, theirs = KIND_WORDS[one.kind].label, KIND_WORDS[other.kind].label
    if one.kind == other.kind:
        yield Reason("same_kind", f"both are of the kind {ours}", 0.4)
    elif "venue" in (one.kind, other.kind) and alike < SAME_NAME:
        words = f"different kinds: a place to go, and {_other_than_venue(one, other)}"
        yield Reason("other_kind", words, -3.0)
    else:
        yield Reason("other_kind", f"different kinds: {ours} and {theirs}", -0.8)


def _other_than_venue(one: Signs, other: Signs) -> str:
    kind = other.kind if one.kind == "venue" else one.kind
    return f"a {KIND_WORDS[kind].label.lower()} that may meet there"


def _compare_points(one: Signs, other: Signs) -> Iterable[Reason]:
    metres, surely = _metres_apart(one, other)
    if metres is None:
        return
    words = _distance_words(metres, one, other)
    if {one.precision, other.precision} <= WELL_KNOWN and metres < 250:
        exact = one.precision == other.precision == "exact"
        yield Reason("close", words, 0.8 if exact and metres < 60 else 0.5)
    elif surely >= 800:
        points = -0.6 if surely < FAR_M else -1.5 if surely < 4 * FAR_M else -3.0
        yield Reason("far", words, points)


def _metres_apart(one: Signs, other: Signs) -> tuple[float | None, float]:
    """Metres between two points (None without both), and how many of them are sure."""
    if one.east is None or one.north is None or other.east is None or other.north is None:
        return None, 0.0
    metres = hypot(one.east - other.east, one.north - other.north)
    error = ERROR_M.get(one.precision or "", 0) + ERROR_M.get(other.precision or "", 0)
    return metres, max(0.0, metres - error)


def _distance_words(metres: float, one: Signs, other: Signs) -> str:
    """A distance from a private home would give the home away."""
    if one.at_home or other.at_home:
        return "close to each other" if metres < 250 else "far from each other"
    return f"{max(10, round(metres / 10) * 10)} m apart" if metres < 1000 else f"{metres / 1000:.1f} km apart"


def _compare_venues(one: Signs, other: Signs) -> Iterable[Reason]:
    if not one.venue or not other.venue:
        return
    if fuzz.token_set_ratio(one.venue, other.venue) >= 88:
        yield Reason("same_venue", "at the same place", 0.5)
    else:
        plain = one.parts.is_plain and other.parts.is_plain
        yield Reason("other_venue", "at different places", -1.8 if plain else -0.6)


def _compare_sessions(one: Signs, other: Signs, alike: float, *, in_touch: bool) -> Iterable[Reason]:
    if not one.sessions or not other.sessions:
        return
    if shared := one.sessions & other.sessions:
        far = _metres_apart(one, other)[1] >= FAR_M
        timed = any(time for _, time in shared)
        points = 0.3 if far else 1.2 if not timed else 3.2 if in_touch else 2.4
        yield Reason("same_sessions", f"same day and time: {_times(shared)}", points)
    elif not {day for day, _ in one.sessions} & {day for day, _ in other.sessions}:
        yield Reason("other_sessions", "on different days", -0.8 if alike >= SAME_NAME else -1.5)


def _times(sessions: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{DAY_WORDS.get(day[-2:], day)} {time}".strip() for day, time in sorted(sessions)[:2])
