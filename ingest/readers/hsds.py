"""Reads HSDS packages, versions 1.1 to 3: a zip of CSV files that name each other by id."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from geo.gazetteer import fold_name
from ingest.readers.archive import open_zip
from ingest.readers.csv import read_csv
from ingest.readers.file import Input, input_of_bytes
from ingest.readers.open_referral import service_records
from ingest.readers.sheet import ReadError
from ingest.table import Table, make_table, table_of

# What the versions call a table, by what we call it; and which of these each belongs to.
_NAMES: Final = {
    "service": ("service", "services"),
    "organization": ("organization", "organizations"),
    "location": ("location", "locations"),
    "tie": ("service_at_location", "services_at_location", "service_at_locations", "services_at_locations"),
    "addresses": ("address", "addresses", "physical_address", "physical_addresses"),
    "phones": ("phone", "phones"),
    "schedules": ("schedule", "schedules", "regular_schedule", "regular_schedules"),
    "holiday_schedules": ("holiday_schedule", "holiday_schedules"),
    "contacts": ("contact", "contacts"),
    "languages": ("language", "languages"),
    "cost_options": ("cost_option", "cost_options"),
    "service_areas": ("service_area", "service_areas"),
    "eligibility": ("eligibility", "eligibilities", "eligibilitys"),
    "accessibility": ("accessibility", "accessibility_for_disabilities"),
}
_OWNERS: Final = ("tie", "location", "service", "contacts", "organization")
_OWNER_IDS: Final = {
    "tie": "service_at_location_id",
    "location": "location_id",
    "service": "service_id",
    "contacts": "contact_id",
    "organization": "organization_id",
}
Tables = dict[str, list[dict[str, Any]]]


def read_package(file: Input) -> Table:
    """One row for each service at each of its locations. Raises ReadError."""
    tables, warnings = _read_tables(file)
    if not tables.get("service"):
        raise ReadError("It has no file of services, so it is no package of services.")
    lost = _hang_on(tables)
    warnings += [f"{count} rows of {name} belong to nothing in the package." for name, count in lost.items()]
    services = _tie_together(tables)
    read_as = f"HSDS package, {len(services)} services"
    return table_of(service_records(services), read_as=read_as, warnings=tuple(warnings))


def _read_tables(file: Input) -> tuple[Tables, list[str]]:
    tables: Tables = {}
    warnings: list[str] = []
    wanted = {f"{name}.csv": ours for ours, names in _NAMES.items() for name in names}
    with open_zip(file) as archive:
        for done, info in enumerate(archive.infolist(), start=1):
            bare = info.filename.lower().rsplit("/", 1)[-1]
            if bare in wanted:
                raw = archive.read(info)
                rows, said = _read_rows(info.filename, raw)
                tables.setdefault(wanted[bare], []).extend(rows)
                warnings += said
            elif bare.endswith(".csv"):
                warnings.append(f"We do not use {bare}.")
            file.tell(file.size * done // len(archive.infolist()), part=1, parts=1)
    return tables, warnings


def _read_rows(name: str, raw: bytes) -> tuple[list[dict[str, Any]], list[str]]:
    if not raw.strip():
        return [], []
    table = make_table(read_csv(input_of_bytes(name, raw)))
    names = {fold_name(column): column.strip().lower().replace(" ", "_") for column in table.columns}
    rows = []
    damaged = 0
    for row in table.rows:
        damaged += row.broken
        rows.append({names[key]: cell for key, cell in row.cells.items() if cell and key in names})
    said = [f"{name}: {warning}" for warning in table.warnings]
    return rows, [*said, f"{name}: {damaged} rows may have slipped."] if damaged else said


def _hang_on(tables: Tables) -> dict[str, int]:
    """Give each phone, schedule and the like to the nearest thing it names; how many name nothing there."""
    by_id = {owner: _by_id(tables.get(owner, ())) for owner in _OWNERS}
    lost: dict[str, int] = {}
    # Contacts last: their telephones must hang on them before they are handed on.
    names = [
        name for name in _NAMES if name not in ("service", "organization", "location", "tie", "contacts")
    ]
    for name in (*names, "contacts"):
        for row in tables.get(name, ()):
            owner = _owner(row, name, by_id)
            if owner is None:
                lost[name] = lost.get(name, 0) + 1
            else:
                owner.setdefault(name, []).append(row)
    return lost


def _by_id(rows: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in rows if "id" in row}


def _owner(
    row: Mapping[str, Any], name: str, by_id: Mapping[str, Mapping[str, dict[str, Any]]]
) -> dict[str, Any] | None:
    for owner in _OWNERS:
        if owner != name and (found := by_id[owner].get(row.get(_OWNER_IDS[owner], ""))) is not None:
            return found
    # HSDS 3 names the thing and its table apart.
    table, key = str(row.get("link_entity", "")), row.get("link_id", "")
    ours = next((ours for ours, names in _NAMES.items() if table in names), "")
    return by_id[ours].get(key) if ours in by_id else None


def _tie_together(tables: Tables) -> list[dict[str, Any]]:
    organizations, locations = _by_id(tables.get("organization", ())), _by_id(tables.get("location", ()))
    services = _by_id(tables["service"])
    for tie in tables.get("tie", ()):
        service = services.get(tie.get("service_id", ""))
        if service is not None:
            tie["location"] = locations.get(tie.get("location_id", ""), {})
            service.setdefault("service_at_locations", []).append(tie)
    for service in tables["service"]:
        runs = organizations.get(service.get("organization_id", ""))
        if runs is not None:
            service["organization"] = {name: value for name, value in runs.items() if isinstance(value, str)}
    return tables["service"]
