"""Places and organisations of one call of saving: several entries may share one, and each may add to it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4

from api.entries.schemas import EntryDraft, OrganisationDraft, PlaceDraft
from api.entries.writing import point_text
from api.places.service import Located
from geo.gazetteer import fold_name
from geo.postcodes import Postcode, parse_postcode

Values = dict[str, Any]
Locate = Callable[..., Located]
GIVEN = "given with the entry"
ORGANISATION_COLUMNS = ("id", "name", "name_key", "description", "url", "charity_number", "company_number")
PLACE_COLUMNS = (
    "id", "place_key", "name", "address", "town", "postcode", "precision", "located_by", "located_on",
    "locate_failure", "area_codes", "access", "point",
)  # fmt: skip


def scope_of(draft: EntryDraft) -> str:
    """Examples share places and organisations among themselves alone: what is made up about a library must
    never be said of the real one."""
    return "example|" if draft.is_example else ""


def organisation_key(draft: OrganisationDraft, *, scope: str) -> str:
    return scope + (fold_name(draft.name) or draft.name)


@lru_cache(maxsize=20_000)
def tidy_postcode(text: str | None) -> str | None:
    """The usual spelling of a whole postcode; anything else is kept as written, to be seen and mended."""
    parsed = parse_postcode(text) if text else None
    return parsed.text if isinstance(parsed, Postcode) else (text or None)


def place_key(draft: PlaceDraft, postcode: str | None, *, entry_id: UUID, scope: str) -> str:
    """A named place with a postcode, or with a town, is one place for all; any other is this entry's own."""
    if draft.name and (postcode or draft.town):
        return f"{scope}{fold_name(draft.name)}|{postcode or fold_name(draft.town or '')}"
    return f"entry|{entry_id}"


@dataclass(slots=True)
class SharedRow:
    """What one row says now, and what is stored of it: None when it is new."""

    values: Values
    stored: Values | None = None
    users: set[UUID] = field(default_factory=set)

    def is_changed(self) -> bool:
        return self.stored is not None and self.values != self.stored


class _SharedRows:
    """Rows by their key. `columns` are those written; `stored` the rows the tables hold. `used_elsewhere` are
    rows that an entry which is not in this call uses; `users` those that are."""

    columns: tuple[str, ...]
    key: str

    def __init__(
        self, stored: Iterable[Values], *, users: dict[UUID, set[UUID]], used_elsewhere: set[UUID]
    ) -> None:
        self.rows = {row[self.key]: SharedRow(dict(row), stored=row) for row in stored}
        self._users = users
        self._used_elsewhere = used_elsewhere

    def _others_use(self, row_id: UUID, entry_id: UUID) -> bool:
        return row_id in self._used_elsewhere or bool(self._users.get(row_id, set()) - {entry_id})

    def _note_use(self, row_id: UUID | None, *, entry_id: UUID, before: UUID | None) -> None:
        if before:
            self._users.get(before, set()).discard(entry_id)
        if row_id:
            self._users.setdefault(row_id, set()).add(entry_id)

    def new(self) -> list[tuple[Any, ...]]:
        return [self._as_row(row.values) for row in self.rows.values() if row.stored is None]

    def changed(self) -> list[tuple[Any, ...]]:
        return [self._as_row(row.values) for row in self.rows.values() if row.is_changed()]

    def changed_ids(self) -> set[UUID]:
        return {row.values["id"] for row in self.rows.values() if row.is_changed()}

    def _as_row(self, values: Values) -> tuple[Any, ...]:
        return tuple(values[column] for column in self.columns)


class Organisations(_SharedRows):
    columns = ORGANISATION_COLUMNS
    key = "name_key"

    def settle(
        self, draft: OrganisationDraft | None, *, entry_id: UUID, scope: str, before: UUID | None
    ) -> UUID | None:
        """The id of the draft's organisation, found by name or made; `before` is who ran the entry."""
        organisation_id = self._write(draft, entry_id=entry_id, scope=scope) if draft else None
        self._note_use(organisation_id, entry_id=entry_id, before=before)
        return organisation_id

    def _write(self, draft: OrganisationDraft, *, entry_id: UUID, scope: str) -> UUID:
        """What a draft leaves out of an organisation that others name as well stays as they gave it."""
        key = organisation_key(draft, scope=scope)
        if key not in self.rows:
            empty = dict.fromkeys(ORGANISATION_COLUMNS)
            self.rows[key] = SharedRow(empty | {"id": uuid4(), "name": draft.name, "name_key": key})
        values = self.rows[key].values
        shared = self._others_use(values["id"], entry_id)
        for column in ("description", "url", "charity_number", "company_number"):
            given = getattr(draft, column)
            if given is not None or not shared:
                values[column] = given
        return values["id"]  # type: ignore[no-any-return]


class Places(_SharedRows):
    columns = PLACE_COLUMNS
    key = "place_key"

    def __init__(
        self,
        stored: Iterable[Values],
        *,
        users: dict[UUID, set[UUID]],
        used_elsewhere: set[UUID],
        locate: Locate,
    ) -> None:
        super().__init__(stored, users=users, used_elsewhere=used_elsewhere)
        self._locate = locate
        self._today = datetime.now(UTC).date()

    def settle(
        self, draft: PlaceDraft | None, *, entry_id: UUID, scope: str, before: UUID | None
    ) -> UUID | None:
        """The id of the draft's place, found by its key or made; `before` is where the entry was."""
        place_id = self._write(draft, entry_id=entry_id, scope=scope) if draft else None
        self._note_use(place_id, entry_id=entry_id, before=before)
        return place_id

    def _write(self, draft: PlaceDraft, *, entry_id: UUID, scope: str) -> UUID:
        """What a draft leaves out of a place that others use as well stays as they gave it; a place of this
        entry alone says what the draft says."""
        postcode = tidy_postcode(draft.postcode)
        key = place_key(draft, postcode, entry_id=entry_id, scope=scope)
        row = self.rows.get(key)
        town, address, access = draft.town, list(draft.address), dict(draft.access)
        if row is None:
            row = self.rows[key] = SharedRow(_empty_place(key))
        shared = self._others_use(row.values["id"], entry_id)
        if shared:
            town, address = town or row.values["town"], address or row.values["address"]
            access = (row.values["access"] or {}) | access
        values = row.values
        moved = (values["postcode"], values["town"]) != (postcode, town)
        values |= {"name": draft.name, "address": address, "town": town, "postcode": postcode}
        values["access"] = access
        no_longer_given = not shared and values["located_by"] == GIVEN
        if draft.lon is not None and draft.lat is not None:
            self._put(values, draft.lon, draft.lat, precision=draft.precision or "exact", moved=moved)
        elif values["lon"] is None or moved or no_longer_given:
            self._find(values)
        return values["id"]  # type: ignore[no-any-return]

    def _put(self, values: Values, lon: float, lat: float, *, precision: str, moved: bool) -> None:
        given = {"lon": lon, "lat": lat, "precision": precision, "located_by": GIVEN}
        given |= {"locate_failure": None, "area_codes": [] if moved else values["area_codes"]}
        self._say(values, given)

    def _find(self, values: Values) -> None:
        found = self._locate(postcode=values["postcode"], town=values["town"])
        self._say(
            values,
            {
                "lon": found.lon,
                "lat": found.lat,
                "precision": found.precision,
                "area_codes": list(found.area_codes),
                "located_by": found.located_by,
                "locate_failure": found.failure,
            },
        )

    def _say(self, values: Values, where: Values) -> None:
        """The same again is no news: the day on which it was first said stays."""
        if values["located_on"] is None or any(values[column] != where[column] for column in where):
            values |= where | {"located_on": self._today}

    def _as_row(self, values: Values) -> tuple[Any, ...]:
        return super()._as_row(values | {"point": point_text(values["lon"], values["lat"])})


def _empty_place(key: str) -> Values:
    empty: Values = dict.fromkeys((*PLACE_COLUMNS, "lon", "lat"))
    del empty["point"]
    return empty | {"id": uuid4(), "place_key": key, "address": [], "area_codes": [], "access": {}}
