"""One of each thing, in an area called HERE, for every route to be called with."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.accounts import service as accounts
from api.curation import service as curation
from api.duplicates import service as duplicates
from api.duplicates.merging import merge_entries
from api.models import IngestConflict, IngestRun, Notice, Owner, OwnerNote, Source, Suggestion, SynonymGroup
from api.settings import Settings
from api.suggestions import service as suggestions
from api.suggestions.schemas import Sender
from tests.factories import LONDON, SOHAM, add, add_areas, square
from tests.people import make_person

HERE = "HERE"
ELSEWHERE = "ELSEWHERE"
PHONE = [{"kind": "phone", "value": "01353 555555"}]


@dataclass
class Sample:
    """`values` fills the parts of paths: {entry_id}, {slug}, ..."""

    values: dict[str, str]
    owner_cookie: str

    def parts(self, path: str) -> dict[str, str]:
        """A part no sample is made for is a number that names nothing."""
        names = re.findall(r"{(\w+)(?::\w+)?}", path)
        return {name: self.values.get(name, str(uuid4())) for name in names}


def make_sample(session: Session, folder: Path, settings: Settings) -> Sample:
    now = datetime.now(LONDON)
    add_areas(session, folder, {HERE: square(*SOHAM), ELSEWHERE: square(SOHAM[0] + 1, SOHAM[1])})
    entry = add(session, name="Soham Good Neighbours", at=SOHAM, contacts=PHONE, summary="Old words")
    other = add(session, name="Good Neighbours Soham", at=SOHAM, contacts=PHONE)
    owner = make_person(session)
    owned = Owner(id=uuid4(), entry_id=entry.entry_id, person_id=owner.id)
    note = OwnerNote(id=uuid4(), entry_id=entry.entry_id, area_codes=[HERE], kind="changed", words="Later")
    notice = Notice(
        id=uuid4(),
        title="Ice",
        body="Take care",
        area_codes=[HERE],
        starts_at=now,
        ends_at=now + timedelta(1),
    )
    session.add_all([owned, note, notice])
    receipt = suggestions.suggest_change(
        session, entry.slug, {"summary": "New words"}, sender=Sender(), settings=settings, now=now
    )
    merge_id = _merged(session)
    conflict_id = _conflict(session, entry.entry_id)
    duplicates.search_directory(session)
    curation.gather(session, now=now)
    sent = session.scalars(select(Suggestion).where(Suggestion.reference == receipt.reference)).one()
    group = session.scalars(select(SynonymGroup).limit(1)).one()
    colleague = make_person(session, "curator", area=HERE)
    cookie = accounts.open_sign_in(session, owner, how="claim", browser=None, now=now)
    first, second = sorted((entry.entry_id, other.entry_id))
    values = {
        "entry_id": entry.entry_id, "id_or_slug": entry.slug, "slug": entry.slug, "ref": f"{first}_{second}",
        "suggestion_id": sent.id, "reference": receipt.reference, "note_id": note.id, "notice_id": notice.id,
        "owner_id": owned.id, "merge_id": merge_id, "conflict_id": conflict_id, "group_id": group.id,
        "person_id": colleague.id, "kind": "group", "code": HERE, "code_or_slug": HERE,
        "zoom": 9, "x": 256, "y": 168,
    }  # fmt: skip
    return Sample({name: str(value) for name, value in values.items()}, cookie)


def _merged(session: Session) -> UUID:
    keep = add(session, name="Wednesday Club", at=SOHAM)
    merged = add(session, name="The Wednesday Club", at=SOHAM)
    done = merge_entries(
        session, keep_id=keep.entry_id, merge_id=merged.entry_id, choices={}, by="Test", why="One thing"
    )
    return done.merge_id


def _conflict(session: Session, entry_id: UUID) -> UUID:
    session.add(Source(code="parish", name="A parish list"))
    session.flush()
    run = IngestRun(
        id=uuid4(), source_code="parish", file_name="a.csv", file_sha256="0", applied=True, counts={}
    )
    session.add(run)
    session.flush()
    conflict = IngestConflict(
        id=uuid4(), source_code="parish", run_id=run.id, entry_id=entry_id, field="summary", ours="Old words",
        theirs="Their words",
    )  # fmt: skip
    session.add(conflict)
    session.flush()
    return conflict.id
