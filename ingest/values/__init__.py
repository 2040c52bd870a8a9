"""Understanding cells: what a cell says as a value, and in plain words what could not be understood."""

from ingest.values.age import Ages, read_ages
from ingest.values.dates import read_date
from ingest.values.issue import Issue, Reading
from ingest.values.link import read_emails, read_link
from ingest.values.money import Money, read_money
from ingest.values.personal import Personal, find_personal, mask_personal
from ingest.values.phone import read_phones
from ingest.values.rows import note_no_postcode, read_email, read_postcode, read_web_address, read_year
from ingest.values.text import CleanText, clean_text
from ingest.values.yes_no import YesNo, read_yes_no

__all__ = [
    "Ages",
    "CleanText",
    "Issue",
    "Money",
    "Personal",
    "Reading",
    "YesNo",
    "clean_text",
    "find_personal",
    "mask_personal",
    "note_no_postcode",
    "read_ages",
    "read_date",
    "read_email",
    "read_emails",
    "read_link",
    "read_money",
    "read_phones",
    "read_postcode",
    "read_web_address",
    "read_year",
    "read_yes_no",
]
