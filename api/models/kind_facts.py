"""One table for each first-class kind's own facts; a row can only belong to an entry of its kind."""

from decimal import Decimal
from typing import Any, get_args
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Numeric, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, declared_attr, mapped_column
from sqlalchemy.schema import SchemaItem

from api.entries import vocabulary as vocab
from api.models.base import Base, Words, one_of


class FactsOfKind:
    """The key of a facts table: the entry's id and kind together, so that a drop-in cannot have a fare."""

    fact_kind: str
    fact_checks: tuple[tuple[str, str], ...] = ()

    entry_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    kind: Mapped[str]

    @declared_attr.directive
    def __tablename__(cls) -> str:
        return f"{cls.fact_kind}_facts"

    @declared_attr.directive
    def __table_args__(cls) -> tuple[SchemaItem, ...]:
        return (
            ForeignKeyConstraint(
                ["entry_id", "kind"],
                ["directory.entry.id", "directory.entry.kind"],
                ondelete="CASCADE",
                onupdate="CASCADE",
            ),
            CheckConstraint(f"kind = '{cls.fact_kind}'", name="kind"),
            *(CheckConstraint(sql, name=name) for name, sql in cls.fact_checks),
        )


class TimebankFactsRow(FactsOfKind, Base):
    fact_kind = "timebank"

    hour_buys: Mapped[str | None]
    people_give: Mapped[Words]
    people_get: Mapped[Words]
    how_to_join: Mapped[str | None]
    broker: Mapped[str | None]
    hub: Mapped[str | None]
    time_credits: Mapped[bool | None]


class MutualAidFactsRow(FactsOfKind, Base):
    fact_kind = "mutual_aid"
    fact_checks = (
        ("scale", one_of("scale", ("street", "village", "town"))),
        ("balance", one_of("balance", ("more_offers", "balanced", "more_requests"))),
    )

    scale: Mapped[str | None]
    help_given: Mapped[Words]
    how_to_ask: Mapped[str | None]
    how_to_offer: Mapped[str | None]
    balance: Mapped[str | None]


class DropInFactsRow(FactsOfKind, Base):
    fact_kind = "drop_in"
    fact_checks = (
        ("booking", one_of("booking", ("not_needed", "advised", "needed"))),
        ("capacity", "capacity BETWEEN 1 AND 5000"),
    )

    host: Mapped[str | None]
    refreshments: Mapped[str | None]
    booking: Mapped[str | None]
    professionals: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, server_default="[]")
    capacity: Mapped[int | None]


class MicroEnterpriseFactsRow(FactsOfKind, Base):
    fact_kind = "micro_enterprise"
    fact_checks = (
        ("prices", "price_hour_from >= 0 AND price_hour_to >= price_hour_from"),
        ("hours", "hours_free_week BETWEEN 0 AND 168"),
        ("dbs_month", "dbs_month ~ '^20[0-9]{2}-(0[1-9]|1[0-2])$'"),
        ("cqc", "cqc_registration IS NULL OR personal_care IS TRUE"),
    )

    services: Mapped[Words]
    price_hour_from: Mapped[Decimal | None] = mapped_column(Numeric(7, 2))
    price_hour_to: Mapped[Decimal | None] = mapped_column(Numeric(7, 2))
    hours_free_week: Mapped[int | None]
    direct_payments: Mapped[bool | None]
    insured: Mapped[bool | None]
    dbs_month: Mapped[str | None]
    personal_care: Mapped[bool | None]
    cqc_registration: Mapped[str | None]
    trusted_list: Mapped[str | None]


class TransportFactsRow(FactsOfKind, Base):
    fact_kind = "transport"
    fact_checks = (
        ("scheme", one_of("scheme", get_args(vocab.Scheme))),
        ("fare_type", one_of("fare_type", get_args(vocab.FareType))),
        ("fare", "fare_amount >= 0 AND (fare_type IN ('flat', 'per_mile') OR fare_amount IS NULL)"),
        ("booking", "booking IS NULL OR (booking ->> 'booking_type')::int IN (0, 1, 2)"),
    )

    scheme: Mapped[str]
    pick_up: Mapped[str | None]
    destinations: Mapped[Words]
    who_may_ride: Mapped[str | None]
    booking: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    fare_type: Mapped[str | None]
    fare_amount: Mapped[Decimal | None] = mapped_column(Numeric(7, 2))
    wheelchair_access: Mapped[bool | None]
    door_help: Mapped[bool | None]
