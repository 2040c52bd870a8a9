"""Tables of what people say: synonyms, stop words, and how often what was looked for. Nothing about who."""

from datetime import date

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.models.base import Base, Words


class SynonymGroup(Base):
    """Words and phrases that mean each other. With `one_way_from`, that word also finds the others, but not
    the other way round. All are folded: lower case, no accents, no punctuation."""

    __tablename__ = "synonym_group"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    words: Mapped[Words]
    one_way_from: Mapped[str | None]


class StopWord(Base):
    """A word that carries nothing when somebody asks for help."""

    __tablename__ = "stop_word"

    word: Mapped[str] = mapped_column(primary_key=True)


class SearchCount(Base):
    """How often some words were looked for on a day, by district, with how many results the last time.
    Never a postcode, never a person."""

    __tablename__ = "search_count"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    day: Mapped[date]
    words: Mapped[str]
    district: Mapped[str] = mapped_column(server_default="")
    results: Mapped[int]
    searches: Mapped[int] = mapped_column(server_default="1")

    __table_args__ = (
        UniqueConstraint("day", "words", "district"),
        CheckConstraint("searches > 0", name="searches"),
    )
