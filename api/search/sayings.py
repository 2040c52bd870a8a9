"""What people say: synonym groups and stop words, kept by curators, seeded from `data/synonyms.yaml`."""

from collections.abc import Iterable
from pathlib import Path

import yaml
from sqlalchemy.orm import Session

from api.errors import BadInput, FieldProblem, NotFound
from api.models import SynonymGroup
from api.search.queries import sayings as queries
from geo.gazetteer import fold_name

MOST_IN_GROUP = 30


def load_sayings(session: Session, path: Path) -> int:
    """Replace all that is held by the file; returns how many groups it has."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    queries.clear(session)
    for words in document["groups"]:
        save_group(session, words)
    for rule in document.get("one_way", []):
        save_group(session, rule["to"], one_way_from=str(rule["from"]))
    for word in document["stop_words"]:
        add_stop_word(session, str(word))
    return len(document["groups"]) + len(document.get("one_way", []))


def save_group(
    session: Session, words: Iterable[str], *, one_way_from: str | None = None, group_id: int | None = None
) -> int:
    """Store words that mean each other, or that `one_way_from` also finds; returns the group's id.
    They are folded first. Raises BadInput for a group that says nothing."""
    folded = list(dict.fromkeys(fold for word in words if (fold := fold_name(str(word)))))
    source = fold_name(one_way_from) if one_way_from else None
    if len(folded) < (1 if source else 2) or folded == [source]:
        raise _refuse("Write at least two different words or phrases that mean the same.")
    if len(folded) > MOST_IN_GROUP:
        raise _refuse(f"A group may have at most {MOST_IN_GROUP} words: a wide one finds everything.")
    return queries.save_group(session, folded, one_way_from=source, group_id=group_id)


def list_groups(session: Session) -> list[SynonymGroup]:
    """In the order of their first word."""
    return sorted(queries.list_groups(session), key=lambda group: group.one_way_from or group.words[0])


def list_stop_words(session: Session) -> list[str]:
    return queries.list_stop_words(session)


def remove_group(session: Session, group_id: int) -> tuple[list[str], str | None]:
    """What it held (words, one way from), so that it can be put back. Raises NotFound."""
    group = queries.find_group(session, group_id)
    if group is None:
        raise NotFound("There is no such group of words. Somebody may have removed it already.")
    held = (list(group.words), group.one_way_from)
    queries.remove_group(session, group_id)
    return held


def add_stop_word(session: Session, word: str) -> None:
    """A single word that searches pass over. Raises BadInput for a phrase."""
    folded = fold_name(word)
    if not folded or " " in folded:
        raise _refuse("A stop word is one word.")
    queries.add_stop_word(session, folded)


def remove_stop_word(session: Session, word: str) -> None:
    queries.remove_stop_word(session, fold_name(word))


def _refuse(message: str) -> BadInput:
    return BadInput(message, errors=[FieldProblem(field="words", message=message)])
