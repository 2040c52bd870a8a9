"""Rows of a text that never was a file."""

from ingest.readers import ReadError, Sheet
from ingest.readers.csv import read_csv
from ingest.readers.file import bad_file, input_of_bytes


def read_sheet(name: str, raw: bytes) -> Sheet:
    """All of it in memory. Raises BadInput when it is no table."""
    try:
        sheet = read_csv(input_of_bytes(name, raw))
    except ReadError as error:
        raise bad_file(f"We could not read {name}. {error}") from error
    return Sheet(list(sheet.rows), sheet.read_as, sheet.name, sheet.warnings)
