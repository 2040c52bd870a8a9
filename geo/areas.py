"""Boundaries read from GeoJSON into clean shapes, each mend said in words."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any, Final

import shapely
from shapely.geometry import MultiPolygon, Polygon, shape
from shapely.geometry.base import BaseGeometry

_ONS_PROPERTY: Final = re.compile(r"([a-z]{2,8})([0-9]{2})(cd|nm|nmw)")
_ONS_PREFIXES: Final = {
    "district": ("lad", "ltla", "utla"),
    "ward": ("wd",),
    "parish": ("par", "parncp"),
    "county": ("cty", "ctyua"),
    "region": ("rgn",),
}
_CODE_NAMES: Final = ("code", "reference", "gss_code", "id")
_NAME_NAMES: Final = ("name", "title")


class AreaFileError(ValueError):
    """The file as a whole cannot be used; its words say why and what to do."""


@dataclass(frozen=True)
class AreaShape:
    """One area in longitude and latitude. `repaired` says in words what was mended, None when nothing was."""

    code: str
    name: str
    type: str
    aliases: tuple[str, ...]
    geometry: MultiPolygon
    repaired: str | None


def read_areas(path: Path, *, type_: str | None, problems: list[str] | None = None) -> list[AreaShape]:
    """The areas of a GeoJSON file, in file order. With no `type_` each feature says its own, as `type`.

    A feature that gives no area is left out and said in words in `problems`. Raises AreaFileError for a file
    that is not GeoJSON, or not in longitude and latitude.
    """
    refused: list[str] = [] if problems is None else problems
    document = _load(path)
    _check_crs(document, path.name)
    found: dict[str, AreaShape] = {}
    for number, feature in enumerate(_features(document, path.name), start=1):
        try:
            area = _read_feature(feature, type_, path.name)
            if area.code in found:
                raise ValueError(f"the code {area.code} appears twice: only the first is used")
        except AreaFileError:
            raise
        except ValueError as error:
            refused.append(f"{path.name} feature {number}: {error}.")
        else:
            found[area.code] = area
    return list(found.values())


def _load(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"), parse_constant=_refuse_constant)
    except OSError as error:
        raise AreaFileError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise AreaFileError(f"{path.name} is not GeoJSON: {error}.") from error
    if not isinstance(document, dict):
        raise AreaFileError(f"{path.name} is not GeoJSON.")
    return document


def _refuse_constant(constant: str) -> float:
    """NaN and Infinity are no JSON, though Python reads them."""
    raise ValueError(f"it holds {constant}")


def _check_crs(document: dict[str, Any], file: str) -> None:
    """Old GeoJSON may name a system of its own; only those in longitude and latitude will do."""
    named = json.dumps(document.get("crs") or "")
    if named != '""' and not re.search(r"CRS84|4326", named):
        raise AreaFileError(f"{file} is not in longitude and latitude. Save it again as WGS84 (EPSG:4326).")


def _features(document: dict[str, Any], file: str) -> list[Any]:
    if document.get("type") == "Feature":
        return [document]
    features = document.get("features")
    if document.get("type") != "FeatureCollection" or not isinstance(features, list):
        raise AreaFileError(f"{file} holds no GeoJSON features, so its areas would have no code or name.")
    return features


def _read_feature(feature: Any, wanted: str | None, file: str) -> AreaShape:
    given = feature.get("properties") if isinstance(feature, dict) else None
    properties = given.items() if isinstance(given, dict) else ()
    texts = {str(key).lower(): text for key, value in properties if (text := _as_text(value))}
    type_ = wanted or texts.get("type")
    if type_ is None:
        raise ValueError("it has no type: name one, such as district or patch")
    code, name, aliases = _identify(texts, type_)
    geometry, repaired = _read_geometry(feature.get("geometry"), file)
    return AreaShape(code, name, type_, aliases, geometry, repaired)


def _as_text(value: Any) -> str:
    """A property as text; a list (of aliases, say) with bars between."""
    if isinstance(value, list):
        return "|".join(str(part).strip() for part in value if isinstance(part, str))
    return str(value).strip() if isinstance(value, str | int) else ""


def _identify(texts: dict[str, str], type_: str) -> tuple[str, str, tuple[str, ...]]:
    """Code, name and other names, from ONS names (WD22CD, lad19nm) of this type first, then plain ones."""
    ons = [found for key in texts if (found := _ONS_PROPERTY.fullmatch(key))]
    prefixes = _ONS_PREFIXES.get(type_, (type_,))
    ours = [found for found in ons if found.group(1) in prefixes] or [
        found for found in ons if not _is_other_type(found.group(1), type_)
    ]
    stem = ours[0].group(1) + ours[0].group(2) if ours else ""
    code = texts.get(f"{stem}cd") or _first(texts, _CODE_NAMES)
    name = texts.get(f"{stem}nm") or _first(texts, _NAME_NAMES)
    if not code or not name:
        raise ValueError(f"has no {'code' if not code else 'name'} among its properties")
    others = [texts.get(f"{stem}nmw", ""), *texts.get("aliases", "").split("|")]
    aliases = tuple(dict.fromkeys(other.strip() for other in others if other.strip() not in {"", name}))
    return code, name, aliases


def _is_other_type(prefix: str, type_: str) -> bool:
    """Whether a property is of another known type: a parish file's LAD22CD is not the parish's own code."""
    known = {known for prefixes in _ONS_PREFIXES.values() for known in prefixes}
    return type_ in _ONS_PREFIXES and prefix in known


def _first(texts: dict[str, str], names: tuple[str, ...]) -> str:
    return next((texts[name] for name in names if name in texts), "")


def _read_geometry(geometry: Any, file: str) -> tuple[MultiPolygon, str | None]:
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in {"Polygon", "MultiPolygon"}:
        raise ValueError(f"is a {kind}, not a Polygon or MultiPolygon" if kind else "has no outline")
    try:
        read = shapely.force_2d(shape(geometry))
    except (TypeError, ValueError, KeyError, IndexError, shapely.errors.ShapelyError) as error:
        raise ValueError(f"its outline cannot be read ({error})") from error
    if read.is_empty:
        raise ValueError("its outline is empty")
    _check_range(read, file)
    return _repair(read)


def _check_range(geometry: BaseGeometry, file: str) -> None:
    west, south, east, north = geometry.bounds
    if not all(isfinite(edge) for edge in (west, south, east, north)):
        raise ValueError("its outline holds a coordinate that is not a number")
    if west < -180 or east > 180 or south < -90 or north > 90:
        looks = "British National Grid metres" if max(abs(east), abs(north)) > 1000 else "another system"
        raise AreaFileError(
            f"{file} is not in longitude and latitude: it holds {east:g}, {north:g}, like {looks}. "
            "Save it again as WGS84 (EPSG:4326)."
        )
    if west >= 49 and east <= 61.5 and south >= -9.5 and north <= 2.5:
        raise AreaFileError(f"{file} has latitude before longitude. GeoJSON wants longitude first.")


def _repair(geometry: BaseGeometry) -> tuple[MultiPolygon, str | None]:
    if geometry.is_valid:
        return _as_multi(geometry), None
    reason = shapely.is_valid_reason(geometry).split("[")[0].strip().lower()
    mended = _as_multi(shapely.make_valid(geometry))
    if mended.is_empty:
        raise ValueError(f"its outline encloses nothing ({reason})")
    before, after = geometry.area, mended.area
    change = f"its size changed by {abs(after - before) / after:.2%}" if after else "its size is unchanged"
    return mended, f"The outline was not valid ({reason}) and was mended; {change}."


def _as_multi(geometry: BaseGeometry) -> MultiPolygon:
    return MultiPolygon(list(_polygons(geometry)))


def _polygons(geometry: BaseGeometry) -> Iterator[Polygon]:
    """Only what has a surface: mending a crossed outline can leave lines and points behind."""
    if isinstance(geometry, Polygon):
        if not geometry.is_empty:
            yield geometry
    else:
        for part in getattr(geometry, "geoms", ()):
            yield from _polygons(part)
