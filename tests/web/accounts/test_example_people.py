"""People to try the directory with: made once, with passwords for the owner alone, never where it is real."""

import json
from pathlib import Path

from api.accounts import service as accounts
from api.settings import Settings
from ingest.example_people import FILE, PEOPLE, ExamplePerson, keep_example_people
from tests.conftest import Directory
from tests.factories import SOHAM, add_areas, square
from tests.web.accounts.helpers import sign_in


def with_examples(directory: Directory, folder: Path) -> None:
    from api.models import DirectoryFact

    with directory.write() as session:
        codes = {area: square(*SOHAM) for *_rest, area in PEOPLE if area}
        add_areas(session, folder, codes, type_="patch")
        session.add(DirectoryFact(name="examples", value={}))


def keep(directory: Directory, settings: Settings) -> list[ExamplePerson]:
    with directory.write() as session:
        return keep_example_people(session, settings)


def test_one_of_each_role_with_a_password_that_stays(scratch: Directory, tmp_path: Path) -> None:
    settings = scratch.settings(environment="development", home=tmp_path)
    assert keep(scratch, settings) == [], "where the examples are not, nor are their people"
    with_examples(scratch, tmp_path)
    first, second = keep(scratch, settings), keep(scratch, settings)
    assert first == second
    assert {role for _email, _name, role, _area in PEOPLE} == {"navigator", "curator", "coordinator", "admin"}
    assert len(first) == len(PEOPLE)
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0
    with scratch.write() as session:
        assert all(accounts.get_person_by_email(session, one.email).is_example for one in first)
    with scratch.client() as client:
        assert sign_in(client, first[1].email, first[1].password).status_code == 303
    with scratch.client(environment="production") as client:
        assert sign_in(client, first[1].email, first[1].password).status_code == 422


def test_a_lost_file_makes_new_passwords_and_a_real_person_is_let_be(
    scratch: Directory, tmp_path: Path
) -> None:
    settings = scratch.settings(environment="development", home=tmp_path)
    with_examples(scratch, tmp_path)
    with scratch.write() as session:
        accounts.add_person(session, email=PEOPLE[0][0], name="Real")
    first = keep(scratch, settings)
    assert PEOPLE[0][0] not in {one.email for one in first}
    (tmp_path / FILE).write_text(json.dumps({"broken": 1}))
    second = keep(scratch, settings)
    assert {one.email for one in first} == {one.email for one in second}
    assert not {one.password for one in first} & {one.password for one in second}
    with scratch.client() as client:
        assert sign_in(client, second[0].email, first[0].password).status_code == 422
        assert sign_in(client, second[0].email, second[0].password).status_code == 303


def test_nobody_is_made_outside_development(scratch: Directory, tmp_path: Path) -> None:
    with_examples(scratch, tmp_path)
    for environment in ("production", "test"):
        assert keep(scratch, scratch.settings(environment=environment, home=tmp_path)) == []
    assert not (tmp_path / FILE).exists()
