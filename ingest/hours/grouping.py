"""Putting days and times together: which times belong to which days, line by line."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ingest.hours.items import (
    AllDay,
    Bound,
    Break,
    Closed,
    Dates,
    Days,
    Doubt,
    EveryWeeks,
    Except,
    Item,
    Monthly,
    Note,
    NotNths,
    NotOn,
    Nths,
    Part,
    Times,
)
from ingest.hours.plan import Group, Plan, Unsure
from ingest.hours.words import ANY_TIME, LUNCH

Subject = (Days, Nths, Dates)


def make_plan(items: Sequence[Item]) -> Plan:
    """The plan of a text. Raises Unsure where two readings are possible."""
    for item in items:
        if isinstance(item, Doubt):
            raise Unsure(item.why)
    plan = Plan()
    for number, line in enumerate(_split_lines(_settle_next(items))):
        plan.spans[number] = line[0].start, line[-1].end
        _LineReader(plan, number, line).read()
    plan.groups = _complete(plan.groups)
    kinds = [note for notes in plan.notes.values() for note in notes if note.kind == "condition"]
    if len(kinds) > 1:
        raise Unsure("The times change with the time of year.")
    return plan


def _settle_next(items: Sequence[Item]) -> list[Item]:
    """ "Next meeting 12 March" is a date where no other day is named, a count where weeks are skipped."""
    if any(isinstance(item, EveryWeeks) and item.weeks > 1 for item in items):
        return list(items)
    named = any(isinstance(item, Days | Nths) for item in items)
    settled: list[Item] = []
    for item in items:
        if isinstance(item, Bound) and item.how == "next":
            kept = Note(item.start, item.end, "known") if named else Dates(item.start, item.end, (item.date,))
            settled.append(kept)
        else:
            settled.append(item)
    return settled


def _split_lines(items: Sequence[Item]) -> Iterator[list[Item]]:
    line: list[Item] = []
    for item in items:
        if not isinstance(item, Break):
            line.append(item)
        elif line:
            yield line
            line = []
    if line:
        yield line


class _LineReader:
    """Reads one line: days first ("Mon 9-5, Tue 10-4") or times first ("9-5 Mon, 10-4 Tue")."""

    def __init__(self, plan: Plan, number: int, line: list[Item]) -> None:
        self._plan = plan
        self._number = number
        self._line = line
        self._current: Group | None = None
        self._parts: list[Part] = []
        self._aside: Group | None = None
        self._closing = self._excepting = self._lunching = self._occasion = False
        leading = next((item for item in line if isinstance(item, (*Subject, Times, AllDay))), None)
        self._times_first = isinstance(leading, Times | AllDay)

    def read(self) -> None:
        for item in self._line:
            self._take(item)
        # "closed" with nothing to close, in a line with other things in it.
        if (self._closing and len(self._line) > 1) or self._lunching or self._occasion:
            raise Unsure
        if self._parts:
            self._start().parts += self._parts

    def _take(self, item: Item) -> None:
        match item:
            case Days() | Nths() | Dates():
                self._take_subject(item)
            case Times() | AllDay():
                self._take_times(item)
            case Part():
                self._take_part(item)
            case Closed():
                self._take_closed(item)
            case Except():
                self._excepting = True
            case Note():
                self._take_note(item)
            case _:
                self._take_rule(item)

    def _take_rule(self, item: Item) -> None:
        match item:
            case EveryWeeks():
                self._plan.every.append(item)
            case Monthly():
                self._plan.monthly.append(item)
            case Bound():
                self._plan.bounds.append(item)
            case NotNths():
                self._plan.not_nths.append(item)
            case NotOn():
                self._plan.not_on.append(item)

    def _start(self) -> Group:
        group = Group({self._number}, parts=self._parts, closed=self._closing, excepted=self._excepting)
        self._parts, self._closing, self._excepting = [], False, False
        self._plan.groups.append(group)
        self._current = group
        return group

    def _take_part(self, item: Part) -> None:
        group = self._current
        # "closed Wed afternoon" and "except Wed afternoon" leave a morning nobody told us of.
        if self._closing or self._aside or (group is not None and (group.closed or group.excepted)):
            raise Unsure
        (group.parts if group else self._parts).append(item)

    def _take_subject(self, item: Days | Nths | Dates) -> None:
        group = self._aside or self._current
        if self._excepting and group is not None and group.has_subject and not group.has_predicate:
            # "Every day except Sunday, 9-5": the times that follow are those of the other days.
            self._aside = self._start()
            self._current, group = group, self._aside
        elif group is None or self._closing or self._excepting or self._ends_at_subject(group):
            group = self._start()
        if isinstance(item, Days):
            # "1st Tuesday and Thursday" may be every Thursday.
            if group.nths:
                raise Unsure
            group.days += item.days
        elif isinstance(item, Nths):
            group.nths += item.nths
        else:
            group.dates += item.dates

    def _ends_at_subject(self, group: Group) -> bool:
        if self._times_first:
            return group.is_taken_away
        return group.has_times or group.closed or bool(group.parts and group.has_subject)

    def _take_times(self, item: Times | AllDay) -> None:
        if self._occasion:
            raise Unsure
        self._aside = None
        group = self._current
        if self._lunching and isinstance(item, Times):
            self._lunching = False
            if group is None:
                raise Unsure
            group.lunch.append(item)
            return
        if group is None or self._closing or (self._times_first and group.has_subject and group.has_times):
            group = self._start()
        if group.closed:
            raise Unsure
        if isinstance(item, AllDay):
            group.all_day = True
        else:
            self._add_times(group, item)

    def _add_times(self, group: Group, item: Times) -> None:
        last = group.times[-1] if group.times else None
        # "9-5 lunch 1-2" closes, and does not open again.
        if last is not None and any(part.window == LUNCH and part.start > last.end for part in group.parts):
            raise Unsure
        # "09:00 18:00" may be two times or one.
        if last is not None and last.last is None and item.last is None and item.start - last.end <= 1:
            group.times[-1] = Times(last.start, item.end, None)
        else:
            group.times.append(item)

    def _take_closed(self, item: Closed) -> None:
        group = self._current
        after_occasion, self._occasion = self._occasion, False
        if item.lunch:
            self._lunching = True
        elif group is not None and group.has_subject and not group.has_predicate and not self._times_first:
            group.closed = True
        elif not after_occasion:
            self._closing = True

    def _take_note(self, item: Note) -> None:
        current = self._current
        bare = current is not None and current.has_subject and not current.has_predicate
        if item.kind == "asked" and bare and current is not None and not current.excepted:
            current.parts.append(Part(item.start, item.end, ANY_TIME))
            return
        if item.kind == "occasion":
            group = self._current
            # "closed Sundays and bank holidays"; else it must still be said whether it is on or off.
            if not (group is not None and group.is_taken_away):
                self._occasion = True
        self._plan.notes.setdefault(self._number, []).append(item)


def _complete(groups: list[Group]) -> list[Group]:
    """Days on one line and their times on the next are one group. Raises Unsure for what is left alone."""
    if not any(group.has_predicate for group in groups):
        return groups
    done: list[Group] = []
    waiting: Group | None = None
    for group in groups:
        whole = group.has_subject and (group.has_predicate or group.excepted)
        if whole or group.is_taken_away:
            done.append(group)
        elif waiting is None:
            waiting = group
        elif waiting.has_subject != group.has_subject and not waiting.lines & group.lines:
            done.append(_merge(waiting, group))
            waiting = None
        else:
            raise Unsure
    if waiting is not None:
        done.append(_alone(waiting, done))
    return done


def _alone(group: Group, others: list[Group]) -> Group:
    """Times without a day: "24 hours" alone is every day, all else may be any."""
    if group.all_day and not group.times and not others:
        return replace(group, days=["MO", "TU", "WE", "TH", "FR", "SA", "SU"])
    raise Unsure


def _merge(first: Group, second: Group) -> Group:
    return Group(
        first.lines | second.lines,
        first.days + second.days,
        first.nths + second.nths,
        first.dates + second.dates,
        first.times + second.times,
        first.lunch + second.lunch,
        first.parts + second.parts,
        first.all_day or second.all_day,
    )
