"""Mappings that people make for files we do not know: written as YAML, kept by name, used as a source."""

import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Self

import orjson
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from sqlalchemy.orm import Session

from api.entries.vocabulary import Kind, Privacy
from api.errors import BadInput, FieldProblem
from api.models import SavedMapping
from geo.gazetteer import fold_name
from ingest import queries_runs
from ingest.columns import EntryMaker
from ingest.identity import make_key
from ingest.mapping import KnownSource
from ingest.meanings import Meaning
from ingest.table import Row

_MOST_LETTERS = 200_000


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class ColumnMap(Part):
    """One column. `optional`: the file may come without it. `public` false keeps a contact for curators.
    `why` and `samples` are for the person who reads the proposal; they are not kept."""

    heading: Annotated[str, Field(min_length=1, max_length=300)]
    means: Meaning
    optional: bool = False
    public: bool = True
    why: str | None = None
    samples: list[str] = []


class SourceFacts(Part):
    """Who made the list and under which licence; it is shown beside every entry that came from it."""

    name: str | None = None
    url: str | None = None
    licence: str | None = None
    licence_url: str | None = None
    attribution: str | None = None


class Mapping(Part):
    """How a file becomes entries. `kind` is that of rows that do not say theirs; `kinds` and `terms` are the
    file's own words for ours ("Coffee morning": drop_in). `privacy` is that of every place in it."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
    source: SourceFacts = SourceFacts()
    kind: Kind = "group"
    kinds: dict[str, Kind] = {}
    terms: dict[str, str] = {}
    privacy: Privacy = "exact"
    columns: list[ColumnMap]

    @model_validator(mode="after")
    def names_the_entry(self) -> Self:
        if not any(column.means == "name" for column in self.columns):
            raise ValueError("One column has to mean name.")
        return self

    def of(self, *meanings: Meaning) -> list[ColumnMap]:
        return [column for column in self.columns if column.means in meanings]

    def to_source(self, code: str) -> KnownSource:
        """The source of this code, read with this mapping."""
        kept = self.without_samples()
        return KnownSource(
            code=code,
            name=self.source.name or code,
            url=self.source.url,
            licence=self.source.licence,
            licence_url=self.source.licence_url,
            attribution=self.source.attribution,
            columns=tuple(one.heading for one in self.columns if one.means != "ignore" and not one.optional),
            name_column=self.of("name")[0].heading,
            key_of=self._key_maker(),
            map_row=EntryMaker(self),
            print=hashlib.blake2b(orjson.dumps(kept), digest_size=16).hexdigest(),
            mapping=self.name,
        )

    def _key_maker(self) -> Callable[[Row], str | None]:
        keys = [one.heading for one in self.of("key")]
        name = self.of("name")[0].heading
        places = [one.heading for one in self.of("postcode", "town")]

        def key_of(row: Row) -> str | None:
            key = " ".join(text for one in keys if (text := row.text(one)))
            if key:
                return fold_name(key) or key
            place = next((text for one in places if (text := row.text(one))), None)
            return make_key(row.text(name), place)

        return key_of

    def without_samples(self) -> dict[str, Any]:
        """As it is kept: nothing of the file's own rows."""
        return self.model_dump(
            mode="json", exclude_defaults=True, exclude={"columns": {"__all__": {"why", "samples"}}}
        )

    def as_yaml(self) -> str:
        document = self.model_dump(mode="json", exclude_defaults=True)
        # A form to fill in: what is empty is to be seen.
        document["source"] = self.source.model_dump()
        ordered = {"name": self.name, "source": document["source"], "kind": self.kind, **document}
        return yaml.safe_dump(ordered, sort_keys=False, allow_unicode=True, width=110)


def read_mapping(path: Path) -> Mapping:
    """A mapping from a YAML file. Raises BadInput that says what is wrong with it."""
    try:
        text = path.read_text(encoding="utf-8")
        return parse_mapping(yaml.safe_load(text) if len(text) < _MOST_LETTERS else None, path.name)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        raise _bad(f"We could not read {path} as a mapping: {str(error).splitlines()[0]}.") from error


def parse_mapping(document: Any, name: str) -> Mapping:
    try:
        return Mapping.model_validate(document)
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, one['loc'])) or 'the file'}: {one['msg'].removeprefix('Value error, ')}"
            for one in error.errors()[:5]
        )
        raise _bad(f"{name} is not a mapping we can use. {problems}") from error


def _bad(message: str) -> BadInput:
    return BadInput(message, errors=[FieldProblem(field="map", message=message)])


def keep_mapping(session: Session, mapping: Mapping) -> None:
    """Keep it by its name, in place of an older one."""
    document = mapping.without_samples()
    held = queries_runs.find_mapping(session, mapping.name)
    if held is None or held.document != document:
        now = datetime.now(UTC)
        session.merge(SavedMapping(name=mapping.name, document=document, changed_at=now))
        session.flush()


def find_mapping(session: Session, name: str) -> Mapping | None:
    held = queries_runs.find_mapping(session, name)
    return parse_mapping(held.document, name) if held else None


def called(kept: SavedMapping) -> str:
    """What a kept list is called, for people to choose it by."""
    return str(kept.document.get("source", {}).get("name") or kept.name)


def list_mappings(session: Session) -> Sequence[SavedMapping]:
    return queries_runs.list_mappings(session)
