"""Public libraries of Cambridgeshire: the county council's list, one row a library, hours a column a day.

Columns and their meaning: the libraries schema at https://schema.librarydata.uk/libraries.html.
"""

from datetime import date
from typing import Final

from api.entries.schemas import ContactDraft, EntryDraft, OrganisationDraft, PlaceDraft, SessionDraft
from api.entries.sessions import DAY_NAMES
from api.entries.vocabulary import State
from geo.gazetteer import fold_name
from ingest.hours import read_week
from ingest.mapping import KnownSource
from ingest.table import Row
from ingest.values import read_email, read_postcode, read_web_address, read_year

STAFFED: Final = tuple(f"{day} staffed hours" for day in DAY_NAMES)
UNSTAFFED: Final = tuple(f"{day} unstaffed hours" for day in DAY_NAMES)
# The list does not say since when its hours hold. A Monday well in the past gives every weekday its first
# date within one week, and never moves, so that the same row always makes the same entry.
HOURS_SINCE: Final = date(2024, 1, 1)

# The council answers for the service whoever runs the building (schema.librarydata.uk/common-fields), so it
# is the organisation of all; the type says who runs this one.
TYPES: Final = {
    "LAL": "Public library{where} run by {council}.",
    "LAL-": "Public library{where} run by {council}, without staff.",
    "CL": "Public library{where} run on behalf of {council}.",
    "CRL": "Public library{where} run by the community, in the library service of {council}.",
    "ICL": "Independent community library{where}.",
}
UNKNOWN_TYPE: Final = "Public library{where}, listed by {council}."


def key_of(row: Row) -> str | None:
    """The library's own web page, which stays when it is renamed or moves; else its name and postcode."""
    page = row.text("URL")
    if page:
        return page.removeprefix("https://").removeprefix("http://").rstrip("/")
    name = row.text("Library name")
    return f"{fold_name(name)}|{fold_name(row.text('Postcode') or '')}" if name else None


def map_library(row: Row) -> EntryDraft:
    council = row.text("Local authority")
    state, state_note = _state(row)
    statutory = (row.text("Statutory") or "").casefold() == "yes"
    return EntryDraft(
        kind="venue",
        name=row.text("Library name") or "",
        summary=_summary(row),
        description=_description(row),
        organisation=OrganisationDraft(name=council) if council else None,
        place=_place(row),
        delivery=["in_person"],
        sessions=_sessions(row),
        contacts=_contacts(row),
        # The Public Libraries and Museums Act 1964, section 8: a library authority may not charge for lending
        # books, and may for some other things. Of a library outside the statutory service we know nothing.
        cost="free" if statutory else None,
        cost_note="Borrowing books is free. Some other services may have a charge." if statutory else None,
        state=state,
        state_note=state_note,
    )


def _summary(row: Row) -> str:
    kind = row.text("Type of library") or ""
    if kind.upper() not in TYPES:
        row.note("Type of library", "We do not know this type of library.", "Use LAL, CL, CRL or ICL.")
    words = TYPES.get(kind.upper(), UNKNOWN_TYPE)
    council = row.text("Local authority") or "the council"
    return words.format(where=_where(row), council=council)


def _where(row: Row) -> str:
    """ " in Soham" where the name bears it out: the post town of a village library is another place."""
    name, town = row.text("Library name") or "", row.text("Address 2")
    if town is None or f" {fold_name(town)} " not in f" {fold_name(name)} ":
        return ""
    # "St. Ives" in the address, "St Ives" in the name: the name is how people write it.
    return f" in {town.replace('St. ', 'St ')}"


def _description(row: Row) -> str | None:
    """What the list says in words; the council writes it for the public."""
    parts = []
    shares = row.text("Co-located with")
    if shares:
        parts.append(f"It shares its building with {shares.rstrip('.')}.")
    elif (row.text("Co-located") or "").casefold() == "yes":
        parts.append("It shares its building with others.")
    special = row.text("Special hours")
    if special:
        parts.append(f"Changes to the usual hours: {special.rstrip('.')}.")
        row.note(
            "Special hours",
            "Changes to the usual hours are kept in words; the times shown do not follow them.",
            "Add the dates to the entry by hand.",
        )
    if row.text("Notes"):
        parts.append(str(row.text("Notes")))
    return " ".join(parts) or None


def _place(row: Row) -> PlaceDraft:
    county = row.text("Address 3")
    lines = [row.text("Address 1"), None if county == "Cambridgeshire" else county]
    return PlaceDraft(
        name=row.text("Library name"),
        address=[line for line in lines if line],
        town=row.text("Address 2"),
        postcode=read_postcode(row, "Postcode"),
    )


def _sessions(row: Row) -> list[SessionDraft]:
    staffed = read_week(row, STAFFED, purpose="staffed", label=None, since=HOURS_SINCE)
    unstaffed = read_week(row, UNSTAFFED, purpose="session", label="Unstaffed", since=HOURS_SINCE)
    return staffed + unstaffed


def _contacts(row: Row) -> list[ContactDraft]:
    """The schema asks for a generic or team mailbox, never a person's, so it may be public."""
    email, page = read_email(row, "Email address"), read_web_address(row, "URL")
    return [
        *([ContactDraft(kind="email", value=email)] if email else []),
        *([ContactDraft(kind="web", value=page)] if page else []),
    ]


def _state(row: Row) -> tuple[State, str | None]:
    text = row.text("Year closed")
    if text is None:
        return "running", None
    year = read_year(text)
    if year is None:
        row.note(
            "Year closed",
            "This is not a year, so we left the library open.",
            "If it has closed, write the year, like 2019.",
        )
        return "running", None
    return "closed", f"It closed in {year}, the council's list says."


SOURCE: Final = KnownSource(
    code="cambridgeshire-libraries",
    name="Public libraries in Cambridgeshire",
    url="https://github.com/LibrariesHacked/librarydata-db",
    licence="MIT repository, council data",
    licence_url=None,
    attribution="Cambridgeshire County Council, gathered by Libraries Hacked",
    columns=("Local authority", "Library name", "Address 1", "Address 2", "Postcode", *STAFFED, "URL"),
    name_column="Library name",
    key_of=key_of,
    map_row=map_library,
)
