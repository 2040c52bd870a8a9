"""What is wrong with what was typed, in plain words beside its field."""

from typing import Any, Final

from api.wording import plain_words

# Where a rule about the whole entry is best mended.
_WHOLE: Final = (
    ("needs a place", "place.name"),
    ("by phone or online", "everywhere"),
    ("highest age", "age_from"),
    ("language", "languages"),
    ("facts are those", "kind"),
)
_FACTS: Final = (
    ("highest price", "facts.price_hour_from"),
    ("CQC", "facts.cqc_registration"),
    ("fare", "facts.fare_type"),
    ("invite link", "facts.how_to_ask"),
)
# A form has its own choices and its own way to write a day.
_IN_A_FORM: Final = {
    "string_too_short": "This has to be filled in.",
    "literal_error": "Choose one of the list.",
    "date_from_datetime_parsing": "Write a date such as 24/12/2026.",
}


def plain_problem(error: dict[str, Any], rows: dict[str, list[int]]) -> tuple[str, str]:
    """(field of the form, words) of one error of pydantic. `rows` are the form's rows that the parts of each
    list came from."""
    loc = [part for part in error["loc"] if not str(part).startswith("function-")]
    words = _words(error)
    if not loc:
        return next((name for part, name in _WHOLE if part in words), "name"), words
    if loc[0] == "facts":
        # The second is the kind, which the form has in one place.
        inside = [str(part) for part in loc[2:]]
        if not inside:
            return next((name for part, name in _FACTS if part in words), "kind"), words
        names = [part for part in inside if not part.isdigit()]
        name = ".".join(names[:2] if names[0] == "booking" else names[:1])
        return f"facts.{name}", words
    if loc[0] in rows and len(loc) > 1:
        position = int(loc[1])
        row = rows[str(loc[0])][position]
        if loc[0] == "sessions":
            return f"sessions.{row}.words", words
        rest = ".".join(str(part) for part in loc[2:]) or _main_field(str(loc[0]))
        return f"{loc[0]}.{row}.{rest}", words
    if loc[0] in ("place", "organisation"):
        return ".".join(str(part) for part in loc[:2]), words
    return str(loc[0]), words


def _main_field(part: str) -> str:
    return {"coverage": "label", "contacts": "value", "links": "to"}.get(part, "words")


def _words(error: dict[str, Any]) -> str:
    return _IN_A_FORM.get(error["type"]) or plain_words(error)
