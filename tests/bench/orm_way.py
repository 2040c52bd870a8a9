"""What most projects do, to be measured beside ours: ORM objects, pydantic models, a response model.

The same reply as `/api/v1/map.geojson`: the features of a box, counted, in the order of their ids.
"""

import os
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
    slug: Mapped[str]
    kind: Mapped[str]
    name: Mapped[str]
    precision: Mapped[str]
    state: Mapped[str]
    lon: Mapped[float]
    lat: Mapped[float]
    point: Mapped[Any] = mapped_column(Geometry("POINT", OSGB), deferred=True)


class Properties(BaseModel):
    kind: str
    name: str
    precision: str
    url: str


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
                    geometry=Point(coordinates=(entry.lon, entry.lat)),
                    properties=Properties(
                        kind=entry.kind,
                        name=entry.name,
                        precision=entry.precision,
                        url=f"/entries/{entry.slug}",
                    ),
                )
                for entry in entries
            ],
        )
