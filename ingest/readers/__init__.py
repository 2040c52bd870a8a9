"""Readers: one file per format, each turning a file into numbered rows of cells."""

from pathlib import Path

from api.errors import BadInput, FieldProblem
from ingest.readers.csv import read_csv
from ingest.readers.sheet import ReadError, Sheet

MAX_BYTES = 200_000_000
# The first bytes of files that are no text, whatever their name says.
_SIGNATURES = {
    b"PK\x03\x04": "a spreadsheet or a zip",
    b"\xd0\xcf\x11\xe0": "an old Excel file",
    b"%PDF": "a PDF",
    b"\x1f\x8b": "a compressed file",
}

__all__ = ["ReadError", "Sheet", "check_file", "read_bytes", "read_sheet"]


def check_file(path: Path) -> None:
    """Raises BadInput when there is no such file, or it is too large to be a table of ours."""
    if not path.exists():
        raise _bad_file(f"There is no file {path}.")
    if not path.is_file():
        raise _bad_file(f"{path} is a folder, not a file.")
    if path.stat().st_size > MAX_BYTES:
        raise _bad_file(f"{path.name} is larger than {MAX_BYTES // 1_000_000} MB. Split it and try again.")


def read_bytes(path: Path) -> bytes:
    """The whole file. Raises BadInput when there is none that we can open."""
    check_file(path)
    try:
        return path.read_bytes()
    except OSError as error:
        raise _bad_file(f"We could not open {path}: {error.strerror}.") from error


def read_sheet(name: str, raw: bytes) -> Sheet:
    """The rows of a file, whatever its encoding. Raises BadInput with what to do when it is no table."""
    for signature, words in _SIGNATURES.items():
        if raw.startswith(signature):
            raise _bad_file(f"{name} is {words}. For now, save it as CSV and bring that in.")
    try:
        return read_csv(raw)
    except ReadError as error:
        raise _bad_file(f"We could not read {name}. {error}") from error


def _bad_file(message: str) -> BadInput:
    return BadInput(message, errors=[FieldProblem(field="file", message=message)])
