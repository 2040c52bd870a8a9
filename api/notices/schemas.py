"""A notice as it is typed."""

from datetime import datetime, timedelta
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

LONGEST = timedelta(days=180)


class NoticeDraft(BaseModel):
    """Times are of London's wall, with their offset. No areas is everywhere."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    title: Annotated[str, Field(min_length=3, max_length=100)]
    body: Annotated[str, Field(min_length=3, max_length=1000)]
    link: Annotated[str, Field(max_length=500)] | None = None
    area_codes: list[str] = []
    starts_at: datetime
    ends_at: datetime

    @field_validator("link")
    @classmethod
    def link_is_of_the_web(cls, value: str | None) -> str | None:
        if not value:
            return None
        if urlsplit(value).scheme not in ("http", "https"):
            raise ValueError("A link begins with https://")
        return value

    @model_validator(mode="after")
    def ends_after_it_starts(self) -> Self:
        if self.ends_at <= self.starts_at:
            raise ValueError("It ends before it starts. Give a later end.")
        if self.ends_at - self.starts_at > LONGEST:
            raise ValueError("A notice may stand for half a year. What is always so belongs in an entry.")
        return self
