"""What forms share: reading what was typed, and saying what is wrong beside its field."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Final

from fastapi import Depends, Request

from api.accounts.dependencies import keep_form
from api.areas.service import list_areas
from api.dependencies import Read
from api.errors import HereaboutsError

MOST_FIELDS: Final = 200


async def read_form(request: Request) -> dict[str, str]:
    """The text fields of a form whose fields are not known beforehand, as they were typed: line ends are LF,
    and what no text can hold is left out, as files are."""
    form = await keep_form(request, max_fields=MOST_FIELDS, max_files=0)
    return {
        name: value.replace("\r\n", "\n").replace("\x00", "")
        for name, value in form.items()
        if isinstance(value, str)
    }


Typed = Annotated[dict[str, str], Depends(read_form)]


def problems_by_field(
    refused: HereaboutsError, *, otherwise: str = "", boxes: Mapping[str, str] | None = None
) -> dict[str, str]:
    """What is wrong, by the name of the box it is shown at: `boxes` names the box of a field that has another
    name, and `otherwise` the box for what is wrong with no field."""
    named = {(boxes or {}).get(one.field, one.field): one.message for one in refused.errors}
    return named or ({otherwise: refused.detail} if otherwise else {})


def read_whole(text: str) -> int | None:
    """A whole number from 0, of as many digits as the database holds; None when it is no such thing."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def read_day(text: str) -> date | None:
    """A day as a browser sends it, 2026-11-21; None when it is no such thing."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


async def list_area_choices(read: Read) -> list[tuple[str, str]]:
    """(code, name) of every area with an outline."""
    return [(area["code"], area["name"]) for area in await list_areas(read)]


AreaChoices = Annotated[list[tuple[str, str]], Depends(list_area_choices, scope="function")]
