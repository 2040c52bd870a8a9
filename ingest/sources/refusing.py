"""How a mapping says that a row is none of ours, in words."""

from typing import Never

from pydantic import ValidationError
from pydantic_core import PydanticCustomError


def refuse_row(column: str, value: str | None, what: str) -> Never:
    """The row is refused with this reason, as one whose values do not fit is."""
    error = PydanticCustomError("refused", "{what}", {"what": what})
    raise ValidationError.from_exception_data(
        "Row", [{"type": error, "loc": (column,), "input": value or ""}]
    )
