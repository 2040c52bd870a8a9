"""What a link to one of our pages says of itself where it is shared."""

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from api.entries.vocabulary import KIND_WORDS
from api.search.schemas import SearchParams, SearchReply
from api.settings import Settings
from web.sharing.letters import tidy

_LONGEST: Final = 200


@dataclass(frozen=True)
class Preview:
    """Open Graph and oEmbed of one page. `path` and `picture` are ours, from the slash on; `alt` says what
    the picture shows; `embeds` is False for a page that cannot be put in a frame."""

    title: str
    description: str
    path: str
    picture: str
    alt: str
    embeds: bool = True


def preview_home(settings: Settings) -> Preview:
    return Preview(
        title=f"{settings.title}: help and good neighbours in {settings.place_name}",
        description="Say what you need and where you are. See what serves your village, when it is on, and "
        "how to ask.",
        path="/",
        picture="/share/search.png",
        alt=f"A map of {settings.place_name} with what there is to turn to.",
        embeds=False,
    )


def preview_search(params: SearchParams, reply: SearchReply, settings: Settings) -> Preview:
    query = params.query_string(page=None, per_page=None, explain=None)
    title = search_title(params, reply)
    found = ", ".join(tidy(item["name"]) for item in reply.items[:3])
    return Preview(
        title=title,
        description=shorten(found) or f"From {settings.title}, {settings.place_name}.",
        path=f"/search?{query}" if query else "/search",
        picture=f"/share/search.png?{query}" if query else "/share/search.png",
        alt=f"A map with {title}.",
    )


def preview_entry(entry: dict[str, Any]) -> Preview:
    kind, where = KIND_WORDS[entry["kind"]].label, where_words(entry)
    about = f"{kind}{f'. {where}' if where else ''}."
    return Preview(
        title=shorten(entry["name"]) or kind,
        description=shorten(f"{about} {entry['summary'] or ''}"),
        path=f"/entries/{quote(entry['slug'])}",
        picture=f"/share/entries/{quote(entry['slug'])}.png",
        alt=shorten(f"{entry['name']}. {about}"),
    )


def preview_area(area: dict[str, Any]) -> Preview:
    key = quote(area["slug"] or area["code"])
    return Preview(
        title=f"What there is in {tidy(area['name'])}",
        description=f"What there is in {tidy(area['name'])}, what serves it, and who to ask.",
        path=f"/areas/{key}",
        picture=f"/share/areas/{key}.png",
        alt=f"A map of {tidy(area['name'])}.",
    )


def search_title(params: SearchParams, reply: SearchReply) -> str:
    """ "12 things for “lonely” that serve Soham"."""
    words = f"{reply.total:,} thing{'' if reply.total == 1 else 's'}" if reply.total else "Nothing yet"
    if params.q and reply.relaxed != "no_words":
        words += f" for “{shorten(params.q, 60)}”"
    elif not reply.place and reply.total:
        words += " to turn to"
    return words + served_words(reply, params)


def served_words(reply: SearchReply, params: SearchParams) -> str:
    """ " that serve Soham", to go behind what was counted; empty when no place was asked for."""
    if not reply.place:
        return ""
    verb, near = ("serve", "are near") if reply.total > 1 else ("serves", "is near")
    return f" that {verb}{f' or {near}' if params.serves == 'any' else ''} {reply.place['label']}"


def where_words(entry: dict[str, Any]) -> str:
    """Where an entry is or whom it serves, in public words; empty when we do not know."""
    place = (entry.get("places") or [{}])[0] or {}
    parts = (tidy(part) for part in (place.get("name"), place.get("town")) if part)
    if named := ", ".join(part for part in parts if part):
        return named
    coverage = entry.get("coverage") or {}
    areas = " and ".join(area["name"] for area in (coverage.get("areas") or [])[:2])
    served = areas or coverage.get("label")
    if served:
        return f"Serves {tidy(served)}"
    return "Wherever you live" if entry.get("everywhere") else ""


def shorten(text: str, longest: int = _LONGEST) -> str:
    """Cut at a word, with “…”, and without letters that turn text round."""
    clean = tidy(text)
    return clean if len(clean) <= longest else clean[:longest].rsplit(" ", 1)[0].rstrip(" ,.;") + "…"
