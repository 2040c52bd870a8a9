"""The only home of ST_* calls: small named pieces of SQL, to be put together by a feature's queries.

Every function takes SQL expressions and returns one. SRIDs come from `geo.crs`; distances and areas are
worked out in EPSG:27700, where a unit is a metre.
"""

from geo.crs import OSGB, WGS84
from geo.privacy import AREA_GRID_M, STREET_GRID_M

# Metres a circle must grow so that it still covers all it covered before its centre moved to a cell's centre.
_HALF_DIAGONAL = 0.7072


def make_point(lon: str, lat: str) -> str:
    """A WGS84 point of two numbers in degrees."""
    return f"ST_SetSRID(ST_MakePoint({lon}, {lat}), {WGS84})"


def to_osgb(geometry: str) -> str:
    return f"ST_Transform({geometry}, {OSGB})"


def to_wgs84(geometry: str) -> str:
    return f"ST_Transform({geometry}, {WGS84})"


def osgb_point(lon: str, lat: str) -> str:
    return to_osgb(make_point(lon, lat))


def make_osgb_point(easting: str, northing: str) -> str:
    """An EPSG:27700 point of two numbers in metres; null when either is."""
    return f"ST_SetSRID(ST_MakePoint({easting}, {northing}), {OSGB})"


def lon(point: str) -> str:
    return f"ST_X({point})"


def lat(point: str) -> str:
    return f"ST_Y({point})"


def snap(point: str, grid_m: int) -> str:
    """The centre of the grid cell an EPSG:27700 point lies in: the same answer every time."""
    half = grid_m // 2
    return (
        f"ST_SetSRID(ST_MakePoint(floor(ST_X({point}) / {grid_m}) * {grid_m} + {half}, "
        f"floor(ST_Y({point}) / {grid_m}) * {grid_m} + {half}), {OSGB})"
    )


def public_point(point: str, privacy: str) -> str:
    """What the public may see of an EPSG:27700 point: itself, its 100 m cell, or nothing."""
    return f"CASE {privacy} WHEN 'exact' THEN {point} WHEN 'street' THEN {snap(point, STREET_GRID_M)} END"


def public_circle(centre: str, radius_m: str, privacy: str) -> str:
    """The circle served round an EPSG:27700 centre. A circle gives its centre away, so where the place is
    private the centre moves to its cell's and the circle grows to cover what it covered."""
    street, area = STREET_GRID_M, AREA_GRID_M
    street_m = f"{radius_m} + {street * _HALF_DIAGONAL:.0f}"
    area_m = f"{radius_m} + {area * _HALF_DIAGONAL:.0f}"
    return (
        f"CASE {privacy} WHEN 'exact' THEN ST_Buffer({centre}, {radius_m}, 16) "
        f"WHEN 'street' THEN ST_Buffer({snap(centre, street)}, {street_m}, 16) "
        f"ELSE ST_Buffer({snap(centre, area)}, {area_m}, 16) END"
    )


def union_polygons(geometry: str) -> str:
    """An aggregate: all pieces as one valid multipolygon, or null when there are none."""
    return f"ST_Multi(ST_CollectionExtract(ST_UnaryUnion(ST_Collect(ST_MakeValid({geometry}))), 3))"


def as_one_shape(geometry: str) -> str:
    """An aggregate: shapes that may touch or overlap as one multipolygon without the lines between them."""
    return f"ST_Multi(ST_CollectionExtract(ST_MakeValid(ST_Union({geometry})), 3))"


def area_km2(geometry: str) -> str:
    """Square kilometres of an EPSG:27700 shape."""
    return f"ST_Area({geometry}) / 1000000.0"


def covers(shape: str, point: str) -> str:
    return f"ST_Covers({shape}, {point})"


def lies_in(inner: str, outer: str) -> str:
    """Whether a shape lies in another, all but a tenth of it: outlines of two makers never quite agree."""
    share = f"ST_Area(ST_Intersection({inner}, {outer})) / nullif(ST_Area({inner}), 0)"
    return f"({inner} && {outer} AND {share} >= 0.9)"


def distance_m(one: str, other: str) -> str:
    """Metres in a straight line between two EPSG:27700 geometries."""
    return f"ST_Distance({one}, {other})"


def within(one: str, other: str, distance: str) -> str:
    """Whether two EPSG:27700 geometries are at most so many metres apart; uses the index."""
    return f"ST_DWithin({one}, {other}, {distance})"


def box(min_lon: str, min_lat: str, max_lon: str, max_lat: str) -> str:
    """A WGS84 box."""
    return f"ST_MakeEnvelope({min_lon}, {min_lat}, {max_lon}, {max_lat}, {WGS84})"


def from_geojson(text: str) -> str:
    """A valid WGS84 multipolygon of a GeoJSON geometry in text."""
    return f"ST_Multi(ST_CollectionExtract(ST_MakeValid(ST_SetSRID(ST_GeomFromGeoJSON({text}), {WGS84})), 3))"


def as_geojson(geometry: str, digits: int = 5) -> str:
    """GeoJSON text of a WGS84 geometry; five digits are about a metre."""
    return f"ST_AsGeoJSON({geometry}, {digits})"


def simplify(geometry: str, tolerance: str) -> str:
    """A lighter outline that keeps small shapes; the tolerance is in the geometry's own unit."""
    return f"ST_SimplifyPreserveTopology({geometry}, {tolerance})"


def centre(geometry: str) -> str:
    """A point sure to lie on the shape."""
    return f"ST_PointOnSurface({geometry})"


def extent_array(geometry: str) -> str:
    """An aggregate: `{min_x, min_y, max_x, max_y}` of all geometries."""
    extent = f"ST_Extent({geometry})"
    return f"ARRAY[ST_XMin({extent}), ST_YMin({extent}), ST_XMax({extent}), ST_YMax({extent})]"


def square_keys(geometry: str, letter: str, side_m: int) -> str:
    """Keys (`geo.squares`) of the squares that the box round an EPSG:27700 geometry touches, as an array."""
    return (
        f"ARRAY(SELECT '{letter}' || x || ':' || y "
        f"FROM generate_series(floor(ST_XMin({geometry}) / {side_m})::int, "
        f"floor(ST_XMax({geometry}) / {side_m})::int) x, "
        f"generate_series(floor(ST_YMin({geometry}) / {side_m})::int, "
        f"floor(ST_YMax({geometry}) / {side_m})::int) y)"
    )


def square_key(point: str, letter: str, side_m: int) -> str:
    """Key of the one square an EPSG:27700 point lies in."""
    return (
        f"'{letter}' || floor(ST_X({point}) / {side_m})::int || ':' || floor(ST_Y({point}) / {side_m})::int"
    )


def widest_m(geometry: str) -> str:
    """The longer side of the box round an EPSG:27700 geometry, in metres."""
    return f"greatest(ST_XMax({geometry}) - ST_XMin({geometry}), ST_YMax({geometry}) - ST_YMin({geometry}))"


def collect(geometry: str) -> str:
    return f"ST_Collect({geometry})"
