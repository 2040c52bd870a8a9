"""What pydantic found wrong, as a problem that names the field and says in plain words what to send."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from api.errors import BadInput, FieldProblem

_BY_TYPE: Final = {
    "missing": "This has to be filled in.",
    "string_type": "Write it as a text.",
    "int_parsing": "Write a whole number.",
    "int_type": "Write a whole number.",
    "float_parsing": "Write a number.",
    "decimal_parsing": "Write an amount such as 18.50.",
    "bool_parsing": "Write true or false.",
    "uuid_parsing": "This is not an id of ours.",
    "string_pattern_mismatch": "This is not written the way it has to be.",
    "date_from_datetime_parsing": "Write a date such as 2026-12-24.",
    "extra_forbidden": "There is nothing of this name to fill in here.",
    "json_invalid": "This is not JSON that we can read.",
    "model_type": "Send an object: names with their values.",
    "model_attributes_type": "Send an object: names with their values.",
    "dict_type": "Send an object: names with their values.",
    "list_type": "Send a list.",
}
_LIMITS: Final = {
    "literal_error": "Choose from {expected}.",
    "string_too_long": "At most {max_length} letters, please.",
    "string_too_short": "It has to have {min_length} letters or more.",
    "greater_than": "It has to be more than {gt}.",
    "greater_than_equal": "It has to be {ge} or more.",
    "less_than_equal": "It has to be {le} or less.",
    "decimal_max_places": "At most {decimal_places} digits after the point.",
}
# Where in a request it stood is no part of its name.
_PARTS: Final = ("body", "query", "path", "header")


def plain_words(error: Mapping[str, Any]) -> str:
    """One error of pydantic as a sentence."""
    kind = error["type"]
    if kind in _BY_TYPE:
        return _BY_TYPE[kind]
    if kind in _LIMITS:
        return _LIMITS[kind].format(**error.get("ctx", {}))
    message = str(error["msg"]).removeprefix("Value error, ")
    return message if message.endswith((".", "!", "?")) else f"{message}."


def refusal(errors: Sequence[Mapping[str, Any]], *, whole: str) -> BadInput:
    """All errors of pydantic, each under the path of its field; `whole` names what has no field."""
    problems = [FieldProblem(field=_name(one, whole), message=plain_words(one)) for one in errors]
    return BadInput(f"We could not use “{problems[0].field}”. {problems[0].message}", errors=problems)


def _name(error: Mapping[str, Any], whole: str) -> str:
    """`contacts.0.value`; where JSON cannot be read, pydantic tells a position and no field."""
    path = list(error["loc"])
    if path and path[0] in _PARTS:
        path.pop(0)
    return whole if error["type"] == "json_invalid" or not path else ".".join(str(part) for part in path)
