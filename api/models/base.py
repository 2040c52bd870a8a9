"""What all tables share: the three schemas, naming of constraints, and a few column shapes."""

from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID, uuid4

from geoalchemy2 import Geometry
from sqlalchemy import ARRAY, DateTime, MetaData, Text, Uuid, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column

from geo.crs import WGS84

DIRECTORY = "directory"
GAZETTEER = "gazetteer"
FACE = "face"

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

UuidKey = Annotated[UUID, mapped_column(Uuid, primary_key=True, default=uuid4)]
Words = Annotated[list[str], mapped_column(ARRAY(Text), default=list, server_default="{}")]
Document = Annotated[dict[str, Any], mapped_column(JSONB, default=dict, server_default="{}")]
Made = Annotated[datetime, mapped_column(DateTime(timezone=True), server_default=func.now())]


class Base(DeclarativeBase):
    metadata = MetaData(schema=DIRECTORY, naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {str: Text}


def point_column() -> Geometry:
    return Geometry("POINT", srid=WGS84, spatial_index=True)


def shape_column() -> Geometry:
    return Geometry("MULTIPOLYGON", srid=WGS84, spatial_index=True)


def one_of(column: str, values: tuple[str, ...]) -> str:
    """The SQL of a check that a column holds one of a closed list."""
    listed = ", ".join(f"'{value}'" for value in values)
    return f"{column} IN ({listed})"
