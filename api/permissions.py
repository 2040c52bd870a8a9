"""Who may do what. A rule returns True, or the reason it refuses, in words the person can read.

Roles: a `navigator` keeps shortlists and logs contact attempts; a `curator` edits and approves in their
areas; a `coordinator` also looks after people, links, areas and imports there; an `admin` does all of it
everywhere.
A role within an area counts for all that lies in it. The areas handed to a rule are those of the thing it is
about with all the areas they lie in (`directory.entry_area`): so "in one of my areas" is one comparison.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final, Literal
from uuid import UUID

from api.errors import NotAllowed

Role = Literal["navigator", "curator", "coordinator", "admin"]
Answer = Literal[True] | str
Scope = Literal["read", "suggest", "edit"]

ROLES: Final[tuple[Role, ...]] = ("navigator", "curator", "coordinator", "admin")
ROLE_LABELS: Final[dict[Role, str]] = {
    "navigator": "Navigator",
    "curator": "Curator",
    "coordinator": "Coordinator",
    "admin": "Administrator",
}
# What each role brings with it.
_INCLUDES: Final[dict[Role, frozenset[Role]]] = {
    role: frozenset(ROLES[: place + 1]) for place, role in enumerate(ROLES)
}
SIGN_IN_FIRST: Final = "Sign in first: this is for people who look after the directory."


@dataclass(frozen=True)
class Grant:
    """One role; `area_code` None is everywhere."""

    role: Role
    area_code: str | None


@dataclass(frozen=True)
class Actor:
    """Who is asking. `scopes` None is a person at a browser; otherwise a partner's system acting for one."""

    id: UUID
    name: str
    email: str
    grants: tuple[Grant, ...] = ()
    scopes: frozenset[Scope] | None = None
    is_example: bool = field(default=False, compare=False)

    @property
    def role_label(self) -> str:
        """The highest role, as it is shown in an entry's history. Never a name."""
        held = [grant.role for grant in self.grants]
        return ROLE_LABELS[max(held, key=ROLES.index)] if held else "Someone with an account"

    def has(self, role: Role) -> bool:
        """Whether they have this role, or one that includes it, anywhere."""
        return any(role in _INCLUDES[grant.role] for grant in self.grants)

    def areas_as(self, role: Role) -> frozenset[str] | None:
        """The codes they have this role in (those of areas inside are not listed); None is everywhere."""
        mine = [grant.area_code for grant in self.grants if role in _INCLUDES[grant.role]]
        return None if None in mine else frozenset(code for code in mine if code)


def holds_role(actor: Actor | None, role: Role) -> Answer:
    """The gate of a route: whether there is anything at all for them behind it."""
    if actor is None:
        return SIGN_IN_FIRST
    if actor.has(role):
        return True
    return f"This is for people with the role {ROLE_LABELS[role].lower()}. Ask your coordinator for it."


def may_use_scope(actor: Actor, scope: Scope) -> Answer:
    """A partner's key may do only what it was made for; a person at a browser is not bound by one."""
    if actor.scopes is None or scope in actor.scopes:
        return True
    return f"This key may not do that: it has no scope “{scope}”."


def is_at_browser(actor: Actor) -> Answer:
    """Whether the person is there: their account and other people's are nothing for a partner's key."""
    return True if actor.scopes is None else "A key may not do that. Sign in with a browser."


def may_act_in(actor: Actor, role: Role, areas: Collection[str]) -> Answer:
    """Whether they have the role in one of these areas. Nothing tied to an area needs the role everywhere."""
    mine = actor.areas_as(role)
    if mine is None or mine.intersection(areas):
        return True
    if not actor.has(role):
        return f"This is for people with the role {ROLE_LABELS[role].lower()}. Ask your coordinator for it."
    return "This is outside your areas. Its own curators can change it; you can suggest a change to them."


def may_edit(actor: Actor, areas: Collection[str]) -> Answer:
    """Change, publish, pause, close or archive an entry, or decide about a suggestion for it."""
    scope = may_use_scope(actor, "edit")
    return may_act_in(actor, "curator", areas) if scope is True else scope


def may_see_internal(actor: Actor, areas: Collection[str]) -> Answer:
    """See an entry's exact place and its contacts that are not public."""
    return may_act_in(actor, "curator", areas)


def may_log_contact(actor: Actor, areas: Collection[str]) -> Answer:
    """Read and add to the log of who tried to reach those who run an entry."""
    return may_act_in(actor, "navigator", areas)


def may_own(actor: Actor, owners: Collection[UUID]) -> Answer:
    """Propose changes to one's own entry. `owners` are the ids of the people who run it."""
    if actor.id in owners:
        return True
    return (
        "This is for the people who run it. Ask for a link on the entry's page: it goes to its own address."
    )


def may_coordinate(actor: Actor, areas: Collection[str]) -> Answer:
    """Look after people, links, areas, notices, owners and imports there."""
    return may_act_in(actor, "coordinator", areas)


def may_give_role(actor: Actor, role: Role, areas: Collection[str]) -> Answer:
    """Give or take away a role: nobody gives what they do not have. `areas` are those of the grant with all
    they lie in; empty for a role everywhere."""
    if role in ("coordinator", "admin") and not actor.has("admin"):
        return "Only an administrator can give that role."
    return may_act_in(actor, "coordinator", areas)


def require(answer: Answer) -> None:
    """Raises NotAllowed with the reason, unless the rule said yes."""
    if answer is not True:
        raise NotAllowed(answer)
