"""Days that are closed or left out: they are taken from the days that are open."""

from ingest.hours.plan import Group, Plan, Unsure


def take_away(plan: Plan, groups: list[Group], taken: list[Group]) -> None:
    """Days that are closed or left out, and days with other times instead."""
    for group in [*taken, *(one for one in groups if one.excepted)]:
        if group.dates:
            raise Unsure
        for other in groups:
            if other is not group and not other.excepted:
                other.days = [day for day in other.days if day not in group.days]
                _leave_out(other, group.nths)
    for left_out in plan.not_nths:
        for other in groups:
            _leave_out(other, list(left_out.nths))
    if not all(group.has_subject for group in groups):
        raise Unsure


def _leave_out(group: Group, nths: list[tuple[int, str]]) -> None:
    """Every Tuesday but the first is the second, third, fourth and fifth."""
    for nth, day in nths:
        if any(other == day for _, other in group.nths):
            group.nths = [one for one in group.nths if one != (nth, day)]
        elif day in group.days:
            # The last may be the fourth or the fifth: no rule we keep says "not the last".
            if nth < 0:
                raise Unsure
            group.days = [one for one in group.days if one != day]
            group.nths += [(other, day) for other in range(1, 6) if (other, day) not in nths]
