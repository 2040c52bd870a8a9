"""Understanding cells: what a cell says as a value, and in plain words what could not be understood."""

from ingest.values.issue import Issue, Reading
from ingest.values.rows import read_email, read_postcode, read_web_address, read_year

__all__ = ["Issue", "Reading", "read_email", "read_postcode", "read_web_address", "read_year"]
