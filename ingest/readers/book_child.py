"""Opens a workbook in a process of its own: `book_child.py PATH MEMORY SECONDS OUTPUT`, in bytes and
seconds.

A workbook can ask for more memory than there is, or make its reader stop dead. Here that ends this process
and nothing else. It writes a line of JSON for each sheet, each row, and the end or the reason why not.
"""

import json
import resource
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from math import isfinite
from typing import Any, Final

import python_calamine as calamine

# Excel counts days from here; a time of day comes as the day it is counted from.
_DAY_NONE: Final = frozenset({date(1899, 12, 30), date(1899, 12, 31), date(1904, 1, 1)})
_LONGEST: Final = 200_000


def limit_this_process(memory: int, seconds: int, output: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (output, output))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def show(value: Any) -> str:
    """A cell as people see it; dates as 2026-11-25, because 3/4 means two days in two countries."""
    if isinstance(value, str):
        return value[:_LONGEST]
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return show_number(value)
    if isinstance(value, datetime):
        if value.date() in _DAY_NONE:
            return show(value.time())
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, time):
        return value.isoformat("seconds" if value.second else "minutes")
    if isinstance(value, timedelta):
        minutes = round(value.total_seconds() / 60)
        return f"{minutes // 60:02}:{minutes % 60:02}"
    return value.isoformat() if isinstance(value, date) else str(value)


def show_number(value: float) -> str:
    """Fifteen digits, as a spreadsheet shows, without the ".0" of a phone number it took for an amount."""
    if not isfinite(value):
        return ""
    if value == int(value) and abs(value) < 1e21:
        return str(int(value))
    text = f"{value:.15g}"
    return text if "e" not in text else f"{value:.20f}".rstrip("0").rstrip(".")


def read_rows(sheet: calamine.CalamineSheet) -> Iterator[tuple[int, list[str]]]:
    """Numbered from 1, each up to its last value. Rows without anything are left out."""
    merged = find_merged(sheet)
    above: dict[int, str] = {}
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        shown = [show(cell) for cell in cells]
        for column, first, last in merged.get(number, ()):
            above[column] = shown[column] if number == first else above.get(column, "")
            shown[column] = above[column]
            if number < last:
                merged.setdefault(number + 1, []).append((column, first, last))
        while shown and not shown[-1].strip():
            shown.pop()
        if shown:
            yield number, shown


def find_merged(sheet: calamine.CalamineSheet) -> dict[int, list[tuple[int, int, int]]]:
    """Cells merged down one column, by the row they begin in: (column, first row, last row). People see such
    a value in every row. Those merged across are titles, and stay where they are."""
    found: dict[int, list[tuple[int, int, int]]] = {}
    across = sheet.start[1] if sheet.start else 0
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        column = left - across
        if left == right and top < bottom and 0 <= column < sheet.width:
            found.setdefault(top + 1, []).append((column, top + 1, bottom + 1))
    return found


def say(**what: Any) -> None:
    sys.stdout.write(json.dumps(what) + "\n")


def write_book(path: str) -> None:
    book = calamine.CalamineWorkbook.from_path(path)
    for meta in book.sheets_metadata:
        if meta.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        visible = meta.visible == calamine.SheetVisibleEnum.Visible
        sheet = book.get_sheet_by_name(meta.name)
        say(sheet=meta.name, hidden=not visible)
        for number, cells in read_rows(sheet):
            sys.stdout.write(json.dumps([number, cells]) + "\n")
    say(end=True)


def main() -> None:
    path, memory, seconds, output = sys.argv[1:]
    limit_this_process(int(memory), int(seconds), int(output))
    try:
        write_book(path)
    except calamine.PasswordError:
        say(error="password")
    except MemoryError:
        say(error="memory")
    except calamine.CalamineError:
        say(error="damaged")
    except BaseException:  # calamine's own panics are no Exception
        say(error="damaged")


if __name__ == "__main__":
    main()
