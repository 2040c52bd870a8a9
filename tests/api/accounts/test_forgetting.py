"""What is forgotten about people in time, and what is not."""

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from api.accounts import service as accounts
from api.accounts import settling
from api.accounts.forgetting import forget_old
from api.accounts.letters import Site
from api.mail.letters import Letter
from api.mail.service import queue_mail
from api.settings import Settings
from tests.factories import LONDON
from tests.people import make_person

SETTINGS = Settings(environment="test", secret_key="only for tests, and the same in each of them")
SITE = Site("Hereabouts", "https://here.example")
TABLES = ("attempt", "ticket", "sign_in", "mail", "account_event")


def counts(session: Session) -> dict[str, int]:
    return {
        table: session.execute(text(f"SELECT count(*) FROM directory.{table}")).scalar_one()
        for table in TABLES
    }


def test_what_ran_out_is_forgotten_and_the_rest_is_kept(session: Session) -> None:
    now = datetime.now(LONDON)
    person = make_person(session, "curator")
    settling.invite(session, person, SITE, now=now)
    accounts.open_sign_in(session, person, how="password", browser=None, now=now)
    accounts.too_many(session, SETTINGS, "x", "y", most=2, within=timedelta(minutes=1), now=now)
    queue_mail(session, Letter("a@example.org", "reminder", "Still right?", ["Hello"]), key="once")
    session.flush()
    before = counts(session)
    forget_old(session, now=now + timedelta(hours=23))
    assert counts(session) == before
    forget_old(session, now=now + timedelta(days=31))
    # A reminder stays: by its key nobody is asked twice.
    assert counts(session) == before | {"attempt": 0, "ticket": 0, "sign_in": 0, "mail": 1}
    forget_old(session, now=now + timedelta(days=800))
    assert counts(session)["account_event"] == 0
