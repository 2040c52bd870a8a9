"""The form of what a file's columns mean: shown from a mapping, and read back into one."""

from collections.abc import Iterable
from collections.abc import Mapping as MappingType
from typing import Any, Final

from starlette.datastructures import FormData

from api.entries.vocabulary import KIND_WORDS
from api.errors import BadInput
from api.models import Term, Upload
from ingest.meanings import Meaning
from ingest.saved import Mapping, SourceFacts
from web.bodies import text_of
from web.pages.import_words import MEANING_WORDS, PRIVACY_WORDS

CONTACTS_WORDS: Final = {
    "public": "May be shown to everyone",
    "internal": "Only for people who look after the directory",
    "mixed": "As each column says now",
}
_CONTACTS: Final = ("phone", "email")
_WHERE: Final[tuple[Meaning, ...]] = (
    "place_name",
    "address",
    "town",
    "postcode",
    "lat",
    "lon",
    "easting",
    "northing",
    "point",
)
MOST_WORDS: Final = 200
FACTS: Final = ("name", "attribution", "licence", "licence_url", "url")


def contacts_choice(mapping: Mapping) -> str:
    said = {column.public for column in mapping.of(*_CONTACTS)}
    return "mixed" if len(said) > 1 else "internal" if said == {False} else "public"


def lines_of(words: MappingType[str, str]) -> str:
    """`theirs = ours`, a line each."""
    return "\n".join(f"{theirs} = {ours}" for theirs, ours in words.items())


def kinds_said(mapping: Mapping, upload: Upload) -> list[tuple[str, str]]:
    """(the file's word, our kind or nothing) of each of its words for kinds that is not ours."""
    waiting = (word for word in upload.options.get("kind_words", ()) if word not in mapping.kinds)
    return [*mapping.kinds.items(), *((word, "") for word in waiting)]


def look_over(document: MappingType[str, Any], *, terms: MappingType[str, Iterable[Term]]) -> None:
    """Raises BadInput when no row could be used like this, and for words of ours that are none."""
    meant = {column["means"] for column in document["columns"]}
    if "name" not in meant:
        raise BadInput("Which column holds the name? One of them has to.")
    if not meant.intersection(_WHERE):
        raise BadInput(
            "No column says where things are, so no row could be used. Which one holds the postcode, the "
            "address or the town? If none does, add one to the file."
        )
    ours = {term.code for each in terms.values() for term in each}
    unknown = dict.fromkeys(f"“{word}”" for word in document["terms"].values() if word not in ours)
    if unknown:
        names = ", ".join(unknown)
        raise BadInput(f"These are none of our needs and audiences: {names}. The page Words lists ours.")


def read_mapping_form(
    form: FormData, mapping: Mapping, *, terms: MappingType[str, Iterable[Term]]
) -> dict[str, Any]:
    """The mapping's document with what was chosen; whether it will do is for `look_over` to say."""
    document = mapping.model_dump(mode="json")
    for number, column in enumerate(document["columns"]):
        chosen = text_of(form, f"means-{number}")
        column["means"] = chosen if chosen in MEANING_WORDS else column["means"]
    contacts = text_of(form, "contacts")
    if contacts in ("public", "internal"):
        for column in document["columns"]:
            if column["means"] in _CONTACTS:
                column["public"] = contacts == "public"
    document["source"] = {fact: text_of(form, f"source-{fact}") or None for fact in FACTS}
    document["kind"] = _one_of(text_of(form, "kind"), KIND_WORDS, document["kind"])
    document["privacy"] = _one_of(text_of(form, "privacy"), PRIVACY_WORDS, document["privacy"])
    # What did not fit on the page stays as it was said.
    document["kinds"] = dict(list(mapping.kinds.items())[MOST_WORDS:]) | _read_kinds(
        form, otherwise=document["kind"]
    )
    labels = {term.label.casefold(): term.code for each in terms.values() for term in each}
    document["terms"] = _read_lines(text_of(form, "terms", most=20_000), labels)
    return document


def as_typed(mapping: Mapping, document: MappingType[str, Any]) -> Mapping:
    """To be shown again: what was chosen, though it will not do as a whole."""
    shown = mapping.model_copy(deep=True)
    for column, given in zip(shown.columns, document["columns"], strict=True):
        column.means, column.public = given["means"], given["public"]
    shown.source = SourceFacts.model_validate(document["source"])
    shown.kind, shown.privacy, shown.kinds = document["kind"], document["privacy"], document["kinds"]
    return shown


def _one_of(chosen: str, choices: Iterable[str], otherwise: str) -> str:
    return chosen if chosen in choices else otherwise


def _read_kinds(form: FormData, *, otherwise: str) -> dict[str, str]:
    """A word that was left is what all rows are that do not say: somebody has seen it."""
    said = ((text_of(form, f"kind-word-{n}"), text_of(form, f"kind-{n}")) for n in range(MOST_WORDS))
    return {theirs: _one_of(ours, KIND_WORDS, otherwise) for theirs, ours in said if theirs}


def _read_lines(text: str, labels: MappingType[str, str]) -> dict[str, str]:
    """`theirs = ours`, a line each. Our words may be a label as people see it, or its code."""
    pairs = (line.split("=", 1) for line in text.splitlines() if "=" in line)
    return {
        theirs.strip(): labels.get(ours.strip().casefold(), ours.strip())
        for theirs, ours in pairs
        if theirs.strip() and ours.strip()
    }
