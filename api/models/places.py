"""Tables of where things are: named areas, and the gazetteer of postcodes and settlements."""

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from api.models.base import GAZETTEER, Base, Words, one_of, shape_column

AREA_TYPES = ("county", "district", "ward", "parish", "patch")


class Area(Base):
    """A named piece of the map. Without a shape it still names the district a postcode lies in."""

    __tablename__ = "area"

    code: Mapped[str] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    aliases: Mapped[Words]
    type: Mapped[str]
    shape: Mapped[Any | None] = mapped_column(shape_column())
    size_km2: Mapped[float | None]
    source_code: Mapped[str | None] = mapped_column(ForeignKey("directory.source.code"), index=True)
    dated_on: Mapped[date | None]
    repaired: Mapped[str | None]
    is_example: Mapped[bool] = mapped_column(default=False, server_default="false")

    __table_args__ = (CheckConstraint(one_of("type", AREA_TYPES), name="type"),)


class AreaWithin(Base):
    """`area_code` lies in `within_code`, all but a tenth of it at most; every area lies in itself."""

    __tablename__ = "area_within"

    area_code: Mapped[str] = mapped_column(ForeignKey(Area.code, ondelete="CASCADE"), primary_key=True)
    within_code: Mapped[str] = mapped_column(
        ForeignKey(Area.code, ondelete="CASCADE"), primary_key=True, index=True
    )


class PostcodeRow(Base):
    """One postcode unit. No `lon` and `lat` means we know it is real but not where (quality 90)."""

    __tablename__ = "postcode"

    code: Mapped[str] = mapped_column(primary_key=True)
    quality: Mapped[int] = mapped_column(SmallInteger)
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    district: Mapped[str | None]
    ward: Mapped[str | None]
    terminated: Mapped[bool] = mapped_column(default=False, server_default="false")

    __table_args__ = (
        CheckConstraint("(lon IS NULL) = (lat IS NULL)", name="point_is_whole"),
        {"schema": GAZETTEER},
    )


class PostcodeGroup(Base):
    """The middle of a postcode district (`outcode`) or sector; `near` names the settlement there."""

    __tablename__ = "postcode_group"

    code: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    lon: Mapped[float]
    lat: Mapped[float]
    near: Mapped[str | None]

    __table_args__ = (
        CheckConstraint(one_of("kind", ("outcode", "sector")), name="kind"),
        {"schema": GAZETTEER},
    )


class Settlement(Base):
    """A town, village or hamlet by name. `name_keys` are its name and aliases, folded for matching."""

    __tablename__ = "settlement"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    name: Mapped[str]
    aliases: Mapped[Words]
    name_keys: Mapped[Words]
    kind: Mapped[str]
    district: Mapped[str]
    lon: Mapped[float]
    lat: Mapped[float]
    rank: Mapped[int] = mapped_column(SmallInteger)

    __table_args__ = (
        Index("settlement_name_keys", "name_keys", postgresql_using="gin"),
        {"schema": GAZETTEER},
    )
