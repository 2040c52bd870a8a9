"""Mutual aid groups of 2020 in and around Cambridgeshire, as volunteers gathered them.

Their points were looked up from the words in `location_name`, so they say no more than those words: many
groups share one, and a whole postcode may be that of somebody's home. Points are therefore never better than
the outcode or the place, rounded to about a kilometre where the words name a street or a postcode; a county
has no point at all.
"""

import re
from dataclasses import dataclass
from typing import Final

from api.entries.schemas import ContactDraft, EntryDraft, PlaceDraft
from api.entries.vocabulary import Precision
from ingest.mapping import KnownSource
from ingest.readers.shapes import read_point
from ingest.table import Row

_POSTCODE: Final = re.compile(r"\b([A-Z]{1,2}\d[A-Z\d]?)(?: ?\d[A-Z]{2})?\b", re.IGNORECASE)
_STREET: Final = re.compile(r"\b(road|rd|street|avenue|close|lane|mansions|point|drive|way)\b", re.IGNORECASE)
_COUNTIES: Final = (
    r"(?:south |west |north |east |s )?(?:cambridgeshire|cambs|bedfordshire|norfolk|suffolk|essex"
    r"|lincolnshire|northamptonshire|hertfordshire)"
)
_WIDE: Final = re.compile(rf"{_COUNTIES}(?: uk)?", re.IGNORECASE)
_TAIL: Final = re.compile(rf"[\s\-]+{_COUNTIES}(?:\s+uk)?$|\s+uk$", re.IGNORECASE)
_INVITES: Final = ("chat.whatsapp.com", "t.me/", "/invite")
_SOCIAL: Final = ("facebook.com", "twitter.com", "instagram.com", "nextdoor")
_SITE: Final = re.compile(r"(www\.)?[\w-]+(\.[\w-]+)+(/\S*)?", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"https?://[^\s\[\]<>\"]+\.[^\s\[\]<>\"]+", re.IGNORECASE)
# Rounding degrees to two places moves a point by at most about 650 m here.
_COARSE: Final = 2
_LONGEST: Final = 200


@dataclass(frozen=True)
class Whereabouts:
    """What the words about a place are worth. `precision` None is a county or nothing: no point."""

    town: str | None
    precision: Precision | None
    coarse: bool


def read_whereabouts(text: str) -> Whereabouts:
    outcode = _POSTCODE.search(text)
    pieces = [piece.strip() for piece in _POSTCODE.sub("", text).split(",")]
    named = [_TAIL.sub("", piece).strip(" -") for piece in pieces if not _WIDE.fullmatch(piece)]
    named = [piece for piece in named if piece and piece.casefold() != "uk"]
    towns = [piece for piece in named if not _STREET.search(piece)]
    coarse = outcode is not None or len(towns) < len(named)
    if outcode is not None:
        return Whereabouts(next(iter(towns), None), "outcode", coarse)
    if towns or named:
        return Whereabouts(next(iter(towns), None), "place", coarse)
    return Whereabouts(text or None, None, coarse)


def map_group(row: Row) -> EntryDraft:
    return EntryDraft(
        kind="mutual_aid",
        name=row.text("name") or "",
        summary="Neighbours who help each other.",
        place=_place(row),
        contacts=_contacts(row),
        state_note="Listed in 2020. We do not know whether it still runs.",
    )


def _place(row: Row) -> PlaceDraft:
    words = (row.text("location_name") or "")[:_LONGEST]
    where = read_whereabouts(words)
    if where.precision is None:
        row.note(
            "location_name",
            "This is a county or no place at all, so its point is left out.",
            "Find out which villages the group helps.",
        )
        return PlaceDraft(town=where.town)
    point = read_point(row, "lng", "lat")
    if point is None:
        return PlaceDraft(town=where.town)
    lon, lat = point
    if where.coarse:
        lon, lat = round(lon, _COARSE), round(lat, _COARSE)
    return PlaceDraft(town=where.town, lon=lon, lat=lat, precision=where.precision)


def _contacts(row: Row) -> list[ContactDraft]:
    link = (row.text("link") or "")[:1000]
    if not link:
        return []
    if any(mark in link.casefold() for mark in _INVITES):
        row.note("link", "This invites anyone into a private chat, so it is left out.", "Say whom to ask.")
        return []
    if _SITE.fullmatch(link):
        link = f"https://{link}"
    if not _ADDRESS.fullmatch(link) or len(link) > 200:
        row.note("link", "This is not a web address we can use, so it is left out.", "Look for a better one.")
        return []
    social = any(site in link.casefold() for site in _SOCIAL)
    return [ContactDraft(kind="social" if social else "web", value=link)]


SOURCE: Final = KnownSource(
    code="mutual-aid-cambs",
    name="Mutual aid groups of 2020 around Cambridgeshire",
    url="https://github.com/Covid-Mutual-Aid/mutual-aid-wiki",
    licence="CC BY-NC-SA 4.0",
    licence_url="https://creativecommons.org/licenses/by-nc-sa/4.0/",
    attribution="Mutual Aid Wiki",
    columns=("id", "name", "location_name", "lat", "lng", "link"),
    name_column="name",
    key_of=lambda row: row.text("id"),
    map_row=map_group,
)
