"""A connector as it is written down."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class ConnectorDraft(BaseModel):
    """A role with a patch. `role` is what the person does, never their name; phone, e-mail and web are those
    of the role and public."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    slug: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    role: Annotated[str, Field(min_length=2, max_length=120)]
    organisation: str | None = None
    about: str | None = None
    helps_with: list[str] = []
    phone: str | None = None
    email: str | None = None
    web: str | None = None
    areas: Annotated[list[str], Field(min_length=1)]
    is_example: bool = False
