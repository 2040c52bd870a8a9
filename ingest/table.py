"""From rows of cells to rows with headings: finds the heading row, cleans the cells."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from api.errors import BadInput, FieldProblem
from geo.gazetteer import fold_name
from ingest.readers.sheet import Lazy, Sheet
from ingest.report import Problem

if TYPE_CHECKING:
    from ingest.mapping import MappedRow

# Title rows above the headings are few; a table whose headings are deeper is no table.
_DEEPEST_HEADINGS: Final = 30
_LONGEST_HEADING: Final = 120
_INVISIBLE: Final = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
# What a text of composed letters may still hold that must go: nearly none holds any.
_UNWANTED: Final = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200d\u2060\ufeff\u00ad\ud800-\udfff]")
# A number, a date, a time, a web or mail address, a postcode: what stands in cells, not above them.
_A_VALUE: Final = re.compile(
    r"[-+£$€]?[\d.,]+%?|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*|\d{1,2}[:.]\d\d.*|https?:.*|www\..*|\S+@\S+\.\S+"
    r"|[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}|yes|no|true|false|-",
    re.IGNORECASE,
)

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

# A mapping asks for the same few columns in every row.
_fold = lru_cache(maxsize=4096)(fold_name)


@dataclass
class Row:
    """One row by heading, case and punctuation apart. `problems` gathers what is found on the way. `made` is
    what a copy of it was mapped to, where somebody had to look before it is its turn."""

    number: int
    cells: dict[str, str]
    problems: list[Problem] = field(default_factory=list)
    broken: bool = False
    made: "MappedRow | None" = None

    def text(self, column: str) -> str | None:
        """The cell in one line, or None when it is empty or there is no such column."""
        return " ".join(self.cells.get(_fold(column), "").split()) or None

    def note(self, column: str | None, what: str, todo: str, *, value: str | None = None) -> None:
        """Add a problem; the value is the cell's unless given."""
        shown = value if value is not None or column is None else self.text(column)
        self.problems.append(Problem(self.number, column, shown, what, todo))


@dataclass(frozen=True)
class Table:
    """`rows` may be read anew at each walk, so keep a row to keep its problems. `columns` are the headings
    in their order, as written, told apart where two are the same; `Row.cells` has them folded. `name` is the
    sheet's; `warnings` say what a person should know about the file as a whole."""

    rows: Sequence[Row]
    read_as: str
    columns: tuple[str, ...] = ()
    name: str | None = None
    warnings: tuple[str, ...] = ()


def make_table(sheet: Sheet, *, columns: Sequence[str] = ()) -> Table:
    """The rows under the headings. With `columns`, the headings are the row that holds most of them, and
    BadInput is raised when one is missing; without, they are found by their shape."""
    top = sheet.rows[:_DEEPEST_HEADINGS]
    position, headings = _find_headings(top, columns) if columns else _guess_headings(top)
    keys = [fold_name(heading) for heading in headings]

    def read() -> Iterator[Row]:
        for place, (number, cells) in enumerate(sheet.rows):
            if place > position:
                yield _make_row(number, cells, keys, may_be_short=sheet.trimmed)

    length = len(sheet.rows) - position - 1
    rows = list(read()) if isinstance(sheet.rows, list) else Lazy(read, length)
    warnings = sheet.warnings
    if position < 0:
        warnings += ("We found no row of headings, so the columns are called Column 1, Column 2 and so on.",)
    return Table(rows, sheet.read_as, tuple(headings), sheet.name, warnings)


@dataclass(frozen=True)
class Record:
    """One thing that has no row of its own, with what was found on the way: (column, what, todo)."""

    cells: Mapping[str, str]
    notes: tuple[tuple[str | None, str, str], ...] = ()


def table_of(
    records: Iterable[Record],
    *,
    read_as: str,
    name: str | None = None,
    warnings: tuple[str, ...] = (),
) -> Table:
    """A table of things that have no rows of their own, such as the features of a map: numbered from 1, its
    columns in the order in which they turn up."""
    columns: dict[str, None] = {}
    rows = []
    for number, record in enumerate(records, start=1):
        columns |= dict.fromkeys(record.cells)
        row = Row(number, {_fold(key): _clean(value) for key, value in record.cells.items()})
        for column, what, todo in record.notes:
            row.note(column, what, todo)
        rows.append(row)
    return Table(rows, read_as, tuple(columns), name, warnings)


def join(tables: Sequence[Table], key: str) -> Table:
    """The first table with the columns of the others, where the column `key` says the same. Several rows of
    another table for one row give a line each. What finds no partner is said, not dropped in silence."""
    main, *others = tables
    for table in tables:
        if fold_name(key) not in {fold_name(column) for column in table.columns}:
            where = f"The sheet “{table.name}”" if table.name else "A sheet"
            message = f"{where} has no column “{key}” to join by."
            raise BadInput(message, errors=[FieldProblem(field="file", message=message)])
    rows = list(main.rows)
    columns, warnings = list(main.columns), list(main.warnings)
    for other in others:
        names = _names_beside(columns, other, key)
        warnings += [*other.warnings, *_add_columns(rows, other, key, names)]
        columns += names.values()
    return Table(rows, main.read_as, tuple(columns), main.name, tuple(warnings))


def _names_beside(columns: Sequence[str], other: Table, key: str) -> dict[str, str]:
    """What the other table's columns are called in the joined one, by their folded own names."""
    taken = {fold_name(column) for column in columns}
    names = {}
    for column in other.columns:
        if fold_name(column) != fold_name(key):
            clash = fold_name(column) in taken
            names[fold_name(column)] = f"{other.name or 'Other'} {column}" if clash else column
    return names


def _add_columns(rows: Sequence[Row], other: Table, key: str, names: Mapping[str, str]) -> list[str]:
    by_key: dict[str, list[Row]] = {}
    for row in other.rows:
        by_key.setdefault(fold_name(row.text(key) or ""), []).append(row)
    for row in rows:
        partners = by_key.get(fold_name(row.text(key) or "") or "\0", [])
        for own, shown in names.items():
            lines = [line for partner in partners if (line := partner.cells.get(own))]
            row.cells[fold_name(shown)] = "\n".join(lines)
    met = {fold_name(row.text(key) or "") for row in rows}
    lost = [row.number for value, partners in by_key.items() if value not in met for row in partners]
    if not lost:
        return []
    shown_rows = ", ".join(str(number) for number in sorted(lost)[:5]) + (
        " and more" if len(lost) > 5 else ""
    )
    return [f"{len(lost)} rows of “{other.name or 'the other sheet'}” belong to no row: {shown_rows}."]


def _find_headings(top: Sequence[tuple[int, list[str]]], columns: Sequence[str]) -> tuple[int, list[str]]:
    """The row that holds most of the columns we look for: titles may stand above it."""
    wanted = [fold_name(column) for column in columns]
    best = (-1, 0, list[str]())
    for position, (_number, cells) in enumerate(top):
        headings = _name_apart(cells)
        folded = {fold_name(heading) for heading in headings}
        found = sum(column in folded for column in wanted)
        if found > best[0]:
            best = (found, position, headings)
    check_columns(best[2], columns)
    return best[1], best[2]


def check_columns(there: Iterable[str], wanted: Iterable[str]) -> None:
    """Raises BadInput that names the wanted columns that are not there."""
    folded = {fold_name(column) for column in there}
    missing = [column for column in wanted if fold_name(column) not in folded]
    if missing:
        message = f"Columns are missing: {_listed(missing)}. Is it the right file for this source?"
        raise BadInput(message, errors=[FieldProblem(field="file", message=message)])


def _guess_headings(top: Sequence[tuple[int, list[str]]]) -> tuple[int, list[str]]:
    """The first row that is nearly as wide as the widest and holds words, not values, each once.
    (-1, numbered names) when there is none."""
    filled = [sum(bool(cell.strip()) for cell in cells) for _number, cells in top]
    widest = max(filled, default=0)
    for position, (_number, cells) in enumerate(top):
        if filled[position] * 2 > widest and _looks_like_headings(cells):
            return position, _name_apart(cells)
    width = max((len(cells) for _number, cells in top), default=0)
    return -1, [f"Column {number}" for number in range(1, width + 1)]


def _looks_like_headings(cells: Sequence[str]) -> bool:
    words = [text for cell in cells if (text := _clean(cell))]
    plain = [text for text in words if len(text) <= _LONGEST_HEADING and not _A_VALUE.fullmatch(text)]
    distinct = {text.casefold() for text in words}
    return bool(words) and len(plain) >= 0.8 * len(words) and len(distinct) >= 0.7 * len(words)


def _name_apart(cells: Iterable[str]) -> list[str]:
    """Headings in one line. One that comes twice gets a number: the first keeps the name."""
    seen: dict[str, int] = {}
    named = []
    for place, cell in enumerate(cells, start=1):
        heading = " ".join(_clean(cell).split()) or f"Column {place}"
        while (folded := fold_name(heading)) in seen:
            seen[folded] += 1
            heading = f"{heading} ({seen[folded]})"
        seen[folded] = 1
        named.append(heading)
    return named


def _make_row(number: int, cells: list[str], keys: list[str], *, may_be_short: bool) -> Row:
    cleaned = [_clean(cell) for cell in cells]
    row = Row(number, dict(zip(keys, cleaned, strict=False)))
    if any(cleaned[len(keys) :]):
        row.broken = True
        extra = enumerate(cleaned[len(keys) :], start=len(keys) + 1)
        row.cells |= {f"column {place}": cell for place, cell in extra if cell}
        row.note(
            None,
            f"The row has {len(cells)} cells under {len(keys)} headings, so its values may have slipped.",
            "Look for a separator inside a cell that has no quotation marks.",
        )
    elif len(cells) < len(keys) and not may_be_short:
        row.note(
            None,
            f"The row has {len(cells)} cells under {len(keys)} headings. We took the rest as empty.",
            "Compare the row with the original file.",
        )
    whole = "".join(cells)
    if _CONTROL.search(whole):
        for heading, cell in zip(keys, cells, strict=False):
            if _CONTROL.search(cell):
                what = "This held control characters, which no page can show. We left them out."
                row.note(heading, what, "Nothing to do, if the words read well.")
    if "\ufffd" in whole:
        row.note(None, "Some letters of this row could not be read.", "Compare it with the original file.")
    return row


def _clean(cell: str) -> str:
    """The cell with composed letters, and without control or invisible characters; lines end in \\n."""
    if cell.isascii() and cell.isprintable():
        return cell.strip()
    text = unicodedata.normalize("NFC", cell)
    if _UNWANTED.search(text) is None:
        return text.strip()
    text = text.translate(_INVISIBLE).replace("\r\n", "\n").replace("\r", "\n")
    plain = (c if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs") else " " for c in text)
    return "".join(plain).strip()


def _listed(names: Sequence[str]) -> str:
    shown = [f"“{name}”" for name in names[:5]]
    return ", ".join(shown) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
