"""Plain queries read as intent: the place, the time, the kind and the language that a visitor typed among
the words. Each is said in `understood` and can be taken back with `as_typed`; nothing is guessed silently."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from api.entries.sessions import DAY_NAMES
from api.entries.vocabulary import KIND_WORDS, LANGUAGE_LABELS
from api.search.everyday import (
    ARRIVED,
    BEFORE_PLACE,
    BEFORE_TIME,
    DAY_OF,
    DAYS,
    DRIVES,
    KIND_PHRASES,
    LANGUAGE_OF,
    LASTS,
    MUST_FIT,
    PART_NAMES,
    PARTS,
    RIDERS,
    SPOKEN,
    WORDS_TOO,
)
from api.search.words import split_words
from geo.postcodes import find_postcode_within

What = Literal["place", "time", "kind", "language"]
NamePlaces = Callable[[list[str]], Awaitable[dict[str, str]]]

LONGEST_PLACE: Final = 4


@dataclass(frozen=True)
class TimeWanted:
    """Days of the week, and a window in minutes since midnight (None: any time of the day)."""

    days: tuple[str, ...]
    window: tuple[int, int] | None = None


@dataclass(frozen=True)
class Understood:
    """One thing read out of the words: `words` as typed, `value` as a filter, `label` for people."""

    what: What
    words: str
    value: str
    label: str

    def as_json(self) -> dict[str, str]:
        return {"what": self.what, "words": self.words, "value": self.value, "label": self.label}


@dataclass(frozen=True)
class Intent:
    """What was understood, and the `words` left to look for. `kind_words` name the kind: they help order."""

    words: list[str]
    kind_words: list[str]
    understood: list[Understood]
    place: str | None = None
    time: TimeWanted | None = None
    kind: str | None = None
    language: str | None = None


async def read_intent(query: str, *, skip: Sequence[str], now: datetime, name_places: NamePlaces) -> Intent:
    """Read a query. `skip` names what must stay words, because the visitor said so or chose a filter for it.
    `name_places` answers which of some names mean exactly one place, each with its full name."""
    reader = _Reader(query, now)
    # "drop in ely" is a drop-in, so the kind is read before "in" can take the place.
    if "kind" not in skip:
        reader.read_kind()
    # "Peterborough on a Sunday" ends with the place once the day is taken out.
    if "time" not in skip:
        reader.read_time()
    if "place" not in skip:
        await reader.read_place(name_places)
    if "language" not in skip:
        reader.read_language()
    return reader.intent()


class _Reader:
    """Takes understood words out of the query one sort at a time."""

    def __init__(self, query: str, now: datetime) -> None:
        self._query = query
        self._now = now
        self._words: list[str] = split_words(query)
        self._understood: list[Understood] = []
        self._kind_words: list[str] = []
        self._place: str | None = None
        self._time: TimeWanted | None = None
        self._kind: str | None = None
        self._language: str | None = None

    def intent(self) -> Intent:
        words, kind_words = self._words, self._kind_words
        if self._kind == "transport" and (fits := [word for word in words if word in MUST_FIT]):
            words, kind_words = fits, [*kind_words, *(word for word in words if word not in MUST_FIT)]
        return Intent(
            words,
            kind_words,
            self._understood,
            self._place,
            self._time,
            self._kind,
            self._language,
        )

    def _take(self, start: int, stop: int) -> str:
        words = " ".join(self._words[start:stop])
        self._words = self._words[:start] + self._words[stop:]
        return words

    def _note(self, what: What, words: str, value: str, label: str) -> None:
        self._understood.append(Understood(what, words, value, label))

    async def read_place(self, name_places: NamePlaces) -> None:
        """A postcode anywhere; else a place name after "in", "near"...; else one at the end or the start."""
        postcode = find_postcode_within(self._query)
        if postcode is not None:
            halves = "".join(postcode.text.lower().split()), *postcode.text.lower().split()
            self._words = [word for word in self._words if word not in halves]
            self._drop_trailing_joiner()
            self._set_place(postcode.text, postcode.text)
            return
        candidates = self._place_candidates()
        known = await name_places([" ".join(self._words[start:stop]) for start, stop, _ in candidates])
        for start, stop, joined in candidates:
            typed = " ".join(self._words[start:stop])
            if typed in known:
                self._take(start - 1 if joined else start, stop)
                self._set_place(typed, known[typed])
                return

    def _place_candidates(self) -> list[tuple[int, int, bool]]:
        """(start, stop, after a joining word) of what may be a place name, the longest and latest first."""
        words = self._words
        after = [
            (at, min(at + length, len(words)), True)
            for at in range(len(words), 0, -1)
            if at < len(words) and (words[at - 1] in BEFORE_PLACE or self._has_arrived(at - 1))
            for length in range(min(LONGEST_PLACE, len(words) - at), 0, -1)
        ]
        last = [
            (len(words) - length, len(words), False)
            for length in range(min(LONGEST_PLACE, len(words)), 0, -1)
            if not (length == 1 and words[-1] in WORDS_TOO)
            # "a lift to Ely" says where to go, not where the visitor is.
            and words[len(words) - length - 1 : len(words) - length] != ["to"]
        ]
        first = [(0, 1, False)] if len(words) > 1 and words[0] not in WORDS_TOO else []
        return after + last + self._set_apart() + self._set_out_from() + first

    def _set_out_from(self) -> list[tuple[int, int, bool]]:
        """What stands before "to": "a bus St Neots to Hinchingbrooke"."""
        return [
            (at - length, at, False)
            for at, word in enumerate(self._words)
            if word == "to" and at > 0 and self._words[at - 1] not in WORDS_TOO
            for length in range(min(LONGEST_PLACE, at), 0, -1)
        ]

    def _has_arrived(self, at: int) -> bool:
        return self._words[at] == "to" and at > 0 and self._words[at - 1] in ARRIVED

    def _set_apart(self) -> list[tuple[int, int, bool]]:
        """What stands alone before the first comma or after the last: "somewhere warm, March"."""
        head, comma, _ = self._query.partition(",")
        if not comma:
            return []
        first, last = split_words(head), split_words(self._query.rpartition(",")[2])
        words: list[str] = self._words
        found = []
        if 0 < len(last) <= LONGEST_PLACE and words[-len(last) :] == last:
            found.append((len(words) - len(last), len(words), False))
        if 0 < len(first) <= LONGEST_PLACE and words[: len(first)] == first:
            found.append((0, len(first), False))
        return found

    def _set_place(self, words: str, name: str) -> None:
        self._place = name
        self._note("place", words, name, f"near {name}")

    def _drop_trailing_joiner(self) -> None:
        while self._words and self._words[-1] in BEFORE_PLACE:
            self._words.pop()

    def _drop_durations(self) -> None:
        """ "For a weekend" is how long, not when."""
        for at in range(len(self._words) - 3, -1, -1):
            match self._words[at : at + 3]:
                case ["for", "a" | "one" | "the", unit] if unit in LASTS:
                    self._take(at, at + 3)

    def read_time(self) -> None:
        self._drop_durations()
        days, taken = self._read_days()
        window = None
        for at, word in enumerate(self._words):
            if self._is_part_of_day(at, days):
                window = PARTS[word]
                taken.append(word)
        if "tonight" in self._words:
            days, window = (DAYS[self._now.weekday()],), PARTS["evening"]
            taken.append("tonight")
        if not days and window is None:
            return
        self._time = TimeWanted(days or DAYS, window)
        words = " ".join(word for word in self._words if word in taken)
        self._drop_times(taken)
        self._note("time", words, ",".join(self._time.days), describe_wanted(self._time))

    def _is_part_of_day(self, at: int, days: tuple[str, ...]) -> bool:
        """A "coffee morning" or a "night shelter" is no time; "in the morning" and "Thursday night" are."""
        word, before = self._words[at], self._words[at - 1] if at else ""
        if word not in PARTS or before in ("coffee", "good", "games", "quiz"):
            return False
        return bool(days) or word[:5] != "night" or before in ("at", "the", "late", "by")

    def _drop_times(self, taken: list[str]) -> None:
        """Take the times out, with the small words that lead up to them: "on a Sunday", "in the morning"."""
        left: list[str] = []
        for word in self._words:
            if word in taken:
                while left and left[-1] in BEFORE_TIME:
                    left.pop()
            else:
                left.append(word)
        self._words = left

    def _read_days(self) -> tuple[tuple[str, ...], list[str]]:
        days: list[str] = []
        taken: list[str] = []
        today = self._now.weekday()
        relative = {
            "today": [DAYS[today]],
            "tomorrow": [DAYS[(self._now + timedelta(days=1)).weekday()]],
            "weekend": ["sat", "sun"],
            "weekends": ["sat", "sun"],
            "weekday": list(DAYS[:5]),
            "weekdays": list(DAYS[:5]),
        }
        for word in self._words:
            found = [DAY_OF[word]] if word in DAY_OF else relative.get(word, [])
            if found:
                days += found
                taken.append(word)
        return tuple(dict.fromkeys(days)), taken

    def read_language(self) -> None:
        for at, word in enumerate(self._words):
            code = LANGUAGE_OF.get(word)
            if word == "sign" and self._words[at + 1 : at + 2] == ["language"]:
                code = "bsl"
            if word == "bsl":
                code = "bsl"
            if code is None:
                continue
            stop = at + 1
            while stop < len(self._words) and self._words[stop] in SPOKEN:
                stop += 1
            start = at - 1 if at and self._words[at - 1] in ("in", "speak", "speaks", "speaking") else at
            words = self._take(start, stop)
            self._language = code
            self._note("language", words, code, LANGUAGE_LABELS[code])
            return

    def read_kind(self) -> None:
        self._read_ride()
        if self._kind is not None:
            return
        for length in (3, 2, 1):
            for at in range(len(self._words) - length + 1):
                phrase = " ".join(self._words[at : at + length])
                kind = KIND_PHRASES.get(phrase)
                if kind is not None:
                    self._kind = kind
                    # What follows "to" is where to go; without it Ely would be where the visitor is.
                    taken = length - 1 if phrase.endswith(" to") else length
                    self._kind_words = self._take(at, at + taken).split()
                    self._note("kind", phrase, kind, KIND_WORDS[kind].label)
                    return

    def _read_ride(self) -> None:
        """Somebody who is to be taken somewhere wants a ride, whatever they call it."""
        words = self._words
        for at, word in enumerate(words):
            stop = at + 1
            while stop < len(words) and words[stop] in RIDERS:
                stop += 1
            if word in DRIVES and stop > at + 1 and words[stop : stop + 1] == ["to"]:
                self._kind = "transport"
                self._note("kind", f"{self._take(at, stop)} to", "transport", KIND_WORDS["transport"].label)
                return


def describe_wanted(wanted: TimeWanted) -> str:
    """ "on Thursday in the morning", "at weekends"."""
    if wanted.days == DAYS:
        days = ""
    elif wanted.days == ("sat", "sun"):
        days = "at weekends"
    elif wanted.days == DAYS[:5]:
        days = "on weekdays"
    else:
        days = "on " + " or ".join(DAY_NAMES[DAYS.index(day)] for day in wanted.days)
    part = PART_NAMES.get(wanted.window, "") if wanted.window else ""
    return f"{days} {part}".strip()
