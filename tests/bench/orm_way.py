"""What most projects do, to be measured beside ours: ORM objects, pydantic models, a response model.

The same reply as `/api/v1/map.geojson`: the features of a box, counted, in the order of their ids.
"""

import os
from datetime import date
from typing import Annotated, Any, ClassVar, Final
from uuid import UUID

from fastapi import FastAPI, Query
from geoalchemy2 import Geometry
from pydantic import BaseModel
from sqlalchemy import Engine, create_engine, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from api.db import normalise_url
from geo.crs import OSGB, WGS84

URL_NAME: Final = "BENCH_DATABASE_URL"


class Base(DeclarativeBase):
    pass


class Entry(Base):
    __tablename__ = "entries"
    __table_args__: ClassVar = {"schema": "face"}

    id: Mapped[UUID] = mapped_column(primary_key=True)
    state: Mapped[str]
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    card: Mapped[str]
    point: Mapped[Any] = mapped_column(Geometry("POINT", OSGB), deferred=True)


class Properties(BaseModel):
    id: UUID
    slug: str
    url: str
    kind: str
    name: str
    summary: str | None
    point: dict[str, Any] | None
    checked_on: date | None
    cost: str | None
    delivery: list[str]
    organisation: str | None
    state: str
    privacy: str
    town: str | None
    place_name: str | None
    coverage_label: str | None
    needs: list[dict[str, str]]
    is_example: bool


class Point(BaseModel):
    type: str = "Point"
    coordinates: tuple[float, float]


class Feature(BaseModel):
    type: str = "Feature"
    id: UUID
    geometry: Point
    properties: Properties


class Features(BaseModel):
    type: str = "FeatureCollection"
    numberMatched: int
    numberReturned: int
    features: list[Feature]


def create_app() -> FastAPI:
    app = FastAPI()
    engine = create_engine(normalise_url(os.environ[URL_NAME]), pool_size=16)

    @app.get("/features", response_model=Features)
    def list_features(bbox: str, limit: Annotated[int, Query(le=1000)] = 500) -> Features:
        return find_features(engine, tuple(float(side) for side in bbox.split(",")), limit)

    return app


def find_features(engine: Engine, box: tuple[float, ...], limit: int) -> Features:
    west, south, east, north = box
    envelope = func.ST_Transform(func.ST_MakeEnvelope(west, south, east, north, WGS84), OSGB)
    within = (
        Entry.point.op("&&")(envelope),
        Entry.lon.between(west, east),
        Entry.lat.between(south, north),
        Entry.state != "closed",
    )
    with Session(engine) as session:
        total = session.scalar(select(func.count()).select_from(Entry).where(*within)) or 0
        entries = session.scalars(select(Entry).where(*within).order_by(Entry.id).limit(limit)).all()
        return Features(
            numberMatched=total,
            numberReturned=len(entries),
            features=[
                Feature(
                    id=entry.id,
                    geometry=Point(coordinates=(entry.lon or 0, entry.lat or 0)),
                    properties=Properties.model_validate_json(entry.card),
                )
                for entry in entries
            ],
        )
