"""Stops of Essex mobile libraries: one row a stop, with the rule by which the van comes round.

Columns and their meaning: the mobile library schema at https://schema.librarydata.uk/mobile-libraries.html.
"""

import re
from datetime import date, time
from typing import Final

from api.entries.schemas import ContactDraft, EntryDraft, OrganisationDraft, PlaceDraft, SessionDraft
from api.entries.sessions import DAY_NAMES, DAYS, RuleError
from geo.gazetteer import fold_name
from ingest.mapping import KnownSource
from ingest.readers.shapes import read_point
from ingest.table import Row
from ingest.values import read_postcode, read_web_address

# The file has the short name of the authority; its own pages say this.
ORGANISATIONS: Final = {"Essex": "Essex County Council"}
_LONGEST: Final = 200


def key_of(row: Row) -> str | None:
    """The stop's own page; else who comes, and where."""
    page = row.text("timetable")
    if page:
        return page.removeprefix("https://").removeprefix("http://").rstrip("/")
    parts = [fold_name(row.text(column) or "") for column in ("organisation", "community", "stop")]
    return "|".join(parts) if parts[2] else None


def map_stop(row: Row) -> EntryDraft:
    organisation = row.text("organisation") or ""
    name = ORGANISATIONS.get(organisation, organisation)
    page = read_web_address(row, "timetable")
    return EntryDraft(
        kind="venue",
        name=f"Mobile library at {_where(row)}",
        summary=f"A library in a van, run by {name}, stops here."
        if name
        else "A library in a van stops here.",
        description=_description(row),
        organisation=OrganisationDraft(name=name) if name else None,
        place=_place(row),
        delivery=["in_person"],
        sessions=[_session(row)],
        contacts=[ContactDraft(kind="web", value=page)] if page else [],
        # The Public Libraries and Museums Act 1964, section 8: no charge for lending books.
        cost="free",
        cost_note="Borrowing books is free. Some other services may have a charge.",
    )


def _where(row: Row) -> str:
    stop, community = row.text("stop") or "", row.text("community")
    return stop if community is None or fold_name(community) in fold_name(stop) else f"{stop}, {community}"


def _description(row: Row) -> str | None:
    mobile, route = row.text("mobile"), row.text("route")
    if mobile is None:
        return None
    return f"The van is {mobile}" + (f", on its round {route}." if route else ".")


def _place(row: Row) -> PlaceDraft:
    lon, lat = read_point(row, "geox", "geoy") or (None, None)
    return PlaceDraft(
        name=_where(row),
        address=[stop] if (stop := row.text("stop")) else [],
        town=row.text("community"),
        postcode=read_postcode(row, "postcode"),
        lon=lon,
        lat=lat,
        precision="exact" if lon is not None else None,
    )


def _session(row: Row) -> SessionDraft:
    """The van's round as the file gives it. Raises RuleError when it gives none."""
    start = _read_date(row, "start")
    rule = row.text("frequency")
    if rule and len(rule) > _LONGEST:
        raise RuleError("The rule for when the van comes is too long to be one.")
    if start is None:
        raise RuleError("The stop has no date on which its round begins.")
    if rule and "BYDAY" not in rule.upper() and "WEEKLY" in rule.upper():
        rule = f"{rule};BYDAY={_day(row, start)}"
    end = _read_date(row, "end")
    if rule and end and "UNTIL" not in rule.upper():
        rule = f"{rule};UNTIL={end:%Y%m%d}"
    return SessionDraft(
        rrule=rule,
        starts_on=start,
        starts_at=_read_time(row, "arrival"),
        ends_at=_read_time(row, "departure"),
        not_on=_exceptions(row),
    )


def _day(row: Row, start: date) -> str:
    named = (row.text("day") or "").capitalize()
    own = DAYS[start.weekday()]
    if named not in DAY_NAMES:
        return own
    said = DAYS[DAY_NAMES.index(named)]
    if said != own:
        row.note("day", f"The round begins on a {DAY_NAMES[start.weekday()]}.", "We took the day named here.")
    return said


def _exceptions(row: Row) -> list[date]:
    text = row.text("exceptions") or ""
    found = []
    for piece in re.split(r"[\s,;]+", text):
        if not piece:
            continue
        try:
            found.append(date.fromisoformat(piece))
        except ValueError:
            row.note(
                "exceptions", f"“{piece}” is not a date, so it is left out.", "Write it like 2026-12-25."
            )
    return sorted(set(found))


def _read_date(row: Row, column: str) -> date | None:
    text = row.text(column)
    if text is None:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        row.note(column, "This is not a date we can read.", "Write it like 2026-12-25.")
        return None


def _read_time(row: Row, column: str) -> time | None:
    text = row.text(column)
    if text is None:
        return None
    try:
        return time.fromisoformat(text.zfill(5) if len(text) < 6 else text).replace(tzinfo=None)
    except ValueError:
        row.note(
            column, "This is not a time we can read, so the hours count as unknown.", "Write it like 09:30."
        )
        return None


SOURCE: Final = KnownSource(
    code="mobile-essex",
    name="Mobile library stops in Essex",
    url="https://github.com/LibrariesHacked/mobilelibraries-database",
    licence="MIT repository, council data",
    licence_url=None,
    attribution="Essex County Council, gathered by Libraries Hacked",
    columns=("community", "stop", "postcode", "geox", "geoy", "arrival", "departure", "frequency", "start"),
    name_column="stop",
    key_of=key_of,
    map_row=map_stop,
)
