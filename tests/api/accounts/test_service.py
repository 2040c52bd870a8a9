"""Being signed in: the cookie's secret finds its person, ends, and is never kept."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from api.accounts import service as accounts
from api.accounts.passwords import check_password, hash_password
from api.areas.service import areas_of_entry
from api.errors import BadInput
from api.models import Revision
from api.settings import Settings
from tests.factories import LONDON, NOW, SOHAM, add, add_areas, square
from tests.people import make_actor, make_person

SETTINGS = Settings(environment="test", secret_key="only for tests, and the same in each of them")


def test_a_cookie_finds_its_person_until_it_ends(session: Session) -> None:
    person = make_person(session, "curator")
    token = accounts.open_sign_in(session, person, how="password", browser=None, now=NOW)
    found = accounts.find_actor(session, token, now=NOW)
    assert found is not None
    assert found.id == person.id
    assert found.has("navigator")
    assert accounts.find_actor(session, token, now=NOW + timedelta(days=8)) is None
    accounts.end_sign_in(session, token)
    assert accounts.find_actor(session, token, now=NOW) is None


def test_the_secret_itself_is_nowhere_in_the_database(session: Session) -> None:
    token = accounts.open_sign_in(session, make_person(session), how="password", browser=None, now=NOW)
    rows = session.execute(text("SELECT s::text FROM directory.sign_in s")).scalars().all()
    assert rows
    assert not any(token in row for row in rows)


def test_signing_out_everywhere_leaves_the_browser_at_hand(session: Session) -> None:
    person = make_person(session)
    tokens = [accounts.open_sign_in(session, person, how="password", browser=None, now=NOW) for _ in range(3)]
    assert accounts.end_all_sign_ins(session, person.id, but=tokens[0]) == 2
    assert [accounts.find_actor(session, token, now=NOW) is not None for token in tokens] == [
        True,
        False,
        False,
    ]


def test_one_address_one_account(session: Session) -> None:
    accounts.add_person(session, email="Someone@Example.org")
    with pytest.raises(BadInput, match="has an account"):
        accounts.add_person(session, email="someone@example.org ")


@pytest.mark.parametrize(
    "bad",
    [
        "short",
        "passwordpassword",
        "aaaaaaaaaaaaaaaa",
        "someone@example.org",
        "P@ssw0rd2024!",
        "Summer2026!!!",
        "LiverpoolFC2026",
        "qwertyuiop[]12",
        "1q2w3e4r5t6y",
        "zaq12wsxcde3",
        "lampshadelampshade",
        "123456789012345",
        "Correct Horse Battery Staple",
    ],
)
def test_passwords_that_are_guessed_first_are_refused(bad: str) -> None:
    with pytest.raises(BadInput):
        hash_password(bad, about="someone@example.org Someone")


@pytest.mark.parametrize(
    "good",
    [
        "kettle gate moth",
        "the heron stood at dawn",
        "7Gk2-pw9Q-zzLm",
        "fishing bucket hat",
        "Grandmothers teapot",
    ],
)
@pytest.mark.usefixtures("quick_hashes")
def test_words_of_ones_own_are_good_however_plain(good: str) -> None:
    assert hash_password(good, about="someone@example.org Someone")


def test_a_password_is_known_again_and_no_other_is() -> None:
    stored = hash_password("lamp river seventeen")
    assert check_password("lamp river seventeen", stored)
    assert not check_password("lamp river eighteen", stored)
    assert not check_password("lamp river seventeen", None)


def test_a_revision_keeps_who_saved_it_for_curators_and_a_role_for_all(session: Session) -> None:
    actor = make_actor(session, "curator")
    accounts.act_as(session, actor)
    saved = add(session, name="Knit and natter")
    revision = session.query(Revision).filter_by(entry_id=saved.entry_id).one()
    assert revision.person_id == actor.id
    assert actor.name not in revision.made_by


def test_tries_are_counted_and_forgotten_with_time(session: Session) -> None:
    def tried(now: datetime) -> bool:
        return accounts.too_many(session, SETTINGS, "x", "y", most=2, within=timedelta(minutes=10), now=now)

    start = datetime(2026, 11, 21, 12, 0, tzinfo=LONDON)
    assert [tried(start) for _ in range(3)] == [False, False, True]
    assert not tried(start + timedelta(minutes=11))


def test_an_entry_is_in_its_areas_and_in_those_they_lie_in(session: Session, tmp_path: Path) -> None:
    add_areas(session, tmp_path, {"COUNTY": square(*SOHAM, size=1)}, type_="county")
    add_areas(session, tmp_path, {"DISTRICT": square(*SOHAM)}, type_="district")
    inside = add(session, name="Inside", at=SOHAM)
    served = add(session, name="Served", at=None, coverage=[{"how": "area", "area": "DISTRICT"}])
    outside = add(session, name="Outside", at=(SOHAM[0] + 0.2, SOHAM[1]))
    assert areas_of_entry(session, inside.entry_id) == {"COUNTY", "DISTRICT"}
    assert areas_of_entry(session, served.entry_id) == {"COUNTY", "DISTRICT"}
    assert areas_of_entry(session, outside.entry_id) == {"COUNTY"}
