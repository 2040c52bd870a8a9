"""Saving many entries as one set: read what is there, work out in memory what changes, write it all at once.

Entries are worked out one after the other, each as if those before it were already written, so the outcome is
that of saving them singly. No query is made for one entry alone.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from api.entries import queries_saving as queries
from api.entries.queries_saving import Model
from api.entries.schemas import EntryDraft
from api.entries.sessions import RuleError, normalise_session
from api.entries.sharing import (
    ORGANISATION_COLUMNS,
    PLACE_COLUMNS,
    Organisations,
    Places,
    organisation_key,
    place_key,
    scope_of,
    tidy_postcode,
)
from api.entries.slugs import Slugs, slug_stems
from api.entries.writing import (
    ENTRY_COLUMNS,
    LINK_COLUMNS,
    PART_COLUMNS,
    REVISION_COLUMNS,
    Row,
    coverage_rows,
    new_id,
    part_rows,
    plain_values,
)
from api.errors import BadInput, EditConflict, FieldProblem
from api.models import Coverage, Entry, Link, OldSlug, Organisation, OutboxRow, Place, Revision
from api.places.service import Locator


@dataclass(frozen=True)
class ToSave:
    """One draft on its way in. `entry_id` None makes a new entry; `expected_version` guards an edit.
    `document` is what the revision will hold, from those who have worked it out already."""

    draft: EntryDraft
    entry_id: UUID | None = None
    expected_version: int | None = None
    source_code: str | None = None
    document: dict[str, Any] | None = None


@dataclass(frozen=True)
class Saved:
    """`changed` is False when the draft says what is already stored: then nothing was written."""

    entry_id: UUID
    slug: str
    version: int
    changed: bool


@dataclass(slots=True)
class _Prepared:
    """A draft with its repeat rules in the forms we keep, and all it says as the revision will hold it."""

    item: ToSave
    draft: EntryDraft
    document: dict[str, Any]
    entry_id: UUID


@dataclass(slots=True)
class _Held:
    """What an entry says by now; `slug` None and `version` 0 before it is first saved, `stored_slug` None
    while it is in no table. `draft` is that of its last change in this call."""

    id: UUID
    name: str
    slug: str | None = None
    version: int = 0
    organisation_id: UUID | None = None
    place_id: UUID | None = None
    source_code: str | None = None
    document: dict[str, Any] | None = None
    stored_slug: str | None = None
    draft: EntryDraft | None = None
    coverage: list[Row] = field(default_factory=list)

    @property
    def last_draft(self) -> EntryDraft:
        if self.draft is None:
            raise ValueError(f"{self.name} has not changed")
        return self.draft


def as_document(draft: EntryDraft) -> dict[str, Any]:
    """A draft as revisions hold it."""
    return draft.model_dump(mode="json", exclude_defaults=True)


def _prepare(item: ToSave) -> _Prepared:
    sessions = []
    for number, one in enumerate(item.draft.sessions):
        try:
            sessions.append(normalise_session(one))
        except RuleError as error:
            problem = FieldProblem(field=f"sessions.{number}", message=str(error))
            raise BadInput(f"{item.draft.name}: {error}", errors=[problem]) from error
    if item.document is not None and sessions == item.draft.sessions:
        return _Prepared(item, item.draft, item.document, item.entry_id or uuid4())
    draft = item.draft.model_copy(update={"sessions": sessions})
    document = as_document(draft)
    return _Prepared(item, draft, document, item.entry_id or uuid4())


class Saving:
    """One call of `save_entries`. Whoever makes one holds the turn (`api.face.service.take_turn`): nobody
    else saves between its reading, as it is made, and the end of the transaction."""

    def __init__(self, session: Session, items: Sequence[ToSave], *, by: str, why: str) -> None:
        self._session = session
        self._by, self._why = by, why
        self._prepared = [_prepare(item) for item in items]
        self._old_slugs: dict[str, UUID | None] = {}
        self._revisions: list[Row] = []
        self._saved: list[Saved] = []
        self._read()

    def run(self) -> tuple[list[Saved], list[UUID]]:
        """Both steps."""
        self.work_out()
        return self.write()

    def work_out(self) -> None:
        """Asks the database for nothing but what could not be foreseen."""
        self._saved = [self._save(one) for one in self._prepared]

    def write(self) -> tuple[list[Saved], list[UUID]]:
        """What became of each item, and the ids of all entries the public sees differently now."""
        saved = self._saved
        changed = list(dict.fromkeys(one.entry_id for one in saved if one.changed))
        if not changed:
            return saved, []
        self._write([self._entries[entry_id] for entry_id in changed])
        shared = self._organisations.changed_ids() | self._places.changed_ids()
        others = set(queries.ids_showing(self._session, shared)) - set(changed)
        shown = changed + sorted(others)
        added = [(one.entry_id,) for one in saved if one.changed] + [(other,) for other in sorted(others)]
        queries.add_rows(self._session, OutboxRow, ("entry_id",), added)
        queries.forget_loaded(self._session, {*changed, *shared})
        return saved, shown

    def _read(self) -> None:
        session = self._session
        given = {one.item.entry_id for one in self._prepared if one.item.entry_id}
        held = queries.hold_entries(session, given)
        documents = queries.latest_documents(session, given)
        self._entries = {
            row["id"]: _Held(**row, stored_slug=row["slug"], document=documents.get(row["id"]))
            for row in held
        }
        news = self._news()
        keys = {
            organisation_key(one.organisation, scope=scope_of(one)) for _, one in news if one.organisation
        }
        self._organisations = self._read_organisations(keys)
        self._places = self._read_places(news)
        codes = {piece.area for _, draft in news for piece in draft.coverage if piece.area}
        self._areas = queries.known_areas(session, codes)
        self._slugs = self._read_slugs(news)

    def _news(self) -> list[tuple[UUID, EntryDraft]]:
        """Drafts that may be written: all but those that say what is stored."""
        times = Counter(one.entry_id for one in self._prepared)
        return [
            (one.entry_id, one.draft)
            for one in self._prepared
            if (held := self._entries.get(one.entry_id)) is None
            or held.document != one.document
            or times[one.entry_id] > 1
        ]

    def _read_organisations(self, keys: set[str]) -> Organisations:
        stored = queries.find_organisations(self._session, keys)
        return Organisations(stored, **self._uses(stored, "organisation_id"))

    def _uses(self, stored: Sequence[dict[str, Any]], column: str) -> dict[str, Any]:
        """Who uses these rows: entries of this call by row, and which rows an entry outside it uses."""
        users: dict[UUID, set[UUID]] = {}
        for entry in self._entries.values():
            if row_id := getattr(entry, column):
                users.setdefault(row_id, set()).add(entry.id)
        found = [row["id"] for row in stored]
        elsewhere = queries.used_elsewhere(self._session, found, ids=self._entries.keys())
        return {"users": users, "used_elsewhere": elsewhere}

    def _read_places(self, news: Sequence[tuple[UUID, EntryDraft]]) -> Places:
        given = [(entry_id, draft, draft.place) for entry_id, draft in news if draft.place]
        keys = {
            place_key(place, tidy_postcode(place.postcode), entry_id=entry_id, scope=scope_of(draft))
            for entry_id, draft, place in given
        }
        stored = queries.find_places(self._session, keys)
        addresses = {
            (tidy_postcode(place.postcode), place.town) for _, _, place in given if place.lon is None
        }
        locator = Locator(self._session, addresses)
        return Places(stored, locate=locator.locate, **self._uses(stored, "place_id"))

    def _read_slugs(self, news: Sequence[tuple[UUID, EntryDraft]]) -> Slugs:
        asked = {draft.slug for _, draft in news if draft.slug}
        stems = Counter(
            _slug_stems(draft)
            for entry_id, draft in news
            if draft.slug is None and entry_id not in self._entries
        )
        wanted = asked.union(*stems)
        owners = queries.slug_owners(self._session, wanted)
        old = queries.old_slugs(self._session, wanted)
        slugs = Slugs(owners, old, partial(queries.taken_slugs, self._session))
        slugs.foresee(stems)
        return slugs

    def _save(self, one: _Prepared) -> Saved:
        entry = self._entries.get(one.entry_id)
        if entry is not None:
            _refuse_conflict(one.item, entry)
            if entry.document == one.document and entry.slug is not None:
                return Saved(entry.id, entry.slug, entry.version, changed=False)
        else:
            entry = _Held(one.entry_id, name=one.draft.name, source_code=one.item.source_code)
        draft, scope = one.draft, scope_of(one.draft)
        slug = self._give_slug(entry, draft)
        entry.organisation_id = self._organisations.settle(
            draft.organisation, entry_id=entry.id, scope=scope, before=entry.organisation_id
        )
        entry.place_id = self._places.settle(
            draft.place, entry_id=entry.id, scope=scope, before=entry.place_id
        )
        entry.coverage = coverage_rows(entry.id, draft.coverage, known_areas=self._areas)
        entry.name, entry.draft, entry.document = draft.name, draft, one.document
        entry.version += 1
        self._entries[entry.id] = entry
        self._revisions.append((new_id(), entry.id, entry.version, one.document, self._by, self._why))
        return Saved(entry.id, slug, entry.version, changed=True)

    def _give_slug(self, entry: _Held, draft: EntryDraft) -> str:
        """A new entry gets the slug asked for or one of its name; an edit keeps its own unless it asks."""
        if entry.slug is not None and draft.slug in (None, entry.slug):
            self._slugs.rename(entry.slug, draft.name)
            return entry.slug
        wanted = draft.slug or self._slugs.free(
            *slug_stems(draft.name, draft.place.town if draft.place else None)
        )
        other = self._slugs.owner(wanted)
        if other is not None:
            message = f"The address “{wanted}” belongs to another entry, {other}."
            raise BadInput(message, errors=[FieldProblem(field="slug", message=message)])
        self._slugs.take(wanted, name=draft.name, instead_of=entry.slug)
        self._old_slugs[wanted] = None
        if entry.slug is not None:
            self._old_slugs[entry.slug] = entry.id
        entry.slug = wanted
        return wanted

    def _write(self, entries: Sequence[_Held]) -> None:
        session = self._session
        organisations, places = self._organisations, self._places
        queries.add_rows(session, Organisation, ORGANISATION_COLUMNS, organisations.new())
        queries.change_rows(session, Organisation, ORGANISATION_COLUMNS, organisations.changed())
        queries.add_rows(session, Place, PLACE_COLUMNS, places.new())
        queries.change_rows(session, Place, PLACE_COLUMNS, places.changed())
        self._write_entries(entries)
        self._write_parts(entries)
        queries.add_rows(session, Revision, REVISION_COLUMNS, self._revisions)
        self._write_links(entries)

    def _write_entries(self, entries: Sequence[_Held]) -> None:
        session, now = self._session, datetime.now(UTC)
        stored = [entry for entry in entries if entry.stored_slug is not None]
        # Facts hang on the entry's id and kind together: those of an old kind must go first.
        queries.drop_parts(session, [entry.id for entry in stored])
        queries.lend_slugs(session, [entry.id for entry in stored if entry.slug != entry.stored_slug])
        queries.change_rows(session, Entry, ENTRY_COLUMNS, [_entry_row(entry, now) for entry in stored])
        new = [_entry_row(entry, now) for entry in entries if entry.stored_slug is None]
        queries.add_rows(session, Entry, ENTRY_COLUMNS, new)
        queries.drop_old_slugs(session, self._old_slugs.keys())
        left = [(slug, entry_id) for slug, entry_id in self._old_slugs.items() if entry_id is not None]
        queries.add_rows(session, OldSlug, ("slug", "entry_id"), left)

    def _write_parts(self, entries: Sequence[_Held]) -> None:
        rows: dict[Model, list[Row]] = {model: [] for model in PART_COLUMNS}
        for entry in entries:
            rows[Coverage] += entry.coverage
            for model, row in part_rows(entry.id, entry.last_draft):
                rows[model].append(row)
        for model, columns in PART_COLUMNS.items():
            queries.add_rows(self._session, model, columns, rows[model])

    def _write_links(self, entries: Sequence[_Held]) -> None:
        """Links are found last of all, as they may name entries of the same call."""
        targets = {link.to for one in self._prepared for link in one.draft.links}
        ids = queries.ids_by_slug(self._session, targets) if targets else {}
        wanted: dict[tuple[UUID, str, UUID], str | None] = {}
        for entry in entries:
            for link in entry.last_draft.links:
                wanted[entry.id, link.type, _target(ids, entry, link.to)] = link.note
        unwanted = []
        stored = [entry.id for entry in entries if entry.stored_slug is not None]
        for row in queries.links_from(self._session, stored):
            key = row["from_id"], row["type"], row["to_id"]
            if key in wanted and wanted[key] == row["note"]:
                del wanted[key]
            else:
                unwanted.append(row["id"])
        queries.drop_links(self._session, unwanted)
        added = [(new_id(), from_id, to_id, type_, note) for (from_id, type_, to_id), note in wanted.items()]
        queries.add_rows(self._session, Link, LINK_COLUMNS, added)


def _slug_stems(draft: EntryDraft) -> tuple[str, str]:
    return slug_stems(draft.name, draft.place.town if draft.place else None)


def _entry_row(entry: _Held, now: datetime) -> Row:
    shared = entry.organisation_id, entry.place_id, entry.source_code
    return (*plain_values(entry.last_draft), entry.id, entry.slug, *shared, entry.version, now)


def _refuse_conflict(item: ToSave, entry: _Held) -> None:
    if item.expected_version is None or item.expected_version == entry.version:
        return
    raise EditConflict(
        f"{entry.name} was saved by someone else while you were editing it. Look at both and choose.",
        extra={
            "current": {"version": entry.version, "document": entry.document},
            "yours": {"version": item.expected_version, "document": as_document(item.draft)},
        },
    )


def _target(ids: dict[str, UUID], entry: _Held, slug: str) -> UUID:
    if slug in ids and ids[slug] != entry.id:
        return ids[slug]
    known = "the entry itself" if slug in ids else "not an entry we hold"
    message = f"{entry.name} links to “{slug}”, which is {known}."
    raise BadInput(message, errors=[FieldProblem(field="links", message=message)])
