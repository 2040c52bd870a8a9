"""Who may do what: role × where × rule, as one table."""

from uuid import uuid4

import pytest

from api import permissions
from api.permissions import Actor, Grant, Role

HERE = frozenset({"E07000009", "E10000003"})
NOWHERE = frozenset[str]()


def actor(role: Role | None, area: str | None = None) -> Actor:
    return Actor(uuid4(), "Test", "t@example.org", (Grant(role, area),) if role else ())


# (role, area of the role, may edit here, may coordinate here, may edit what has no area)
TABLE = [
    (None, None, False, False, False),
    ("navigator", None, False, False, False),
    ("curator", "E07000009", True, False, False),
    ("curator", "E10000003", True, False, False),
    ("curator", "E07000010", False, False, False),
    ("curator", None, True, False, True),
    ("coordinator", "E10000003", True, True, False),
    ("coordinator", "E07000010", False, False, False),
    ("admin", None, True, True, True),
]


@pytest.mark.parametrize(("role", "area", "edit", "coordinate", "loose"), TABLE)
def test_a_role_counts_in_its_area_and_what_lies_in_it(
    role: Role | None, area: str | None, edit: bool, coordinate: bool, loose: bool
) -> None:
    who = actor(role, area)
    assert (permissions.may_edit(who, HERE) is True) == edit
    assert (permissions.may_coordinate(who, HERE) is True) == coordinate
    assert (permissions.may_edit(who, NOWHERE) is True) == loose


def test_a_refusal_says_why_in_words() -> None:
    assert "outside your areas" in str(permissions.may_edit(actor("curator", "E07000010"), HERE))
    assert "role curator" in str(permissions.may_edit(actor("navigator"), HERE))


def test_nobody_gives_what_they_do_not_have() -> None:
    coordinator = actor("coordinator", "E10000003")
    assert permissions.may_give_role(coordinator, "curator", HERE) is True
    assert permissions.may_give_role(coordinator, "curator", NOWHERE) is not True
    assert permissions.may_give_role(coordinator, "admin", HERE) is not True
    assert permissions.may_give_role(actor("admin"), "coordinator", NOWHERE) is True


def test_a_key_may_do_only_what_it_was_made_for() -> None:
    holder = Actor(uuid4(), "Test", "t@example.org", (Grant("curator", None),), frozenset({"read"}))
    assert permissions.may_edit(holder, HERE) is not True
