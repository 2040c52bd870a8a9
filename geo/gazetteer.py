"""Reading gazetteer files: Code-Point Open, our settlements and our postcode groups. It stores nothing."""

import csv
import io
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal, TypeVar, cast, get_args

from geo.crs import GRID_EAST_M, GRID_NORTH_M

SettlementKind = Literal["city", "town", "village", "hamlet"]
GroupKind = Literal["outcode", "sector"]
FileKind = Literal["codepoint", "settlements", "postcode_groups"]

_SETTLEMENT_COLUMNS: Final = ("name", "aliases", "kind", "district", "lon", "lat", "rank")
_GROUP_COLUMNS: Final = ("code", "kind", "lon", "lat", "near")
_NO_POINT_QUALITY: Final = 90
_CODEPOINT_HEADERS: Final = frozenset({"PC", "POSTCODE"})


class GazetteerFileError(ValueError):
    """The file as a whole cannot be read; its words say why and what is expected."""


@dataclass(frozen=True, slots=True)
class CodepointRow:
    """One postcode; `easting` and `northing` are both None where it has no point. Codes are ONS codes."""

    postcode: str
    quality: int
    easting: int | None
    northing: int | None
    district: str | None
    ward: str | None


@dataclass(frozen=True, slots=True)
class Settlement:
    """A place people name. `rank` is 1 for a city, 2 a town, 3 a village, 4 a hamlet."""

    name: str
    aliases: tuple[str, ...]
    kind: SettlementKind
    district: str
    lon: float
    lat: float
    rank: int


@dataclass(frozen=True, slots=True)
class PostcodeGroup:
    """The middle of an outcode or a sector; `near` is "" where no place of ours is close."""

    code: str
    kind: GroupKind
    lon: float
    lat: float
    near: str


Row = TypeVar("Row")


# Plain letters, which most names have alone, need no look at what Unicode says of each.
_ASCII: Final = {
    code: None if chr(code) in "'`" else chr(code).lower() if chr(code).isalnum() else " "
    for code in range(128)
} | {ord("&"): " and "}


@lru_cache(maxsize=8192)
def fold_name(name: str) -> str:
    """How a place name is compared: no case, accents or punctuation; "Saint" is "st", "&" is "and".

    "St. Ives", "Saint Ives" and "ST IVES" are all "st ives"; "King's Lynn" is "kings lynn".
    """
    if name.isascii():
        words = name.translate(_ASCII).split()
    else:
        spread = unicodedata.normalize("NFKD", name.replace("&", " and ")).casefold()
        bare = "".join(c for c in spread if not unicodedata.combining(c) and c not in "'’‘`")
        words = "".join(c if c.isalnum() else " " for c in bare).split()
    if "saint" in words:
        words = ["st" if word == "saint" else word for word in words]
    return " ".join(words)


def recognise_file(path: Path) -> FileKind:
    """What a gazetteer file holds, judged by its first line; a folder or a zip is Code-Point Open."""
    if path.is_dir() or path.suffix.lower() == ".zip":
        return "codepoint"
    with _open_text(path) as lines:
        header = {cell.strip().lower() for cell in next(csv.reader(lines), [])}
    if header >= {"name", "kind", "lon", "lat"}:
        return "settlements"
    return "postcode_groups" if header >= set(_GROUP_COLUMNS) else "codepoint"


def read_codepoint(path: Path, problems: list[str] | None = None) -> Iterator[CodepointRow]:
    """Postcodes of a Code-Point Open folder, zip or single CSV, in file order, one at a time.

    A row that cannot be read is left out and said in words in `problems`. A postcode of quality 90, or at
    0,0, has no point. Raises GazetteerFileError when nothing there is a CSV.
    """
    refused: list[str] = [] if problems is None else problems
    if path.is_dir():
        for file in _csv_files(path):
            with _open_text(file) as lines:
                yield from _read_codepoint_rows(lines, file.name, refused)
    elif path.suffix.lower() == ".zip":
        yield from _read_codepoint_zip(path, refused)
    else:
        with _open_text(path) as lines:
            yield from _read_codepoint_rows(lines, path.name, refused)


def read_settlements(path: Path, problems: list[str] | None = None) -> list[Settlement]:
    """Settlements of a CSV with the columns name, aliases ("A|B"), kind, district, lon, lat, rank.

    Bad rows are left out and said in `problems`; missing columns raise GazetteerFileError.
    """
    return _read_table(path, _SETTLEMENT_COLUMNS, _settlement, problems)


def read_postcode_groups(path: Path, problems: list[str] | None = None) -> list[PostcodeGroup]:
    """Postcode groups of a CSV with the columns code, kind, lon, lat, near.

    Bad rows are left out and said in `problems`; missing columns raise GazetteerFileError.
    """
    return _read_table(path, _GROUP_COLUMNS, _postcode_group, problems)


@contextmanager
def _open_text(path: Path) -> Iterator[io.TextIOBase]:
    if not path.is_file():
        raise GazetteerFileError(f"There is no file {path}.")
    # Codes are plain ASCII: a stray byte spoils its own row, not the whole file.
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
        yield lines


def _holds_postcodes(name: str) -> bool:
    file = name.rsplit("/", 1)[-1].lower()
    hidden = file.startswith(".") or "__macosx/" in name.lower()
    return file.endswith(".csv") and "column_headers" not in file and not hidden


def _csv_files(folder: Path) -> list[Path]:
    files = sorted(f for f in folder.rglob("*") if f.is_file() and _holds_postcodes(f.as_posix()))
    if not files:
        raise GazetteerFileError(f"There are no CSV files of postcodes in {folder}.")
    return files


def _read_codepoint_zip(path: Path, problems: list[str]) -> Iterator[CodepointRow]:
    if not path.is_file():
        raise GazetteerFileError(f"There is no file {path}.")
    try:
        with zipfile.ZipFile(path) as archive:
            names = sorted(name for name in archive.namelist() if _holds_postcodes(name))
            if not names:
                raise GazetteerFileError(f"There are no CSV files of postcodes in {path}.")
            for name in names:
                with archive.open(name) as raw:
                    lines = io.TextIOWrapper(raw, encoding="utf-8-sig", errors="replace", newline="")
                    yield from _read_codepoint_rows(lines, name.rsplit("/", 1)[-1], problems)
    except (zipfile.BadZipFile, EOFError, RuntimeError) as error:  # RuntimeError: it wants a password
        raise GazetteerFileError(f"{path} is not a zip that can be read: {error}.") from error


def _read_codepoint_rows(lines: io.TextIOBase, file: str, problems: list[str]) -> Iterator[CodepointRow]:
    reader = csv.reader(lines)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            problems.append(f"{file} line {reader.line_num}: {error}.")
            continue
        if not cells or (reader.line_num <= 2 and cells[0].strip().upper() in _CODEPOINT_HEADERS):
            continue
        try:
            yield _codepoint_row(cells)
        except ValueError as error:
            problems.append(f"{file} line {reader.line_num}: {error}.")


def _codepoint_row(cells: list[str]) -> CodepointRow:
    if len(cells) < 4:
        raise ValueError(f"has {len(cells)} columns, where at least 4 are wanted")
    squashed = cells[0].replace(" ", "").upper()
    if not 5 <= len(squashed) <= 7 or not squashed.isalnum() or not squashed.isascii():
        raise ValueError(f"“{cells[0][:20]}” is not a postcode")
    try:
        quality, easting, northing = int(cells[1]), int(cells[2]), int(cells[3])
    except ValueError:
        raise ValueError("the quality, easting or northing is not a whole number") from None
    if not (0 <= easting < GRID_EAST_M and 0 <= northing < GRID_NORTH_M):
        raise ValueError(f"{easting}, {northing} is off the British National Grid")
    pointless = quality == _NO_POINT_QUALITY or (easting == 0 and northing == 0)
    return CodepointRow(
        postcode=f"{squashed[:-3]} {squashed[-3:]}",
        quality=quality,
        easting=None if pointless else easting,
        northing=None if pointless else northing,
        district=(cells[8].strip() or None) if len(cells) > 8 else None,
        ward=(cells[9].strip() or None) if len(cells) > 9 else None,
    )


def _read_table(
    path: Path,
    columns: tuple[str, ...],
    build: Callable[[dict[str, str]], Row],
    problems: list[str] | None,
) -> list[Row]:
    found: list[Row] = []
    with _open_text(path) as lines:
        reader = csv.DictReader(lines, restval="")
        missing = [column for column in columns if column not in (reader.fieldnames or [])]
        if missing:
            raise GazetteerFileError(f"{path.name} lacks the columns {', '.join(missing)}.")
        for cells in reader:
            try:
                found.append(build({column: cells[column].strip() for column in columns}))
            except ValueError as error:
                if problems is not None:
                    problems.append(f"{path.name} line {reader.line_num}: {error}.")
    return found


def _settlement(cells: dict[str, str]) -> Settlement:
    kinds = get_args(SettlementKind)
    if not fold_name(cells["name"]):
        raise ValueError("there is no name")
    if cells["kind"] not in kinds:
        raise ValueError(f"the kind “{cells['kind']}” is not one of {', '.join(kinds)}")
    lon, lat = _point(cells)
    return Settlement(
        name=cells["name"],
        aliases=tuple(alias.strip() for alias in cells["aliases"].split("|") if alias.strip()),
        kind=cast(SettlementKind, cells["kind"]),
        district=cells["district"],
        lon=lon,
        lat=lat,
        rank=int(cells["rank"]) if cells["rank"] else kinds.index(cells["kind"]) + 1,
    )


def _postcode_group(cells: dict[str, str]) -> PostcodeGroup:
    kinds = get_args(GroupKind)
    if not cells["code"]:
        raise ValueError("there is no code")
    if cells["kind"] not in kinds:
        raise ValueError(f"the kind “{cells['kind']}” is not one of {', '.join(kinds)}")
    lon, lat = _point(cells)
    return PostcodeGroup(cells["code"].upper(), cast(GroupKind, cells["kind"]), lon, lat, cells["near"])


def _point(cells: dict[str, str]) -> tuple[float, float]:
    try:
        lon, lat = float(cells["lon"]), float(cells["lat"])
    except ValueError:
        raise ValueError(f"“{cells['lon']}, {cells['lat']}” is not a longitude and a latitude") from None
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise ValueError(f"{lon}, {lat} is not a longitude and a latitude")
    return lon, lat
