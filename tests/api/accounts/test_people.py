"""Who may look after whom: a coordinator the people of her areas, and never the last administrator away."""

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from api.accounts import people
from api.accounts import service as accounts
from api.accounts.letters import Site
from api.errors import BadInput, NotAllowed, NotFound
from api.models import Mail, Person
from api.permissions import Actor, Role
from tests.factories import NOW, SOHAM, add_areas, square
from tests.people import make_actor, make_person

SITE = Site("Hereabouts", "https://here.example")


@pytest.fixture(autouse=True)
def areas(session: Session, tmp_path: Path) -> None:
    add_areas(session, tmp_path, {"COUNTY": square(*SOHAM, size=1)}, type_="county")
    add_areas(session, tmp_path, {"DISTRICT": square(*SOHAM)}, type_="district")
    add_areas(session, tmp_path, {"FAR": square(SOHAM[0] + 3, SOHAM[1])}, type_="district")


def invite(session: Session, actor: Actor, role: Role, area: str | None) -> people.Invited:
    return people.invite_person(
        session, actor, SITE, email="New@Example.org", name="New One", role=role, area=area, now=NOW
    )


def letters(session: Session) -> list[Mail]:
    return session.query(Mail).order_by(Mail.made_at).all()


def test_a_coordinator_sees_the_people_of_her_areas_and_only_their_roles_there(session: Session) -> None:
    here = make_person(session, "curator", area="DISTRICT")
    accounts.give_role(session, here, "navigator", area="FAR")
    make_person(session, "curator", area="FAR")
    make_person(session, "admin")
    me = make_actor(session, "coordinator", area="COUNTY")
    listed = {one.id: one for one in people.list_people(session, me)}
    assert set(listed) == {here.id, me.id}
    assert [(one.role, one.where) for one in listed[here.id].grants] == [("curator", "Area DISTRICT")]
    assert len(people.list_people(session, make_actor(session, "admin"))) == 5


def test_people_elsewhere_cannot_be_looked_at_or_touched(session: Session) -> None:
    far = make_person(session, "curator", area="FAR")
    me = make_actor(session, "coordinator", area="COUNTY")
    with pytest.raises(NotFound):
        people.get_listed(session, me, far.id)
    with pytest.raises(NotFound):
        people.take_role(session, me, far.id, role="curator", area="FAR")
    with pytest.raises(NotFound):
        people.close_account(session, me, far.id, now=NOW)


def test_an_invitation_makes_an_account_with_a_role_and_a_letter(session: Session) -> None:
    me = make_actor(session, "coordinator", area="COUNTY")
    invited = invite(session, me, "curator", "DISTRICT")
    assert invited.link is not None
    assert invited.link.startswith("https://here.example/sign-in/invitation/")
    [letter] = letters(session)
    assert letter.to_address == "New@Example.org"
    assert invited.link in letter.text
    assert accounts.as_actor(invited.person).areas_as("curator") == {"DISTRICT"}


def test_who_has_an_account_gets_the_role_and_word_of_it(session: Session) -> None:
    known = accounts.add_person(session, email="new@example.org", name="Known")
    invited = invite(session, make_actor(session, "coordinator", area="COUNTY"), "curator", "DISTRICT")
    assert (invited.person, invited.link) == (known, None)
    assert known.name == "Known"
    assert "curator for Area DISTRICT" in letters(session)[0].text


# (role and area of who gives, what they give, where)
REFUSED: list[tuple[Role, str | None, Role, str | None]] = [
    ("coordinator", "DISTRICT", "curator", "COUNTY"),
    ("coordinator", "DISTRICT", "curator", "FAR"),
    ("coordinator", "COUNTY", "curator", None),
    ("coordinator", "COUNTY", "coordinator", "DISTRICT"),
    ("coordinator", None, "admin", None),
    ("curator", "COUNTY", "navigator", "DISTRICT"),
]


@pytest.mark.parametrize(("role", "area", "gives", "where"), REFUSED)
def test_nobody_gives_more_than_they_have(
    session: Session, role: Role, area: str | None, gives: Role, where: str | None
) -> None:
    with pytest.raises(NotAllowed):
        invite(session, make_actor(session, role, area=area), gives, where)
    assert accounts.find_person(session, "new@example.org") is None


def test_places_that_are_none_are_said_so(session: Session) -> None:
    admin = make_actor(session, "admin")
    with pytest.raises(BadInput, match="no area"):
        invite(session, admin, "curator", "NOWHERE")
    with pytest.raises(BadInput, match="everywhere"):
        invite(session, admin, "admin", "COUNTY")


def test_an_account_with_roles_elsewhere_is_not_closed_by_a_coordinator(session: Session) -> None:
    me = make_actor(session, "coordinator", area="COUNTY")
    both = make_person(session, "curator", area="DISTRICT")
    accounts.give_role(session, both, "curator", area="FAR")
    with pytest.raises(NotAllowed, match="cannot take away"):
        people.close_account(session, me, both.id, now=NOW)
    with pytest.raises(NotAllowed, match="your own account"):
        people.close_account(session, me, me.id, now=NOW)


def test_a_closed_account_opens_nothing_and_can_be_opened_again_empty(session: Session) -> None:
    person = make_person(session, "curator", area="DISTRICT")
    person.password_hash = "something"
    cookie = accounts.open_sign_in(session, person, how="password", browser=None, now=NOW)
    people.close_account(session, make_actor(session, "coordinator", area="COUNTY"), person.id, now=NOW)
    assert accounts.find_actor(session, cookie, now=NOW) is None
    again = accounts.add_person(session, email=person.email)
    assert again.id == person.id
    assert (again.grants, again.password_hash) == ([], None)
    assert accounts.find_actor(session, cookie, now=NOW) is None


def last_admin(session: Session) -> Person:
    return make_person(session, "admin")


def test_the_last_administrator_stays(session: Session) -> None:
    admin = last_admin(session)
    other = make_person(session, "admin")
    other.is_example = True
    session.flush()
    for act in (
        lambda: people.remove_role(session, admin, "admin", area=None),
        lambda: people.close(session, admin, now=NOW),
    ):
        with pytest.raises(NotAllowed, match="last administrator"):
            act()
    third = make_person(session, "admin")
    people.remove_role(session, admin, "admin", area=None)
    with pytest.raises(NotAllowed):
        people.close(session, third, now=NOW)


def test_what_was_done_is_written_down_with_who_did_it(session: Session) -> None:
    me = make_actor(session, "coordinator", area="COUNTY")
    person = invite(session, me, "curator", "DISTRICT").person
    people.take_role(session, me, person.id, role="curator", area="DISTRICT")
    session.flush()
    events = [(event.what, by) for event, by in accounts.list_events(session, person.id, most=9)]
    assert ("role given", me.name) in events
    assert ("role taken away", me.name) in events
