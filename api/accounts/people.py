"""People of an area, as its coordinator sees and looks after them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast
from uuid import UUID

from sqlalchemy.orm import Session

from api.accounts import letters, queries, service, settling
from api.accounts.letters import Site
from api.areas.service import AreaName, areas_around, areas_inside, list_areas_inside, name_areas, no_area
from api.errors import BadInput, FieldProblem, NotAllowed, NotFound
from api.models import Person
from api.permissions import ROLE_LABELS, ROLES, Actor, Answer, Grant, Role, may_give_role, require

EVERYWHERE: Final = "everywhere"
LAST_ADMIN: Final = "This is the last administrator. Make somebody else one first."
NOT_YOURSELF: Final = "You cannot close your own account here. Ask an administrator."
NOT_ALL_YOURS: Final = (
    "This account also has roles that you cannot take away, so you cannot close it. You can take away its "
    "roles in your areas."
)


@dataclass(frozen=True)
class ListedGrant:
    """A role and, in words, where; `may_take` whether the one who looks may take it away."""

    role: Role
    area_code: str | None
    where: str
    may_take: bool

    @property
    def role_words(self) -> str:
        return ROLE_LABELS[self.role]


@dataclass(frozen=True)
class ListedPerson:
    """Their roles in the areas of who looks; what they do elsewhere is not shown. `last_here` None: never."""

    id: UUID
    name: str
    email: str
    grants: tuple[ListedGrant, ...]
    last_here: datetime | None
    has_password: bool
    is_example: bool


@dataclass(frozen=True)
class Invited:
    """`link` None: they had an account already and now have one role more."""

    person: Person
    link: str | None


def list_people(session: Session, actor: Actor) -> list[ListedPerson]:
    """Everyone with a role in the areas the actor coordinates, by name."""
    mine = actor.areas_as("coordinator")
    people = queries.list_people(session, None if mine is None else sorted(mine))
    inside = None if mine is None else areas_inside(session, sorted(mine))
    last = queries.last_here(session, [person.id for person in people])
    names = name_areas(
        session, {grant.area_code for one in people for grant in one.grants if grant.area_code}
    )
    return [_listed(actor, one, inside, names, last.get(one.id)) for one in people]


def list_everyone(session: Session) -> Sequence[Person]:
    """Every open account, by name: for who runs the directory."""
    return queries.list_people(session, None)


def get_listed(session: Session, actor: Actor, person_id: UUID) -> ListedPerson:
    """Raises NotFound, also for people of other areas."""
    for one in list_people(session, actor):
        if one.id == person_id:
            return one
    raise NotFound("There is nobody by that number in your areas.")


def _listed(
    actor: Actor,
    person: Person,
    inside: frozenset[str] | None,
    names: dict[str, str],
    last_here: datetime | None,
) -> ListedPerson:
    shown = [one for one in person.grants if inside is None or one.area_code in inside]
    # What is shown lies in them.
    mine = actor.areas_as("coordinator") or frozenset()
    grants = tuple(
        ListedGrant(
            cast("Role", one.role),
            one.area_code,
            where_words(one.area_code, names),
            may_give_role(actor, cast("Role", one.role), mine) is True,
        )
        for one in sorted(shown, key=lambda one: (-ROLES.index(cast("Role", one.role)), one.area_code or ""))
    )
    return ListedPerson(
        person.id, person.name, person.email, grants, last_here, bool(person.password_hash), person.is_example
    )


def where_words(area_code: str | None, names: dict[str, str]) -> str:
    return EVERYWHERE if area_code is None else names.get(area_code, area_code)


def describe_grants(session: Session, grants: Sequence[Grant]) -> list[tuple[str, str]]:
    """(role, where) in words, the highest role first."""
    names = name_areas(session, {grant.area_code for grant in grants if grant.area_code})
    ordered = sorted(grants, key=lambda one: (-ROLES.index(one.role), one.area_code or ""))
    return [(ROLE_LABELS[one.role], where_words(one.area_code, names)) for one in ordered]


def areas_to_give(session: Session, actor: Actor) -> list[AreaName]:
    """Where the actor may give roles, besides everywhere."""
    return list_areas_inside(session, actor.areas_as("coordinator"))


def roles_to_give(actor: Actor) -> list[Role]:
    return list(ROLES) if actor.has("admin") else ["navigator", "curator"]


def invite_person(
    session: Session,
    actor: Actor,
    site: Site,
    *,
    email: str,
    name: str,
    role: Role,
    area: str | None,
    now: datetime,
) -> Invited:
    """A new account with one role, and the letter that asks them in; or one role more for who has an account.
    Raises BadInput and NotAllowed."""
    require(_may_give(session, actor, role, area))
    known = service.find_person(session, email)
    if known is not None and known.closed_at is None:
        add_role(session, actor, site, known, role=role, area=area)
        return Invited(known, None)
    person = service.add_person(session, email=email, by=actor.id)
    if name.strip():
        service.rename(session, person, name)
    service.give_role(session, person, role, area=area, by=actor.id)
    return Invited(person, settling.invite(session, person, site, now=now, by=actor.id))


def invite_again(session: Session, actor: Actor, site: Site, person_id: UUID, *, now: datetime) -> str:
    """Only while they have no password. Raises NotFound and NotAllowed."""
    listed = get_listed(session, actor, person_id)
    if listed.has_password:
        raise NotAllowed("They have a password. If they forgot it, they can ask for a new one themselves.")
    person = service.get_open_person(session, person_id)
    return settling.invite(session, person, site, now=now, by=actor.id)


def add_role(
    session: Session, actor: Actor, site: Site, person: Person, *, role: Role, area: str | None
) -> None:
    """Raises BadInput and NotAllowed."""
    require(_may_give(session, actor, role, area))
    had = len(person.grants)
    service.give_role(session, person, role, area=area, by=actor.id)
    if len(person.grants) > had:
        names = name_areas(session, {area} if area else set())
        letters.send_new_role(session, person, site, ROLE_LABELS[role].lower(), where_words(area, names))


def take_role(session: Session, actor: Actor, person_id: UUID, *, role: Role, area: str | None) -> None:
    """Raises NotFound and NotAllowed, also when nobody would be left who can give roles."""
    get_listed(session, actor, person_id)
    require(_may_give(session, actor, role, area))
    person = service.get_open_person(session, person_id)
    remove_role(session, person, role, area=area, by=actor.id)


def remove_role(
    session: Session, person: Person, role: Role, *, area: str | None, by: UUID | None = None
) -> None:
    """Raises NotFound, and NotAllowed for the last administrator."""
    if role == "admin":
        keep_an_admin(session, person)
    service.take_role(session, person, role, area=area, by=by)


def close_account(session: Session, actor: Actor, person_id: UUID, *, now: datetime) -> str:
    """Returns the name. Raises NotFound and NotAllowed."""
    get_listed(session, actor, person_id)
    person = service.get_open_person(session, person_id)
    if person.id == actor.id:
        raise NotAllowed(NOT_YOURSELF)
    for grant in person.grants:
        if _may_give(session, actor, cast("Role", grant.role), grant.area_code) is not True:
            raise NotAllowed(NOT_ALL_YOURS)
    close(session, person, now=now, by=actor.id)
    return person.name


def close(session: Session, person: Person, *, now: datetime, by: UUID | None = None) -> None:
    """Raises NotAllowed for the last administrator."""
    if any(grant.role == "admin" for grant in person.grants):
        keep_an_admin(session, person)
    service.close_account(session, person, now=now, by=by)


def keep_an_admin(session: Session, person: Person) -> None:
    """An example administrator cannot sign in where the directory is real, so it counts only for another."""
    admins = queries.list_admins(session)
    others = [one for one, is_example in admins if one != person.id and (person.is_example or not is_example)]
    if not others and any(one == person.id for one, _is_example in admins):
        raise NotAllowed(LAST_ADMIN)


def _may_give(session: Session, actor: Actor, role: Role, area: str | None) -> Answer:
    around = areas_around(session, [area]) if area else frozenset[str]()
    if area and not around:
        raise no_area(area, field="area")
    if role == "admin" and area:
        raise _bad("area", "An administrator is one everywhere. Choose “everywhere”.")
    return may_give_role(actor, role, around)


def _bad(field: str, message: str) -> BadInput:
    return BadInput(message, errors=[FieldProblem(field=field, message=message)])
