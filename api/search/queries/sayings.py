"""Writing synonym groups, stop words and search counts."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from api.models import SearchCount, StopWord, SynonymGroup


def clear(session: Session) -> None:
    session.execute(delete(SynonymGroup))
    session.execute(delete(StopWord))


def save_group(session: Session, words: list[str], *, one_way_from: str | None, group_id: int | None) -> int:
    row = session.get(SynonymGroup, group_id) if group_id is not None else None
    row = row or SynonymGroup()
    row.words, row.one_way_from = words, one_way_from
    session.add(row)
    session.flush()
    return row.id


def find_group(session: Session, group_id: int) -> SynonymGroup | None:
    return session.get(SynonymGroup, group_id)


def remove_group(session: Session, group_id: int) -> None:
    session.execute(delete(SynonymGroup).where(SynonymGroup.id == group_id))


def add_stop_word(session: Session, word: str) -> None:
    session.execute(insert(StopWord).values(word=word).on_conflict_do_nothing())


def remove_stop_word(session: Session, word: str) -> None:
    session.execute(delete(StopWord).where(StopWord.word == word))


def list_groups(session: Session) -> list[SynonymGroup]:
    return list(session.scalars(select(SynonymGroup).order_by(SynonymGroup.id)))


def list_stop_words(session: Session) -> list[str]:
    return list(session.scalars(select(StopWord.word).order_by(StopWord.word)))


def add_counts(session: Session, counts: Iterable[tuple[date, str, str, int, int]]) -> None:
    """Add (day, words, district, results, searches); the newest number of results stands."""
    for day, words, district, results, searches in counts:
        statement = insert(SearchCount).values(
            day=day, words=words, district=district, results=results, searches=searches
        )
        session.execute(
            statement.on_conflict_do_update(
                index_elements=["day", "words", "district"],
                set_={
                    "searches": SearchCount.searches + statement.excluded.searches,
                    "results": statement.excluded.results,
                },
            )
        )
