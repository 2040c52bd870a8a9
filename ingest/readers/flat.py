"""Nested things as rows of text: what JSON holds in trees, a table holds in columns."""

from collections.abc import Mapping
from typing import Any

import orjson

from ingest.readers.sheet import ReadError

Thing = Mapping[str, Any]


def load_json(text: str) -> Any:
    """Raises ReadError when it is no JSON."""
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise ReadError(
            f"It looks like JSON but breaks off or is wrong at line {error.lineno}. Save it again."
        ) from error
    try:
        # It writes only what is nested within reason, and so tells what we could walk through.
        orjson.dumps(document)
    except TypeError as error:
        raise ReadError("It is JSON nested so deep that it cannot be a list of things.") from error
    return document


def flatten(thing: Thing, *, before: str = "") -> dict[str, str]:
    """One level of names: {"organization": {"name": "X"}} is {"organization name": "X"}. Lists of plain
    values are joined by "; ", lists of things stay JSON, and what has no value is left out."""
    cells: dict[str, str] = {}
    for name, value in thing.items():
        column = f"{before}{name}"
        if isinstance(value, dict):
            cells |= flatten(value, before=f"{column} ")
        elif (text := show(value)) != "":
            cells[column] = text
    return cells


def show(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        plain = not any(isinstance(one, dict | list) for one in value)
        return "; ".join(show(one) for one in value) if plain else as_json(value)
    if isinstance(value, dict):
        return as_json(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def as_json(value: Any) -> str:
    return orjson.dumps(value, default=str).decode()


def things_in(value: Any) -> list[Thing]:
    """The things of a list, whatever else stands in it; none when it is no list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
