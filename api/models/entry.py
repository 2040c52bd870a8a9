"""Tables of what people turn to: organisation, place, entry and the parts of an entry."""

from datetime import date, datetime, time
from typing import Any, get_args
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Date, DateTime, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from api.entries import vocabulary as vocab
from api.models.base import Base, Document, Made, UuidKey, Words, one_of, point_column, shape_column
from api.models.kind_facts import (
    DropInFactsRow,
    MicroEnterpriseFactsRow,
    MutualAidFactsRow,
    TimebankFactsRow,
    TransportFactsRow,
)

ACCESS_KEYS = ", ".join(f"'{fact}'" for fact in get_args(vocab.AccessFact))


def known_access(column: str) -> str:
    """The SQL of a check that an access document holds only facts we know."""
    return f"{column} - ARRAY[{ACCESS_KEYS}] = '{{}}'::jsonb"


class Organisation(Base):
    """Who runs an entry; one row a name (case and accents apart)."""

    __tablename__ = "organisation"

    id: Mapped[UuidKey]
    name: Mapped[str]
    name_key: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str | None]
    url: Mapped[str | None]
    charity_number: Mapped[str | None]
    company_number: Mapped[str | None]


class Place(Base):
    """Where entries happen. `point` is the truth, also of a home: only the writer may read it.
    `locate_failure` keeps, in words, why a place has no point."""

    __tablename__ = "place"

    id: Mapped[UuidKey]
    place_key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str | None]
    address: Mapped[Words]
    town: Mapped[str | None]
    postcode: Mapped[str | None]
    point: Mapped[Any | None] = mapped_column(point_column())
    precision: Mapped[str | None]
    located_by: Mapped[str | None]
    located_on: Mapped[date | None]
    locate_failure: Mapped[str | None]
    area_codes: Mapped[Words]
    access: Mapped[Document]

    __table_args__ = (
        CheckConstraint(one_of("precision", get_args(vocab.Precision)), name="precision"),
        CheckConstraint("(point IS NULL) = (precision IS NULL)", name="point_has_precision"),
        CheckConstraint(known_access("access"), name="access"),
    )


class Entry(Base):
    """One thing people can turn to. `version` rises with every save; `everywhere` is for help by phone or
    online that anyone may use."""

    __tablename__ = "entry"

    id: Mapped[UuidKey]
    slug: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    name: Mapped[str]
    summary: Mapped[str | None]
    description: Mapped[str | None]
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey(Organisation.id), index=True)
    place_id: Mapped[UUID | None] = mapped_column(ForeignKey(Place.id), index=True)
    privacy: Mapped[str] = mapped_column(server_default="exact")
    everywhere: Mapped[bool] = mapped_column(default=False, server_default="false")
    needs: Mapped[Words]
    audiences: Mapped[Words]
    languages: Mapped[Words]
    delivery: Mapped[Words]
    age_from: Mapped[int | None]
    age_to: Mapped[int | None]
    eligibility: Mapped[str | None]
    cost: Mapped[str | None]
    cost_note: Mapped[str | None]
    self_referral: Mapped[bool | None]
    referral_by: Mapped[str | None]
    access: Mapped[Document]
    state: Mapped[str] = mapped_column(server_default="running")
    state_note: Mapped[str | None]
    paused_until: Mapped[date | None]
    stage: Mapped[str] = mapped_column(server_default="published")
    source_code: Mapped[str | None] = mapped_column(ForeignKey("directory.source.code"), index=True)
    is_example: Mapped[bool] = mapped_column(default=False, server_default="false")
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    created_at: Mapped[Made]
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    organisation: Mapped[Organisation | None] = relationship()
    place: Mapped[Place | None] = relationship()
    coverage: Mapped[list["Coverage"]] = relationship(
        cascade="all, delete-orphan", order_by="Coverage.position"
    )
    sessions: Mapped[list["SessionRow"]] = relationship(
        cascade="all, delete-orphan", order_by="SessionRow.position"
    )
    contacts: Mapped[list["Contact"]] = relationship(
        cascade="all, delete-orphan", order_by="Contact.position"
    )
    checks: Mapped[list["Check"]] = relationship(cascade="all, delete-orphan", order_by="Check.checked_on")
    timebank: Mapped[TimebankFactsRow | None] = relationship(cascade="all, delete-orphan")
    mutual_aid: Mapped[MutualAidFactsRow | None] = relationship(cascade="all, delete-orphan")
    drop_in: Mapped[DropInFactsRow | None] = relationship(cascade="all, delete-orphan")
    micro_enterprise: Mapped[MicroEnterpriseFactsRow | None] = relationship(cascade="all, delete-orphan")
    transport: Mapped[TransportFactsRow | None] = relationship(cascade="all, delete-orphan")

    __mapper_args__ = {  # noqa: RUF012 (SQLAlchemy reads it as it stands)
        "version_id_col": version,
        "version_id_generator": False,
    }
    __table_args__ = (
        UniqueConstraint("id", "kind", name="uq_entry_id_kind"),
        CheckConstraint(one_of("kind", get_args(vocab.Kind)), name="kind"),
        CheckConstraint(one_of("privacy", get_args(vocab.Privacy)), name="privacy"),
        CheckConstraint(one_of("cost", get_args(vocab.Cost)), name="cost"),
        CheckConstraint(one_of("state", get_args(vocab.State)), name="state"),
        CheckConstraint(one_of("stage", get_args(vocab.Stage)), name="stage"),
        CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name="slug"),
        CheckConstraint("age_from BETWEEN 0 AND 120 AND age_to BETWEEN 0 AND 120", name="ages"),
        CheckConstraint("age_to >= age_from", name="age_order"),
        CheckConstraint(known_access("access"), name="access"),
    )


class OldSlug(Base):
    """A slug an entry once had: it redirects to the entry."""

    __tablename__ = "old_slug"

    slug: Mapped[str] = mapped_column(primary_key=True)
    entry_id: Mapped[UUID] = mapped_column(ForeignKey(Entry.id, ondelete="CASCADE"), index=True)


class Coverage(Base):
    """One piece of the area an entry serves: a named area, a radius, or a shape."""

    __tablename__ = "coverage"

    id: Mapped[UuidKey]
    entry_id: Mapped[UUID] = mapped_column(ForeignKey(Entry.id, ondelete="CASCADE"), index=True)
    position: Mapped[int]
    how: Mapped[str]
    area_code: Mapped[str | None] = mapped_column(ForeignKey("directory.area.code"), index=True)
    centre: Mapped[Any | None] = mapped_column(point_column())
    radius_m: Mapped[int | None]
    shape: Mapped[Any | None] = mapped_column(shape_column())
    label: Mapped[str | None]

    __table_args__ = (
        CheckConstraint(one_of("how", get_args(vocab.CoverageHow)), name="how"),
        CheckConstraint("radius_m BETWEEN 50 AND 100000", name="radius"),
        CheckConstraint(
            "CASE how WHEN 'area' THEN area_code IS NOT NULL WHEN 'radius' THEN radius_m IS NOT NULL "
            "ELSE shape IS NOT NULL END",
            name="part",
        ),
    )


class SessionRow(Base):
    """When it happens: an RFC 5545 rule in Europe/London wall time; no rule means once."""

    __tablename__ = "session"

    id: Mapped[UuidKey]
    entry_id: Mapped[UUID] = mapped_column(ForeignKey(Entry.id, ondelete="CASCADE"), index=True)
    position: Mapped[int]
    purpose: Mapped[str]
    label: Mapped[str | None]
    rrule: Mapped[str | None]
    starts_on: Mapped[date]
    starts_at: Mapped[time | None]
    ends_at: Mapped[time | None]
    not_on: Mapped[list[date]] = mapped_column(ARRAY(Date), default=list, server_default="{}")
    also_on: Mapped[list[date]] = mapped_column(ARRAY(Date), default=list, server_default="{}")
    note: Mapped[str | None]

    __table_args__ = (CheckConstraint(one_of("purpose", get_args(vocab.SessionPurpose)), name="purpose"),)


class Contact(Base):
    """A way to get in touch; one that is not public leaves by no public output."""

    __tablename__ = "contact"

    id: Mapped[UuidKey]
    entry_id: Mapped[UUID] = mapped_column(ForeignKey(Entry.id, ondelete="CASCADE"), index=True)
    position: Mapped[int]
    kind: Mapped[str]
    value: Mapped[str]
    label: Mapped[str | None]
    public: Mapped[bool] = mapped_column(default=False, server_default="false")

    __table_args__ = (CheckConstraint(one_of("kind", get_args(vocab.ContactKind)), name="kind"),)


class Check(Base):
    """Someone confirmed a group of facts: how, by which role, when."""

    __tablename__ = "entry_check"

    id: Mapped[UuidKey]
    entry_id: Mapped[UUID] = mapped_column(ForeignKey(Entry.id, ondelete="CASCADE"), index=True)
    fact_group: Mapped[str]
    how: Mapped[str]
    checked_by: Mapped[str]
    checked_on: Mapped[date]
    note: Mapped[str | None]

    __table_args__ = (
        CheckConstraint(one_of("fact_group", get_args(vocab.CheckGroup)), name="fact_group"),
        CheckConstraint(one_of("how", get_args(vocab.CheckHow)), name="how"),
    )


class Link(Base):
    """A typed tie between two entries."""

    __tablename__ = "link"

    id: Mapped[UuidKey]
    from_id: Mapped[UUID] = mapped_column(ForeignKey(Entry.id, ondelete="CASCADE"))
    to_id: Mapped[UUID] = mapped_column(ForeignKey(Entry.id, ondelete="CASCADE"), index=True)
    type: Mapped[str]
    note: Mapped[str | None]

    __table_args__ = (
        UniqueConstraint("from_id", "to_id", "type"),
        CheckConstraint(one_of("type", get_args(vocab.LinkType)), name="type"),
        CheckConstraint("from_id <> to_id", name="not_itself"),
    )


class Revision(Base):
    """One stored version of an entry, whole; nothing is overwritten. `made_by` is a role or a source, for all
    to read; `person_id` is who it was, for curators: the database fills it in (`accounts.act_as`)."""

    __tablename__ = "revision"

    id: Mapped[UuidKey]
    entry_id: Mapped[UUID] = mapped_column(ForeignKey(Entry.id, ondelete="CASCADE"))
    version: Mapped[int]
    document: Mapped[dict[str, Any]] = mapped_column(JSONB)
    made_by: Mapped[str]
    made_why: Mapped[str]
    made_at: Mapped[Made]
    person_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("directory.person.id", ondelete="SET NULL"),
        server_default=text("nullif(current_setting('hereabouts.person', true), '')::uuid"),
    )

    __table_args__ = (UniqueConstraint("entry_id", "version"), Index("ix_revision_made_at", "made_at"))


class OutboxRow(Base):
    """A change the search index has yet to hear of, written in the change's own transaction."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    entry_id: Mapped[UUID] = mapped_column(index=True)
    made_at: Mapped[Made]
