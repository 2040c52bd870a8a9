"""The import template of Outpost directories: a service in one row, and more of it in the rows below.

A row whose `import_id_reference` names another row adds a place, a price, a time or a contact to that one.
"""

from dataclasses import replace
from datetime import time
from itertools import zip_longest
from typing import Final

from api.entries.schemas import ContactDraft, EntryDraft, OrganisationDraft, PlaceDraft, SessionDraft
from api.entries.sessions import DAY_NAMES, DAYS
from api.entries.vocabulary import Privacy
from ingest.mapping import KnownSource
from ingest.readers.shapes import read_point
from ingest.sources.kinds import kind_of_words
from ingest.sources.open_referral_times import SINCE
from ingest.table import Row, Table
from ingest.values import read_email, read_postcode, read_web_address

# Columns that say one thing together. An empty one keeps its line, or a private contact would be read
# with the mark of a public one.
_TOGETHER: Final = (
    ("contact email", "contact phone", "contact visible"),
    ("cost option", "cost amount", "cost type"),
    ("scheduled weekday", "schedules opens at", "schedules closes at"),
    (
        "location name",
        "location latitude",
        "location longitude",
        "location address 1",
        "location city",
        "location postcode",
        "location visible",
        "mask exact address",
    ),
)


def gather(table: Table) -> Table:
    """Each service in one row, its further values a line each. Rows that name no service stay as they are."""
    rows = list(table.rows)
    mains = {row.text("import_id"): row for row in rows if not row.text("import_id_reference")}
    kept, added = [], dict[int, list[int]]()
    for row in rows:
        reference = row.text("import_id_reference")
        main = mains.get(reference) if reference else None
        if main is None:
            kept.append(row)
            continue
        added.setdefault(main.number, []).append(row.number)
        _add(main, row)
    for main in kept:
        for number in added.get(main.number, ()):
            main.note("import_id_reference", f"Row {number} adds to this one.", "Nothing to do.", value="")
    return replace(table, rows=kept)


def _add(main: Row, row: Row) -> None:
    together = {column: group for group in _TOGETHER for column in group}
    for column, cell in row.cells.items():
        group = together.get(column, (column,))
        if not column.startswith("import id") and any(row.text(one) for one in group):
            line = row.text(column) or "" if column in together else cell
            main.cells[column] = f"{main.cells.get(column, '')}\n{line}"


def lines(row: Row, column: str) -> list[str]:
    return [line.strip() for line in row.cells.get(column.replace("_", " "), "").split("\n")]


def first(row: Row, column: str) -> str | None:
    return next((line for line in lines(row, column) if line), None)


def map_service(row: Row) -> EntryDraft:
    organisation = first(row, "organisation")
    hidden = "FALSE" in (first(row, "visible"), first(row, "approved"))
    return EntryDraft(
        kind=kind_of_words(row.text("name")) or "group",
        name=row.text("name") or "",
        description=row.cells.get("description") or None,
        organisation=OrganisationDraft(name=organisation[:200]) if organisation else None,
        place=_place(row),
        privacy=_privacy(row),
        sessions=_sessions(row),
        contacts=_contacts(row),
        age_from=_age(row, "min_age"),
        age_to=_age(row, "max_age"),
        cost="free" if first(row, "free") == "TRUE" else None,
        cost_note=_cost_note(row),
        self_referral=False if first(row, "needs_referral") == "TRUE" else None,
        state="paused" if first(row, "temporarily_closed") == "TRUE" else "running",
        stage="draft" if hidden else "published",
    )


def _privacy(row: Row) -> Privacy:
    if lines(row, "location_visible")[0] == "FALSE":
        return "hidden"
    return "area" if lines(row, "mask_exact_address")[0] == "TRUE" else "exact"


def _place(row: Row) -> PlaceDraft:
    """The first place: an entry has one. Others are said, to be entered by hand."""
    others = [line for line in lines(row, "location_name") if line][1:]
    for other in others:
        row.note("location_name", f"It has another place, {other}.", "Add an entry for it.", value=other)
    one = Row(row.number, {name: (lines(row, name) or [""])[0] for name in row.cells})
    point = read_point(one, "location_longitude", "location_latitude")
    lon, lat = point or (None, None)
    address = one.text("location_address_1")
    place = PlaceDraft(
        name=one.text("location_name"),
        address=[address] if address else [],
        town=one.text("location_city"),
        postcode=read_postcode(one, "location_postcode"),
        lon=lon,
        lat=lat,
        precision="exact" if point else None,
    )
    row.problems += one.problems
    return place


def _sessions(row: Row) -> list[SessionDraft]:
    sessions = []
    columns = (
        lines(row, name) for name in ("scheduled_weekday", "schedules_opens_at", "schedules_closes_at")
    )
    for day, opens, closes in zip(*columns, strict=False):
        if not day and not opens:
            continue
        try:
            code = DAYS[DAY_NAMES.index(day.capitalize())]
            starts_at, ends_at = time.fromisoformat(opens), time.fromisoformat(closes)
        except ValueError:
            words = f"{day} {opens}–{closes}"
            row.note("scheduled_weekday", "We could not read this time.", "Add it by hand.", value=words)
            continue
        rule = f"FREQ=WEEKLY;BYDAY={code}"
        sessions.append(SessionDraft(rrule=rule, starts_on=SINCE, starts_at=starts_at, ends_at=ends_at))
    return sessions


def _contacts(row: Row) -> list[ContactDraft]:
    """A contact the file does not call visible is kept for curators."""
    found = []
    columns = (lines(row, name) for name in ("contact_email", "contact_phone", "contact_visible"))
    for email, phone, visible in zip_longest(*columns, fillvalue=""):
        one = Row(row.number, {"contact email": email})
        if (address := read_email(one, "contact_email")) is not None:
            found.append(ContactDraft(kind="email", value=address, public=visible == "TRUE"))
        if phone:
            found.append(ContactDraft(kind="phone", value=phone[:200], public=visible == "TRUE"))
        row.problems += one.problems
    page = read_web_address(row, "url") if row.text("url") else None
    return [*found, *([ContactDraft(kind="web", value=page)] if page else [])]


def _age(row: Row, column: str) -> int | None:
    text = first(row, column) or ""
    return int(text) if text.isdecimal() and len(text) <= 3 and int(text) <= 120 else None


def _cost_note(row: Row) -> str | None:
    columns = (lines(row, name) for name in ("cost_option", "cost_amount", "cost_type"))
    parts = [
        f"{option}: £{amount} {kind}".removeprefix(": ").strip()
        for option, amount, kind in zip(*columns, strict=False)
        if amount
    ]
    return "; ".join(parts) or None


SOURCE: Final = KnownSource(
    code="outpost",
    name="Import template of an Outpost directory",
    url="https://github.com/wearefuturegov/outpost",
    licence="See where the file comes from",
    licence_url=None,
    attribution="The council whose directory it is",
    columns=("import_id", "import_id_reference", "name", "description", "location_postcode"),
    name_column="name",
    key_of=lambda row: row.text("import_id"),
    map_row=map_service,
    prepare=gather,
)
