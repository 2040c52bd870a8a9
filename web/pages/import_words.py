"""Words of the pages of imports: what a column can mean, how a run ended, what became of a row."""

from typing import Final

from api.entries.vocabulary import Privacy
from ingest.meanings import Meaning

MEANING_WORDS: Final[dict[Meaning, str]] = {
    "ignore": "Leave it out",
    "name": "Name",
    "key": "The row's own number",
    "kind": "Kind",
    "summary": "One line about it",
    "description": "Description",
    "organisation": "Organisation",
    "place_name": "Name of the building",
    "address": "Address",
    "town": "Town or village",
    "postcode": "Postcode",
    "lat": "Latitude",
    "lon": "Longitude",
    "easting": "Easting (metres)",
    "northing": "Northing (metres)",
    "point": "Point, grid reference or outline",
    "phone": "Phone",
    "email": "E-mail",
    "web": "Web address",
    "hours": "Opening times",
    "hours_monday": "Times on Monday",
    "hours_tuesday": "Times on Tuesday",
    "hours_wednesday": "Times on Wednesday",
    "hours_thursday": "Times on Thursday",
    "hours_friday": "Times on Friday",
    "hours_saturday": "Times on Saturday",
    "hours_sunday": "Times on Sunday",
    "cost": "Cost",
    "age_from": "Age from",
    "age_to": "Age to",
    "eligibility": "Who it is for",
    "needs": "Needs it helps with",
    "languages": "Languages",
    "step_free": "Step-free way in",
    "toilet": "Accessible toilet",
    "hearing_loop": "Hearing loop",
    "parking": "Accessible parking",
    "referral": "Referral",
    "closed": "Whether it has closed",
}
PRIVACY_WORDS: Final[dict[Privacy, str]] = {
    "exact": "The exact place (halls, shops, offices)",
    "street": "About where, to 100 metres",
    "area": "Only the area",
    "hidden": "Nothing (people's homes)",
}
STATE_WORDS: Final = {
    "waiting": "Waits its turn",
    "working": "Being read now",
    "mapped": "Waits for you: what do its columns mean?",
    "tried": "Looked at. Waits for your yes",
    "failed": "Not brought in: see why",
}
WHEN_GONE_WORDS: Final = {
    "keep": "Leave them as they are",
    "close": "Mark them as closed",
    "archive": "Take them out of the public directory",
}
RUN_WORDS: Final = {
    "running": "Runs now",
    "refused": "Stopped: nothing was changed",
    "stopped": "Cut off: nothing was kept",
    "undone": "Undone",
}
# What a report can show, in this order, with the word after a number.
SHOWN_WORDS: Final = {
    "new": "new",
    "changed": "changed",
    "unchanged": "unchanged",
    "refused": "refused",
    "gone": "gone from the list",
    "conflict": "in conflict with a curator",
    "duplicates": "may be in already",
    "problems": "to look at",
}


def run_words(state: str, *, applied: bool) -> str:
    return RUN_WORDS.get(state) or ("Brought in" if applied else "Only looked at: nothing was changed")
