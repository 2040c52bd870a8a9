"""SQL of the gazetteer: look-ups for the public through `face`, and for the writer when an entry is saved."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any, TypeAlias, TypeVar, cast

from sqlalchemy import text
from sqlalchemy.orm import Session

from api.db import ReadConnection
from geo import sql
from geo.gazetteer import fold_name
from geo.geocoding import KnownArea, KnownGroup, KnownPostcode, KnownSettlement

Answer = TypeVar("Answer")
# Within this distance of ground we cover a place still counts as ours: people live across a boundary.
NEAR_GROUND_M = 30_000

# Where the public asks, {areas} is one column more: (code, name, type) of those it lies in, smallest first.
_POSTCODE = """
SELECT p.code, p.lon, p.lat, p.district, p.ward, coalesce(n.name, g.near), p.terminated{areas}
FROM face.postcodes p
LEFT JOIN face.postcode_groups g ON g.code = left(p.code, -2)
LEFT JOIN LATERAL (
  -- A degree of longitude here is 0.61 of one of latitude; 0.03 degrees are about 3 km.
  SELECT name FROM face.settlements s
  WHERE abs(s.lat - p.lat) < 0.03 AND abs(s.lon - p.lon) < 0.05
  ORDER BY ((s.lon - p.lon) * 0.61) ^ 2 + (s.lat - p.lat) ^ 2 LIMIT 1) n ON true
WHERE p.code = {unit}
"""
_GROUP = "SELECT p.code, p.lon, p.lat, p.near{areas} FROM face.postcode_groups p WHERE p.code = {code}"
_SETTLEMENTS = """
SELECT p.id, p.name, p.district, p.kind, p.lon, p.lat{areas} FROM face.settlements p
WHERE p.name_keys @> ARRAY[CAST({key} AS text)] ORDER BY p.rank, p.district
"""
_AREAS = f"""
SELECT a.code, a.name, {sql.lon("c.at")}, {sql.lat("c.at")}
FROM face.areas a CROSS JOIN LATERAL (SELECT {sql.centre("a.shape")} AS at) c
WHERE a.shape IS NOT NULL AND (face.fold(a.name) = {{key}} OR {{key}} = ANY (
  SELECT face.fold(alias) FROM unnest(a.aliases) AS alias))
ORDER BY a.size_km2 DESC
"""
_SUGGEST = """
SELECT name FROM face.settlements, unnest(name_keys) AS key
WHERE similarity(key, {key}) > 0.3
GROUP BY name ORDER BY max(similarity(key, {key})) DESC, name LIMIT 5
"""
_COVERS_AREA = "SELECT EXISTS (SELECT FROM face.postcode_groups WHERE code ~ ('^' || {letters} || '[0-9]'))"
_COVERS_POINT = f"""
SELECT EXISTS (
  SELECT FROM face.areas WHERE shape && {sql.box("{lon} - 0.5", "{lat} - 0.3", "{lon} + 0.5", "{lat} + 0.3")}
    AND {sql.within(sql.to_osgb("shape"), sql.osgb_point("{lon}", "{lat}"), str(NEAR_GROUND_M))})
  OR EXISTS (
  SELECT FROM face.postcode_groups
  WHERE {sql.within(sql.osgb_point("lon", "lat"), sql.osgb_point("{lon}", "{lat}"), str(NEAR_GROUND_M))})
"""


def _areas_there(codes: str) -> str:
    """SQL of the areas that the point of `p` lies in, and of those with one of the codes."""
    here = sql.make_point("p.lon", "p.lat")
    return f""", (
  SELECT json_agg(json_build_array(a.code, a.name, a.type) ORDER BY a.size_km2 NULLS LAST)
  FROM face.areas a WHERE a.code = ANY ({codes}) OR {sql.covers("a.shape", here)})"""


# (code, name, type) of an area.
NamedArea: TypeAlias = tuple[str, str, str]


class FaceLookup:
    """`geo.geocoding.Lookup` on the public's connection. It learns in the same questions what areas each
    place lies in (`areas_of`)."""

    _by_codes = _areas_there("ARRAY[p.ward, p.district]")
    _by_point = _areas_there("'{}'")

    def __init__(self, read: ReadConnection) -> None:
        self._read = read
        self._areas: dict[tuple[float, float, tuple[str, ...]], list[NamedArea]] = {}

    async def areas_of(self, lon: float, lat: float, codes: Sequence[str]) -> list[NamedArea]:
        """The areas a point lies in, and those with these codes, smallest first."""
        learnt = self._areas.get((lon, lat, tuple(codes)))
        return await areas_at(self._read, lon=lon, lat=lat, codes=codes) if learnt is None else learnt

    def _learn(self, lon: float, lat: float, codes: Sequence[str | None], more: Sequence[Any]) -> None:
        """`more` has the column of areas where it was asked for."""
        for areas in more:
            held = tuple(code for code in codes if code)
            self._areas[lon, lat, held] = [(code, name, type_) for code, name, type_ in areas or []]

    async def _rows(self, statement: str, *, areas: str = "", **values: Any) -> Sequence[Sequence[Any]]:
        named = statement.format(areas=areas, **{name: f"%({name})s" for name in values})
        cursor = await self._read.execute(named.encode(), values)
        return await cursor.fetchall()

    async def find_postcode(self, unit: str) -> KnownPostcode | None:
        rows = await self._rows(_POSTCODE, areas=self._by_codes, unit=unit)
        if not rows:
            return None
        known = KnownPostcode(*rows[0][:7])
        if known.lon is not None and known.lat is not None:
            self._learn(known.lon, known.lat, (known.ward, known.district), rows[0][7:])
        return known

    async def find_group(self, code: str) -> KnownGroup | None:
        rows = await self._rows(_GROUP, areas=self._by_point, code=code)
        if not rows:
            return None
        known = KnownGroup(*rows[0][:4])
        self._learn(known.lon, known.lat, (), rows[0][4:])
        return known

    async def find_settlements(self, name: str) -> list[KnownSettlement]:
        rows = await self._rows(_SETTLEMENTS, areas=self._by_point, key=fold_name(name))
        found = [KnownSettlement(*row[:6]) for row in rows]
        for row, known in zip(rows, found, strict=True):
            self._learn(known.lon, known.lat, (), row[6:])
        return found

    async def find_areas_named(self, name: str) -> list[KnownArea]:
        return [KnownArea(*row) for row in await self._rows(_AREAS, key=fold_name(name))]

    async def suggest_settlements(self, name: str) -> list[str]:
        return [row[0] for row in await self._rows(_SUGGEST, key=fold_name(name))]

    async def covers_area(self, postcode_area: str) -> bool:
        return bool((await self._rows(_COVERS_AREA, letters=postcode_area))[0][0])

    async def covers_point(self, lon: float, lat: float) -> bool:
        return bool((await self._rows(_COVERS_POINT, lon=lon, lat=lat))[0][0])


# The nearest settlement of many postcodes: each is only compared with those of its own square and of the
# eight round it. Within these squares the answer is that of `_POSTCODE`.
_POSTCODES = """
WITH near AS MATERIALIZED (
  SELECT floor(s.lat / 0.03)::int + y AS y, floor(s.lon / 0.05)::int + x AS x, s.name, s.lon, s.lat
  FROM face.settlements s, generate_series(-1, 1) y, generate_series(-1, 1) x)
SELECT p.code, p.lon, p.lat, p.district, p.ward, coalesce(n.name, g.near), p.terminated
FROM face.postcodes p
LEFT JOIN face.postcode_groups g ON g.code = left(p.code, -2)
LEFT JOIN (
  SELECT DISTINCT ON (q.code) q.code, s.name
  FROM face.postcodes q JOIN near s ON (s.y, s.x) = (floor(q.lat / 0.03)::int, floor(q.lon / 0.05)::int)
  WHERE q.code = ANY (:units) AND abs(s.lat - q.lat) < 0.03 AND abs(s.lon - q.lon) < 0.05
  ORDER BY q.code, ((s.lon - q.lon) * 0.61) ^ 2 + (s.lat - q.lat) ^ 2) n ON n.code = p.code
WHERE p.code = ANY (:units)
"""
_GROUPS = "SELECT code, lon, lat, near FROM face.postcode_groups WHERE code = ANY (:codes)"
_SETTLEMENTS_OF_NAMES = """
SELECT wanted.key, s.id, s.name, s.district, s.kind, s.lon, s.lat
FROM unnest(CAST(:keys AS text[])) AS wanted (key)
JOIN face.settlements s ON s.name_keys @> ARRAY[wanted.key] ORDER BY s.rank, s.district
"""


class WriterLookup(FaceLookup):
    """The same look-ups inside the writer's transaction, each made once at most, and those that are foreseen
    (`look_up`) all at once. Its coroutines never wait, so `geo.geocoding` can be run to its end without an
    event loop (`api.places.service.Locator`)."""

    _by_codes = _by_point = ""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._answers: dict[tuple[str, Any], Any] = {}

    def look_up(self, *, units: Collection[str], groups: Collection[str], names: Collection[str]) -> None:
        """Learn of these postcodes, of these outcodes and sectors, and of the settlements of these names."""
        keys = {fold_name(name) for name in names}
        self._answers |= {("postcode", unit): None for unit in units}
        self._answers |= {("group", code): None for code in groups}
        self._answers |= {("settlements", key): [] for key in keys}
        for row in self._all(_POSTCODES, units=units):
            self._answers["postcode", row[0]] = KnownPostcode(*row)
        for row in self._all(_GROUPS, codes=groups):
            self._answers["group", row[0]] = KnownGroup(*row)
        for row in self._all(_SETTLEMENTS_OF_NAMES, keys=keys):
            self._answers["settlements", row[0]].append(KnownSettlement(*row[1:]))

    def _all(self, statement: str, **wanted: Collection[str]) -> Sequence[Sequence[Any]]:
        values = {name: list(given) for name, given in wanted.items()}
        return self._session.execute(text(statement), values).fetchall() if any(values.values()) else []

    async def _rows(self, statement: str, *, areas: str = "", **values: Any) -> Sequence[Sequence[Any]]:
        asked = statement, tuple(values.values())
        if asked not in self._answers:
            named = statement.format(areas=areas, **{name: f":{name}" for name in values})
            self._answers[asked] = self._session.execute(text(named), values).fetchall()
        return cast("Sequence[Sequence[Any]]", self._answers[asked])

    async def find_postcode(self, unit: str) -> KnownPostcode | None:
        return await self._known(("postcode", unit), super().find_postcode, unit)

    async def find_group(self, code: str) -> KnownGroup | None:
        return await self._known(("group", code), super().find_group, code)

    async def find_settlements(self, name: str) -> list[KnownSettlement]:
        return await self._known(("settlements", fold_name(name)), super().find_settlements, name)

    async def _known(
        self, asked: tuple[str, Any], find: Callable[[str], Awaitable[Answer]], words: str
    ) -> Answer:
        if asked not in self._answers:
            self._answers[asked] = await find(words)
        return cast("Answer", self._answers[asked])


_AREAS_AT = f"""
SELECT code, name, type FROM face.areas
WHERE code = ANY (%(codes)s) OR {sql.covers("shape", sql.make_point("%(lon)s", "%(lat)s"))}
ORDER BY size_km2 NULLS LAST
"""
_COMPLETE = """
SELECT name, district, kind FROM face.settlements
WHERE EXISTS (SELECT FROM unnest(name_keys) AS key WHERE key LIKE %(prefix)s)
ORDER BY rank, name LIMIT %(limit)s
"""
_COMPLETE_POSTCODES = """
(SELECT code, near, 1 AS size FROM face.postcode_groups WHERE code LIKE %(prefix)s
 ORDER BY code LIMIT %(limit)s)
UNION ALL
(SELECT code, NULL, 2 FROM face.postcodes WHERE code LIKE %(prefix)s AND length(%(prefix)s) > 6
 ORDER BY code LIMIT %(limit)s)
ORDER BY size, code LIMIT %(limit)s
"""


async def areas_at(read: ReadConnection, *, lon: float, lat: float, codes: Sequence[str]) -> list[NamedArea]:
    """The areas a point lies in, and those with these codes, smallest first."""
    cursor = await read.execute(_AREAS_AT.encode(), {"lon": lon, "lat": lat, "codes": list(codes)})
    return [(row[0], row[1], row[2]) for row in await cursor.fetchall()]


_NAMED = """
SELECT key, min(name || ', ' || district) FROM face.settlements, unnest(name_keys) AS key
WHERE name_keys && %(keys)s::text[] AND key = ANY (%(keys)s) GROUP BY key HAVING count(*) = 1
UNION ALL SELECT lower(code), code FROM face.postcode_groups WHERE lower(code) = ANY (%(keys)s)
"""


async def named_once(read: ReadConnection, keys: list[str]) -> dict[str, str]:
    """Which folded names mean exactly one settlement, outcode or sector, each with its full name."""
    cursor = await read.execute(_NAMED, {"keys": keys})
    return {row[0]: row[1] for row in await cursor.fetchall()}


async def complete_settlements(
    read: ReadConnection, prefix: str, *, limit: int
) -> list[tuple[str, str, str]]:
    """(name, district, kind) of settlements whose folded name starts so, largest first."""
    escaped = fold_name(prefix).replace("\\", "").replace("%", "").replace("_", "")
    cursor = await read.execute(_COMPLETE.encode(), {"prefix": f"{escaped}%", "limit": limit})
    return [(row[0], row[1], row[2]) for row in await cursor.fetchall()]


async def complete_postcodes(
    read: ReadConnection, prefix: str, *, limit: int
) -> list[tuple[str, str | None]]:
    """(code, settlement near) of outcodes and sectors that start so, then of whole postcodes."""
    cursor = await read.execute(_COMPLETE_POSTCODES.encode(), {"prefix": f"{prefix}%", "limit": limit})
    return [(row[0], row[1]) for row in await cursor.fetchall()]
