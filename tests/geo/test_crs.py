"""Coordinates agree with points that Ordnance Survey has published, to 5 m."""

from math import hypot

import pytest

from geo.crs import to_osgb, to_wgs84

# From the test points of Ordnance Survey's OSTN15 transformation: lon, lat, easting, northing.
OS_POINTS = [
    (-6.29977752014, 49.92226393730, 91492.146, 11318.804),
    (-2.15458614387, 52.25529381630, 389544.190, 261912.153),
    (0.40153547065, 52.75136687170, 562180.547, 319784.995),
    (-3.04045490691, 53.77911025760, 331534.564, 431920.794),
    (1.44454730409, 51.37447025550, 639821.835, 169565.858),
]


@pytest.mark.parametrize(("lon", "lat", "easting", "northing"), OS_POINTS)
def test_known_points_within_five_metres(lon: float, lat: float, easting: float, northing: float) -> None:
    east, north = to_osgb(lon, lat)
    assert hypot(east - easting, north - northing) < 5


@pytest.mark.parametrize(("lon", "lat", "easting", "northing"), OS_POINTS)
def test_the_way_back(lon: float, lat: float, easting: float, northing: float) -> None:
    back_lon, back_lat = to_wgs84(easting, northing)
    assert hypot((back_lon - lon) * 68_000, (back_lat - lat) * 111_000) < 5


def test_there_and_back_on_the_meridian() -> None:
    east, north = to_osgb(0.0, 52.15)
    lon, lat = to_wgs84(east, north)
    assert lon == pytest.approx(0.0, abs=1e-6)
    assert lat == pytest.approx(52.15, abs=1e-6)
    assert 500_000 < east < 600_000


@pytest.mark.parametrize("point", [(float("inf"), 52.0), (float("nan"), 52.0)])
def test_no_place_is_an_error_not_a_number(point: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="no place"):
        to_osgb(*point)
