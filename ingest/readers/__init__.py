"""Readers: one file per format, each turning a file into numbered rows of cells. `door` opens any of them."""

from ingest.readers.file import check_file
from ingest.readers.sheet import ReadError, Sheet

__all__ = ["ReadError", "Sheet", "check_file"]
