"""Opening times in words as sessions: what is understood for certain, and the rest kept in its own words."""

from ingest.hours.columns import read_week
from ingest.hours.read import HoursRead, read_hours

__all__ = ["HoursRead", "read_hours", "read_week"]
