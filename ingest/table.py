"""From rows of cells to rows with headings: finds the heading row, cleans the cells."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from api.errors import BadInput, FieldProblem
from geo.gazetteer import fold_name
from ingest.readers import Sheet
from ingest.report import Problem

# Title rows above the headings are few; a table whose headings are deeper is no table.
_DEEPEST_HEADINGS = 30
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))


@dataclass
class Row:
    """One row by heading, case and punctuation apart. `problems` gathers what is found on the way."""

    number: int
    cells: dict[str, str]
    problems: list[Problem] = field(default_factory=list)
    broken: bool = False

    def text(self, column: str) -> str | None:
        """The cell in one line, or None when it is empty or there is no such column."""
        return " ".join(self.cells.get(fold_name(column), "").split()) or None

    def note(self, column: str | None, what: str, todo: str, *, value: str | None = None) -> None:
        """Add a problem; the value is the cell's unless given."""
        shown = value if value is not None or column is None else self.text(column)
        self.problems.append(Problem(self.number, column, shown, what, todo))


@dataclass(frozen=True)
class Table:
    rows: list[Row]
    read_as: str


def make_table(sheet: Sheet, *, columns: Sequence[str]) -> Table:
    """The rows under the headings. Raises BadInput when a column of `columns` is not there."""
    position, headings = _find_headings(sheet, columns)
    rows = [_make_row(number, cells, headings) for number, cells in sheet.rows[position + 1 :]]
    return Table(rows, sheet.read_as)


def _find_headings(sheet: Sheet, columns: Sequence[str]) -> tuple[int, list[str]]:
    """The row that holds most of the columns we look for: titles may stand above it."""
    wanted = [fold_name(column) for column in columns]
    best = (-1, 0, list[str]())
    for position, (_number, cells) in enumerate(sheet.rows[:_DEEPEST_HEADINGS]):
        headings = _name_apart(fold_name(_clean(cell)) for cell in cells)
        found = sum(column in headings for column in wanted)
        if found > best[0]:
            best = (found, position, headings)
    missing = [column for column in columns if fold_name(column) not in best[2]]
    if missing:
        message = f"Columns are missing: {_listed(missing)}. Is it the right file for this source?"
        raise BadInput(message, errors=[FieldProblem(field="file", message=message)])
    return best[1], best[2]


def _name_apart(headings: Iterable[str]) -> list[str]:
    """A heading that comes twice gets a number: the first keeps the name."""
    seen: dict[str, int] = {}
    named = []
    for heading in headings:
        seen[heading] = seen.get(heading, 0) + 1
        named.append(heading if seen[heading] == 1 else f"{heading} ({seen[heading]})")
    return named


def _make_row(number: int, cells: list[str], headings: list[str]) -> Row:
    cleaned = [_clean(cell) for cell in cells]
    row = Row(number, dict(zip(headings, cleaned, strict=False)))
    if any(cleaned[len(headings) :]):
        row.broken = True
        row.note(
            None,
            f"The row has {len(cells)} cells under {len(headings)} headings, so its values may have slipped.",
            "Look for a separator inside a cell that has no quotation marks.",
        )
    if any("\ufffd" in cell for cell in cleaned):
        row.note(None, "Some letters of this row could not be read.", "Compare it with the original file.")
    return row


def _clean(cell: str) -> str:
    """The cell with composed letters, and without control or invisible characters; lines end in \\n."""
    text = unicodedata.normalize("NFC", cell).translate(_INVISIBLE).replace("\r\n", "\n").replace("\r", "\n")
    plain = (c if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs") else " " for c in text)
    return "".join(plain).strip()


def _listed(names: Sequence[str]) -> str:
    shown = [f"“{name}”" for name in names[:5]]
    return ", ".join(shown) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
