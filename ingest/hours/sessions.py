"""From days with their times to sessions in the forms we keep; what cannot be kept makes us unsure."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from api.entries.schemas import SessionDraft
from api.entries.sessions import DAYS
from api.entries.vocabulary import SessionPurpose
from ingest.hours.clock import Range, Window, resolve_range, resolve_start
from ingest.hours.items import Bound, Note, Times
from ingest.hours.leaving_out import take_away
from ingest.hours.notes import ALL_DAY_WORDS, LATE_WORDS, MIDNIGHT_WORDS, cut_note
from ingest.hours.plan import Group, Plan, Unsure
from ingest.hours.words import ANY_TIME

_WHICH_WEEK = "It is every other week, or more seldom, and the text does not say from which date to count."


@dataclass(frozen=True)
class Setting:
    """What holds for all sessions of a text. `since` is their first date where the text gives none."""

    purpose: SessionPurpose
    label: str | None
    since: date
    today: date
    counted_from: date | None = None


@dataclass
class Built:
    """The sessions, and the words that were kept beside them without being understood."""

    sessions: list[SessionDraft] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


def build_sessions(plan: Plan, text: str, setting: Setting) -> Built:
    """The sessions of a plan. Raises Unsure."""
    taken = [group for group in plan.groups if group.is_taken_away]
    groups = [group for group in plan.groups if not group.is_taken_away]
    if not groups:
        return Built() if not any(group.has_subject for group in taken) else _raise_unsure()
    take_away(plan, groups, taken)
    _split_lunch(groups)
    return _Builder(plan, groups, text, setting).build()


def _raise_unsure() -> Built:
    raise Unsure("It says when it is closed, and not when it is open.")


def _split_lunch(groups: list[Group]) -> None:
    if any(group.lunch for group in groups) and sum(group.has_times for group in groups) > 1:
        raise Unsure


class _Builder:
    def __init__(self, plan: Plan, groups: list[Group], text: str, setting: Setting) -> None:
        self._plan = plan
        self._groups = groups
        self._text = text
        self._setting = setting
        self._built = Built()
        self._timed: list[tuple[Group, Range]] = []
        self._every = [one.weeks for one in plan.every if one.weeks > 1]

    def build(self) -> Built:
        self._check_repeats()
        for group in self._groups:
            self._check_dates(group)
            ranges = self._ranges(group)
            note = self._note(group, sessions=max(1, len(ranges or ())))
            if ranges is None:
                self._add_unclear(group)
                continue
            if not ranges:
                self._add(group, None, None, _joined(self._part_words(group), note))
            for one, words in ranges:
                self._add(group, one, words, note)
        self._check_overlaps()
        return self._built

    def _check_repeats(self) -> None:
        if self._plan.monthly and not all(group.nths and not group.days for group in self._groups):
            raise Unsure("It is once a month, and the text does not say on which day of the month.")
        if len(self._every) > 1 or (self._every and len(self._groups) > 1):
            raise Unsure
        if self._plan.every and any(group.nths or group.dates for group in self._groups):
            raise Unsure

    def _check_dates(self, group: Group) -> None:
        """A weekday beside a date must be that date's."""
        if group.dates and (group.nths or len(group.days) > 1):
            raise Unsure

    def _ranges(self, group: Group) -> list[tuple[Range, str | None]] | None:
        """The group's times, each with words about its end; None when they may mean several things."""
        if group.all_day:
            if group.times or group.lunch:
                raise Unsure
            return [(Range(0, 1440), ALL_DAY_WORDS)]
        hint = _hint(group)
        found = [_resolve(times, hint) for times in group.times]
        ranges = [one for one in found if one is not None]
        if len(ranges) != len(found):
            return None
        for one in group.lunch:
            pause = _resolve(one, None)
            if pause is None or pause[0].ends is None:
                raise Unsure
            ranges = _cut(ranges, pause[0])
        return ranges

    def _part_words(self, group: Group) -> str | None:
        return " and ".join(self._text[part.start : part.end] for part in group.parts) or None

    def _add_unclear(self, group: Group) -> None:
        """The days are known; the times are shown as they were written."""
        words = "; ".join(self._line(number) for number in sorted(group.lines))
        self._built.kept.append(words)
        self._add(group, None, None, words)

    def _line(self, number: int) -> str:
        start, end = self._plan.spans[number]
        return self._text[start : end + (self._text[end : end + 1] == ")")]

    def _note(self, group: Group, *, sessions: int) -> str | None:
        """The words beside the times: those of its own line, and of the lines without times."""
        own = [note for number in sorted(group.lines) for note in self._plan.notes.get(number, [])]
        busy = {number for one in self._groups for number in one.lines}
        general = [n for number, notes in self._plan.notes.items() if number not in busy for n in notes]
        crowded = sessions > 1 or sum(bool(one.lines & group.lines) for one in self._groups) > 1
        self._keep([*own, *general])
        # Of several times in one line we do not know which one the words belong to.
        if crowded and any(note.kind in ("plain", "condition") for note in own):
            return _joined(*(self._line(number) for number in sorted(group.lines)), self._words(general))
        return _joined(self._words(own), self._words(general))

    def _keep(self, notes: list[Note]) -> None:
        for note in notes:
            words = self._text[note.start : note.end]
            if note.kind == "plain" and words not in self._built.kept:
                self._built.kept.append(words)

    def _words(self, notes: list[Note]) -> str | None:
        return "; ".join(self._said(note) for note in notes) or None

    def _said(self, note: Note) -> str:
        """ "Sundays and bank holidays closed" is read apart, so what is off must be said again."""
        words = self._text[note.start : note.end]
        return f"Not on {words}" if note.kind == "occasion" else words

    def _add(self, group: Group, times: Range | None, words: str | None, note: str | None) -> None:
        if times is not None:
            self._timed.append((group, times))
        for rule, first in self._rules(group):
            skipped, unskipped = self._not_on(group, rule)
            self._built.sessions.append(
                SessionDraft(
                    purpose=self._setting.purpose,
                    label=self._setting.label,
                    rrule=rule,
                    starts_on=first,
                    starts_at=times.starts_at if times else None,
                    ends_at=times.ends_at if times else None,
                    not_on=skipped,
                    note=cut_note(_joined(words, note, unskipped)),
                )
            )

    def _rules(self, group: Group) -> Iterator[tuple[str | None, date]]:
        if group.dates:
            weekday = group.days[0] if group.days else None
            for loose in group.dates:
                day = loose.on(today=self._setting.today, weekday=weekday)
                if day is None:
                    raise Unsure("A date has no year, is not in the calendar, or falls on another weekday.")
                yield None, day
            return
        since, until = self._bounds(group)
        ending = f";UNTIL={until:%Y%m%d}" if until else ""
        if group.days:
            every = self._every[0] if self._every else 1
            stride = f"INTERVAL={every};" if every > 1 else ""
            days = ",".join(day for day in DAYS if day in group.days)
            yield f"FREQ=WEEKLY;{stride}BYDAY={days}{ending}", since
        if group.nths:
            codes = ",".join(dict.fromkeys(f"{nth}{day}" for nth, day in group.nths))
            yield f"FREQ=MONTHLY;BYDAY={codes}{ending}", since

    def _bounds(self, group: Group) -> tuple[date, date | None]:
        """The first date, and the last one if the text names it."""
        first = self._bound(group, "since") or self._bound(group, "next")
        until = self._bound(group, "until", since=first)
        if self._every:
            first = first or self._setting.counted_from
            if first is None:
                raise Unsure(_WHICH_WEEK)
            if DAYS[first.weekday()] not in group.days:
                raise Unsure("The date from which the weeks are counted falls on another weekday.")
        if until and until < (first or self._setting.since):
            raise Unsure
        return first or self._setting.since, until

    def _bound(self, group: Group, how: str, *, since: date | None = None) -> date | None:
        found: list[Bound] = [bound for bound in self._plan.bounds if bound.how == how]
        if not found:
            return None
        weekday = group.days[0] if len(group.days) == 1 and how != "until" else None
        loose = found[0].date
        day = loose.on(today=self._setting.today) or (
            loose.on(today=self._setting.today, weekday=weekday) if loose.year is None else None
        )
        if day is None and since is not None and loose.year is None and loose.weekday is None:
            # "5 January to 23 March": within the year that follows.
            ends = [replace(loose, year=year).on(today=since) for year in (since.year, since.year + 1)]
            day = next((one for one in ends if one is not None and one > since), None)
        if day is None or len(found) > 1:
            raise Unsure("A date has no year, is not in the calendar, or falls on another weekday.")
        return day

    def _not_on(self, group: Group, rule: str | None) -> tuple[list[date], str | None]:
        """Dates left out; one that we cannot place stays in words."""
        skipped: list[date] = []
        words: list[str] = []
        weekdays = {*group.days, *(day for _, day in group.nths)}
        for item in self._plan.not_on:
            days = [loose.on(today=self._setting.today) for loose in item.dates]
            sure = [day for day in days if day is not None and DAYS[day.weekday()] in weekdays]
            if rule is not None and len(sure) == len(days):
                skipped += sure
            else:
                words.append(self._text[item.start : item.end])
        return skipped, "; ".join(words) or None

    def _check_overlaps(self) -> None:
        """Two times at once: the second may be there instead of the first, so we do not choose."""
        for at, (group, one) in enumerate(self._timed):
            for other_group, other in self._timed[at + 1 :]:
                if _same_day(group, other_group) and _overlap(one, other):
                    raise Unsure("Two of the times overlap, so one may be there instead of the other.")


def _hint(group: Group) -> Window | None:
    windows = {part.window for part in group.parts if part.window != ANY_TIME}
    return windows.pop() if len(windows) == 1 else None


def _resolve(times: Times, hint: Window | None) -> tuple[Range, str | None] | None:
    if times.first is None:
        return None
    if times.last is None:
        found = resolve_start(times.first, hint)
        return (found, LATE_WORDS if times.late else None) if found else None
    found = resolve_range(times.first, times.last, hint)
    return (found, MIDNIGHT_WORDS if found.ends == 1440 else None) if found else None


def _cut(ranges: list[tuple[Range, str | None]], pause: Range) -> list[tuple[Range, str | None]]:
    """The times without a break that lies inside one of them."""
    cut: list[tuple[Range, str | None]] = []
    for one, words in ranges:
        inside = one.ends is not None and pause.ends is not None
        if inside and one.starts < pause.starts and (pause.ends or 0) < (one.ends or 0):
            cut += [(Range(one.starts, pause.starts), None), (Range(pause.ends or 0, one.ends), words)]
        else:
            cut.append((one, words))
    if len(cut) == len(ranges):
        raise Unsure
    return cut


def _same_day(one: Group, other: Group) -> bool:
    if one.dates or other.dates:
        return one.dates == other.dates
    mine = {*((0, day) for day in one.days), *one.nths}
    others = {*((0, day) for day in other.days), *other.nths}
    return any(
        day == day2 and (nth == nth2 or 0 in (nth, nth2) or -1 in (nth, nth2))
        for nth, day in mine
        for nth2, day2 in others
    )


def _overlap(one: Range, other: Range) -> bool:
    return one.starts < (other.ends or other.starts + 1) and other.starts < (one.ends or one.starts + 1)


def _joined(*words: str | None) -> str | None:
    return "; ".join(dict.fromkeys(one for one in words if one)) or None
