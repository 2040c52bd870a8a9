"""Readers: one file per format, each turning a file into numbered rows of cells. `door` opens any of them."""

from pathlib import Path

from ingest.readers.csv import read_csv
from ingest.readers.file import bad_file, check_file, input_of_bytes
from ingest.readers.sheet import ReadError, Sheet

# The first bytes of files that are no text, whatever their name says.
_SIGNATURES = {
    b"PK\x03\x04": "a spreadsheet or a zip",
    b"\xd0\xcf\x11\xe0": "an old Excel file",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a compressed file",
}

__all__ = ["ReadError", "Sheet", "check_file", "read_bytes", "read_sheet"]


def read_bytes(path: Path) -> bytes:
    """The whole file. Raises BadInput when there is none that we can open."""
    check_file(path)
    try:
        return path.read_bytes()
    except OSError as error:
        raise bad_file(f"We could not open {path}: {error.strerror}.") from error


def read_sheet(name: str, raw: bytes) -> Sheet:
    """The rows of a CSV file in memory. Raises BadInput with what to do when it is no such table."""
    for signature, words in _SIGNATURES.items():
        if raw.startswith(signature):
            raise bad_file(f"{name} is {words}. For now, save it as CSV and bring that in.")
    try:
        sheet = read_csv(input_of_bytes(name, raw))
    except ReadError as error:
        raise bad_file(f"We could not read {name}. {error}") from error
    return Sheet(list(sheet.rows), sheet.read_as, sheet.name, sheet.warnings)
