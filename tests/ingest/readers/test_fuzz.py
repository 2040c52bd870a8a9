"""Files nobody meant to send: whatever comes, we read it or say in words why not."""

import json
import random
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from api.errors import BadInput
from ingest.mapping import map_row
from ingest.readers.door import open_tables
from ingest.readers.file import Limits
from ingest.readers.shapes import cells_of_geometry, cells_of_wkt, point_of
from ingest.sources import KNOWN_SOURCES
from ingest.table import Table, check_columns

# Raise it for a long night: every example is another file.
EXAMPLES = 40
BOOKS = 12
FIXTURES = Path(__file__).parents[2] / "fixtures"
SMALL = Limits(
    file_bytes=3_000_000,
    unpacked_bytes=5_000_000,
    rows=50_000,
    book_memory_bytes=700_000_000,
    book_seconds=10,
)
TEXTS = [
    "ingest/libraries.csv",
    "mobile_library/stops.csv",
    "mutual_aid/groups.csv",
    "outpost/services.csv",
    "geojson/places.geojson",
    "openstreetmap/overpass.json",
    "open_referral/version_1.json",
    "open_referral/version_3.json",
    "icalendar/hall.ics",
]
quick = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def try_file(path: Path) -> None:
    """Open it, walk through all rows, and map them by every source that fits."""
    try:
        tables = open_tables(path, limits=SMALL)
    except BadInput as error:
        said = error.detail
    else:
        said = ""
        try_rows(tables)
    assert "Traceback" not in said


def try_rows(tables: list[Table]) -> None:
    for table in tables:
        rows = list(table.rows)
        assert len(rows) == len(table.rows)
        for source in KNOWN_SOURCES.values():
            try:
                check_columns(table.columns, source.columns)
            except BadInput:
                continue
            for row in rows:
                mapped = map_row(source, row)
                assert mapped.draft is not None or row.problems or row.broken


def flip(raw: bytes, dice: random.Random) -> bytes:
    changed = bytearray(raw)
    for _ in range(dice.randint(1, 30)):
        changed[dice.randrange(len(changed))] = dice.randrange(256)
    return bytes(changed)


def cut(raw: bytes, dice: random.Random) -> bytes:
    return raw[: dice.randrange(len(raw))]


def shuffle(raw: bytes, dice: random.Random) -> bytes:
    """Pieces of it, in another order and more than once."""
    size = max(1, len(raw) // 20)
    pieces = [raw[at : at + size] for at in range(0, len(raw), size)]
    return b"".join(dice.choices(pieces, k=dice.randint(1, 40)))


def recode(raw: bytes, dice: random.Random) -> bytes:
    codec = dice.choice(
        ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "cp500", "mac_roman", "utf-7"]
    )
    return raw.decode("latin-1").encode(codec, "replace")


def swap_values(raw: bytes, dice: random.Random) -> bytes:
    """Sound outside, odd inside: numbers, lists and nothing where words were, and the other way round."""
    odd = [
        b"null",
        b"[]",
        b"{}",
        b"-1",
        b"1e999",
        b'"x"',
        b"true",
        b'[{"a":[null]}]',
        b"99999999999999999999",
    ]
    words = raw.replace(b"52.3", dice.choice(odd)).replace(b'"01632 960001"', dice.choice(odd))
    target = dice.choice(
        [b"2026", b'"Fen End"', b"0.0", b"09:20", b"WEEKLY", b'"physical"', b'"WE"', b"CB6 1AD"]
    )
    return words.replace(target, dice.choice(odd))


@pytest.mark.parametrize("change", [flip, cut, shuffle, recode, swap_values])
@quick
@given(name=st.sampled_from(TEXTS), seed=st.integers(0, 2**32))
def test_damaged_texts(
    tmp_path: Path, change: Callable[[bytes, random.Random], bytes], name: str, seed: int
) -> None:
    path = tmp_path / "file"
    path.write_bytes(change((FIXTURES / name).read_bytes(), random.Random(seed)))
    try_file(path)


def test_damaged_real_files(tmp_path: Path, test_data: Path) -> None:
    path = tmp_path / "file"
    files = sorted((test_data / "directories").iterdir())
    for seed in range(BOOKS * 3):
        dice = random.Random(seed)
        change = dice.choice([flip, cut, shuffle, recode])
        path.write_bytes(change(dice.choice(files).read_bytes()[:30_000], dice))
        try_file(path)


@quick
@given(raw=st.binary(max_size=400))
def test_any_bytes(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(raw)
    try_file(path)


@quick
@given(
    rows=st.lists(st.lists(st.text(max_size=12), max_size=5), max_size=8),
    separator=st.sampled_from(",;\t|^"),
    quote=st.booleans(),
)
def test_any_cells(tmp_path: Path, rows: list[list[str]], separator: str, quote: bool) -> None:
    mark = '"' if quote else ""
    text = "\r\n".join(separator.join(f"{mark}{cell}{mark}" for cell in row) for row in rows)
    path = tmp_path / "file"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try_file(path)


KEYS = """id name type features elements contents content geometry coordinates properties tags lon lat center
nodes members organization service_at_locations location addresses schedules phones service_areas extent
attributes taxonomy_term cost_options languages latitude longitude status dtstart byday freq
opens_at""".split()
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=10,
)


@quick
@given(
    document=st.lists(st.dictionaries(st.sampled_from(KEYS), json_values), max_size=4),
    holder=st.sampled_from(["features", "elements", "contents", "content", ""]),
)
def test_json_of_any_shape(tmp_path: Path, document: list[object], holder: str) -> None:
    path = tmp_path / "file"
    whole: object = {"type": "FeatureCollection", holder: document} if holder else document
    path.write_text(json.dumps(whole))
    try_file(path)


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    folder = tmp_path_factory.mktemp("books")
    book = Workbook()
    assert book.active is not None
    for row in (["Library name", "Town"], ["Hall", "Ely"], ["Shed", 3.5]):
        book.active.append(row)
    book.save(folder / "book.xlsx")
    with zipfile.ZipFile(folder / "package.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted((FIXTURES / "hsds").iterdir()):
            archive.write(part, part.name)
    return [(folder / name).read_bytes() for name in ("book.xlsx", "package.zip")]


@pytest.mark.parametrize("change", [flip, cut, shuffle])
def test_damaged_zips(
    tmp_path: Path, books: list[bytes], change: Callable[[bytes, random.Random], bytes]
) -> None:
    path = tmp_path / "file"
    for seed in range(BOOKS):
        dice = random.Random(seed)
        path.write_bytes(change(dice.choice(books), dice))
        try_file(path)


@pytest.mark.parametrize("change", [flip, cut, shuffle, swap_values])
def test_zips_that_are_whole_outside_and_damaged_inside(
    tmp_path: Path, books: list[bytes], change: Callable[[bytes, random.Random], bytes]
) -> None:
    source, path = tmp_path / "source", tmp_path / "file"
    for seed in range(BOOKS):
        dice = random.Random(seed)
        source.write_bytes(dice.choice(books))
        with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
            for name in old.namelist():
                raw = old.read(name)
                new.writestr(name, change(raw, dice) if dice.random() < 0.4 else raw)
        try_file(path)


@quick
@given(
    kind=st.sampled_from(["Point", "LineString", "Polygon", "MultiPolygon", "GeometryCollection", "Nothing"]),
    corners=st.recursive(st.floats() | st.text(max_size=3), st.lists, max_leaves=12),
    text=st.text(alphabet="POINTLYGEM()0123456789.,- eENaZ;SRID=", max_size=40),
)
def test_any_geometry(kind: str, corners: object, text: str) -> None:
    geometry = {"type": kind, "coordinates": corners}
    for read in (
        lambda: cells_of_geometry(geometry),
        lambda: cells_of_wkt(text),
        lambda: point_of(text, "1"),
    ):
        with suppress(ValueError):
            read()
