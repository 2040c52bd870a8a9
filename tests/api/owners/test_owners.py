"""People who run an entry: claimed by its own address alone, and they reach no other entry."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.accounts import service as accounts
from api.accounts.passwords import hash_password
from api.checks import notes
from api.entries.service import Saved, get_draft
from api.errors import BadInput, EditConflict, NotAllowed, NotFound, TooMany
from api.models import Mail, Owner, Revision
from api.owners import proposing, service
from api.permissions import Actor
from api.settings import Settings
from tests.factories import NOW, SOHAM, add, add_areas, change, square
from tests.people import make_actor

SETTINGS = Settings(
    environment="production",
    public_url="https://here.example",
    secret_key="a key for the tests of owners only",
)
INSIDE = {"kind": "email", "value": "keeper@choir.example", "public": False}
PHONE = {"kind": "phone", "value": "01632 960001"}


def choir(session: Session, **given: Any) -> Saved:
    return add(session, **({"name": "Choir", "contacts": [INSIDE, PHONE]} | given))


def ask(session: Session, slug: str = "choir", **given: Any) -> None:
    plain = {"network_address": "192.0.2.1", "now": NOW} | given
    service.ask_for_link(session, SETTINGS, slug, **plain)


def letters(session: Session) -> list[Mail]:
    return list(session.scalars(select(Mail).where(Mail.purpose == "claim").order_by(Mail.made_at)))


def claim(session: Session) -> service.Claimed:
    ask(session)
    token = re.findall(r"/claim/link/([\w-]+)", letters(session)[-1].text)[0]
    return service.claim_entry(session, token, browser=None, now=NOW)


def owner_of(session: Session, saved: Saved, *, trusted: bool = False) -> Actor:
    actor = make_actor(session)
    session.add(Owner(entry_id=saved.entry_id, person_id=actor.id, trusted=trusted))
    session.flush()
    return actor


def edit(session: Session, actor: Actor, saved: Saved, **given: Any) -> proposing.Outcome:
    words = given.pop("words", "")
    version = given.pop("version", get_draft(session, saved.entry_id).version)
    return proposing.change_own_entry(
        session, actor, saved.entry_id, given, words=words, version=version, now=NOW
    )


def waiting(session: Session, saved: Saved) -> list[str | None]:
    return [note.words for note in notes.notes_of(session, saved.entry_id)]


def test_the_link_goes_to_the_entry_and_opens_that_entry(session: Session) -> None:
    saved = choir(session)
    claimed = claim(session)
    assert letters(session)[0].to_address == "keeper@choir.example"
    assert claimed.entry_id == saved.entry_id
    assert claimed.cookie is not None
    actor = accounts.find_actor(session, claimed.cookie, now=NOW)
    assert actor is not None
    assert actor.grants == ()
    assert not service.get_owner(session, actor, saved.entry_id).trusted
    assert service.list_own_entries(session, actor) == [(saved.entry_id, "Choir")]


def test_nobody_learns_whether_there_is_an_address(session: Session) -> None:
    choir(session, contacts=[PHONE])
    ask(session)
    assert letters(session) == []


def test_links_are_few(session: Session) -> None:
    choir(session)
    for number in range(5):
        ask(session, network_address=f"192.0.2.{number}")
    assert len(letters(session)) == 3
    for _ in range(9):
        ask(session)
    with pytest.raises(TooMany):
        ask(session)
    ask(session, now=NOW + timedelta(days=2))
    assert len(letters(session)) == 4


def test_a_link_is_used_once_and_not_after_the_address_changed(session: Session) -> None:
    saved = choir(session)
    ask(session)
    token = re.findall(r"/claim/link/([\w-]+)", letters(session)[-1].text)[0]
    for _ in range(2):
        service.look_at_claim(session, token, now=NOW)
    change(session, saved, name="Choir", contacts=[INSIDE | {"value": "new@choir.example"}])
    with pytest.raises(NotFound):
        service.claim_entry(session, token, browser=None, now=NOW)
    change(session, saved, name="Choir", contacts=[INSIDE])
    service.claim_entry(session, token, browser=None, now=NOW)
    with pytest.raises(NotFound):
        service.claim_entry(session, token, browser=None, now=NOW)


@pytest.mark.parametrize("how", ["role", "password"])
def test_a_link_to_an_entry_signs_nobody_in_who_is_more_than_its_owner(session: Session, how: str) -> None:
    saved = choir(session)
    person = accounts.add_person(session, email="Keeper@choir.example")
    if how == "role":
        accounts.give_role(session, person, "admin", area=None)
    else:
        person.password_hash = hash_password("lamp river seventeen")
    assert claim(session).cookie is None
    assert service.get_owner(session, accounts.as_actor(person), saved.entry_id).person_id == person.id


def test_an_owner_reaches_no_other_entry(session: Session) -> None:
    mine, other = choir(session), choir(session, name="Band")
    draft = choir(session, name="Secret", stage="draft")
    actor = owner_of(session, mine, trusted=True)
    for saved, refusal in (
        (other, NotAllowed),
        (draft, NotFound),
        (Saved(UUID(int=5), "", 1, True), NotFound),
    ):
        with pytest.raises(refusal):
            proposing.get_own_entry(session, actor, saved.entry_id)
        with pytest.raises(refusal):
            edit(session, actor, saved, summary="Mine now", version=1)
        with pytest.raises(refusal):
            proposing.confirm_own_entry(session, actor, saved.entry_id, now=NOW)
    assert get_draft(session, other.entry_id).version == other.version
    for role in ("navigator", "curator", "admin"):
        with pytest.raises(NotAllowed):
            proposing.get_own_entry(session, make_actor(session, role), mine.entry_id)  # type: ignore[arg-type]


def test_what_they_propose_waits_whole_for_a_curator(session: Session) -> None:
    saved = choir(session, summary="We sing")
    actor = owner_of(session, saved)
    long = "We sing. " * 100
    given = {"summary": "We sing", "description": long, "contact_1": "01632 960002"}
    assert edit(session, actor, saved, **given, words="Thursdays now") == "proposed"
    (words,) = waiting(session, saved)
    assert words is not None
    assert long.strip() in words
    assert "Contact (phone) 01632 960001: 01632 960002" in words
    assert "Thursdays now" in words
    assert "In one sentence" not in words
    assert get_draft(session, saved.entry_id).version == saved.version
    assert edit(session, actor, saved, summary="We sing") == "nothing"


def test_who_is_trusted_publishes_and_words_still_wait(session: Session) -> None:
    saved = choir(session)
    actor = owner_of(session, saved, trusted=True)
    accounts.act_as(session, actor)
    assert edit(session, actor, saved, summary="We sing loudly", contact_1="") == "published"
    stored = get_draft(session, saved.entry_id)
    assert stored.draft.summary == "We sing loudly"
    # What they cannot see they cannot take away.
    assert [(one.value, one.public) for one in stored.draft.contacts] == [("keeper@choir.example", False)]
    newest = session.scalars(select(Revision).order_by(Revision.version.desc())).first()
    assert newest is not None
    assert (newest.made_by, newest.person_id) == ("The people who run it", actor.id)
    assert edit(session, actor, saved, words="New hall") == "proposed"
    assert waiting(session, saved) == ["New hall"]


def test_fields_that_are_not_theirs_stay(session: Session) -> None:
    saved = choir(session, privacy="area")
    actor = owner_of(session, saved, trusted=True)
    sly = {
        "privacy": "exact",
        "stage": "archived",
        "contact_0": "mine@evil.example",
        "contact_99": "x",
        "name": "X",
    }
    assert edit(session, actor, saved, **sly) == "nothing"
    with pytest.raises(BadInput):
        edit(session, actor, saved, cost="a lot")
    with pytest.raises(EditConflict):
        edit(session, actor, saved, summary="Late", version=saved.version - 1)


def test_coordinators_trust_and_end_in_their_areas(session: Session, tmp_path: Path) -> None:
    add_areas(session, tmp_path, {"HERE": square(*SOHAM)}, type_="district")
    saved = choir(session)
    claimed = claim(session)
    here = make_actor(session, "coordinator", area="HERE")
    (one,) = service.list_owners(session, here)
    assert (one.name, one.email, one.trusted) == ("Choir", "keeper@choir.example", False)
    add_areas(session, tmp_path, {"AWAY": square(SOHAM[0] + 1, SOHAM[1])}, type_="district")
    away = make_actor(session, "coordinator", area="AWAY")
    assert service.list_owners(session, away) == []
    for stranger in (away, make_actor(session, "curator", area="HERE")):
        with pytest.raises(NotAllowed):
            service.set_trust(session, stranger, one.owner_id, trusted=True)
    service.set_trust(session, here, one.owner_id, trusted=True)
    assert service.list_owners(session, here)[0].trusted
    service.end_owner(session, here, one.owner_id, now=NOW)
    assert service.list_owners(session, here) == []
    assert claimed.cookie is not None
    actor = accounts.find_actor(session, claimed.cookie, now=NOW)
    assert actor is not None
    with pytest.raises(NotAllowed):
        proposing.get_own_entry(session, actor, saved.entry_id)
    # Nor by a new link: who ended it had a reason.
    with pytest.raises(NotAllowed, match="coordinator"):
        claim(session)
