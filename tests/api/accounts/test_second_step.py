"""Codes from a phone and codes on paper: each opens once, and only for its owner."""

from datetime import timedelta
from threading import Barrier, Thread

import pyotp
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from api.accounts import second_step
from api.accounts.letters import Site
from api.accounts.passwords import hash_password
from api.errors import BadInput
from api.models import Person
from api.settings import Settings
from tests.conftest import Directory
from tests.factories import NOW
from tests.people import make_person

SITE = Site("Hereabouts", "https://here.example")
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def settings(base_database: Directory) -> Settings:
    return base_database.settings()


def phone(person: Person) -> pyotp.TOTP:
    return pyotp.TOTP(person.totp_secret or "")


def switched_on(session: Session, settings: Settings) -> tuple[Person, list[str]]:
    person = make_person(session)
    second_step.start(person)
    return person, second_step.switch_on(session, person, settings, phone(person).at(NOW), now=NOW)


def test_it_counts_only_after_a_code_was_typed(session: Session, settings: Settings) -> None:
    person = make_person(session)
    second_step.start(person)
    assert not second_step.has_second_step(person)
    with pytest.raises(BadInput, match="not right"):
        second_step.switch_on(session, person, settings, "000000", now=NOW)
    assert not second_step.has_second_step(person)
    codes = second_step.switch_on(session, person, settings, phone(person).at(NOW), now=NOW)
    assert second_step.has_second_step(person)
    assert len(set(codes)) == second_step.codes_left(session, person) == 10


def test_starting_again_leaves_a_phone_that_counts(session: Session, settings: Settings) -> None:
    person, _codes = switched_on(session, settings)
    before = person.totp_secret
    second_step.start(person)
    assert person.totp_secret == before


@pytest.mark.parametrize(("seconds_off", "is_right"), [(0, True), (-29, True), (29, True), (-90, False)])
def test_a_phone_may_be_half_a_minute_off(
    session: Session, settings: Settings, seconds_off: int, is_right: bool
) -> None:
    person, _codes = switched_on(session, settings)
    code = phone(person).at(LATER + timedelta(seconds=seconds_off))
    assert second_step.is_right_code(session, person, settings, code, now=LATER) == is_right


def test_a_code_opens_once_and_then_only_newer_ones_do(session: Session, settings: Settings) -> None:
    person, _codes = switched_on(session, settings)
    this, earlier = phone(person).at(LATER), phone(person).at(LATER - timedelta(seconds=30))
    assert second_step.is_right_code(session, person, settings, f"{this[:3]} {this[3:]}", now=LATER)
    assert not second_step.is_right_code(session, person, settings, this, now=LATER)
    assert not second_step.is_right_code(session, person, settings, earlier, now=LATER)


def test_a_code_on_paper_opens_once_however_it_is_typed(session: Session, settings: Settings) -> None:
    person, codes = switched_on(session, settings)
    other, _codes = switched_on(session, settings)
    typed = codes[0].upper().replace("-", " ")
    assert not second_step.is_right_code(session, other, settings, typed, now=LATER)
    assert second_step.is_right_code(session, person, settings, typed, now=LATER)
    assert not second_step.is_right_code(session, person, settings, codes[0], now=LATER)
    assert second_step.codes_left(session, person) == 9


def test_codes_on_paper_are_nowhere_in_the_database(session: Session, settings: Settings) -> None:
    _person, codes = switched_on(session, settings)
    rows = session.scalars(text("SELECT r::text FROM directory.recovery_code r")).all()
    assert len(rows) == 10
    assert not any(code in row or code.replace("-", "") in row for code in codes for row in rows)


@pytest.mark.usefixtures("quick_hashes")
def test_switching_off_needs_the_password_and_a_code(session: Session, settings: Settings) -> None:
    person, codes = switched_on(session, settings)
    person.password_hash = hash_password("lamp river seventeen")
    for password, code in (("not the right one", codes[1]), ("lamp river seventeen", "123")):
        with pytest.raises(BadInput):
            second_step.switch_off(session, person, settings, SITE, password=password, code=code, now=LATER)
        assert second_step.has_second_step(person)
    second_step.switch_off(
        session, person, settings, SITE, password="lamp river seventeen", code=codes[1], now=LATER
    )
    assert not second_step.has_second_step(person)
    assert second_step.codes_left(session, person) == 0


def test_of_two_who_type_one_code_at_once_one_gets_in(scratch: Directory) -> None:
    settings = scratch.settings()
    with scratch.write() as session:
        person, _codes = switched_on(session, settings)
        code = phone(person).at(LATER)
    at_once, got_in = Barrier(2), []

    def try_it() -> None:
        with scratch.write() as session:
            mine = session.get_one(Person, person.id)
            at_once.wait()
            got_in.append(second_step.is_right_code(session, mine, settings, code, now=LATER))

    tries = [Thread(target=try_it) for _ in range(2)]
    for one in tries:
        one.start()
    for one in tries:
        one.join()
    assert sorted(got_in) == [False, True]
