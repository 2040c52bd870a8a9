"""One run of the reminders: to whom, what it holds, and what becomes of silence."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session, sessionmaker

from api.checks import notes
from api.entries.service import Saved, get_draft
from api.models import Mail, OwnerNote, Reminder, Revision
from api.reminders.service import RemindersReport, list_wanted, run_reminders
from api.settings import Settings
from tests.factories import NOW, add

PUBLIC = {"kind": "email", "value": "hello@choir.example", "public": True}
INSIDE = {"kind": "email", "value": "keeper@choir.example", "public": False}
LONG_AGO = [{"group": "name", "how": "phoned", "by": "Curator", "on": "2025-11-01"}]
LIVE = Settings(environment="production", public_url="https://here.example/")


@pytest.fixture
def write(session: Session) -> sessionmaker[Session]:
    return sessionmaker(
        session.connection(), join_transaction_mode="create_savepoint", expire_on_commit=False
    )


def choir(session: Session, **given: Any) -> Saved:
    saved = add(session, **({"name": "Choir", "contacts": [PUBLIC, INSIDE], "checks": LONG_AGO} | given))
    session.execute(text("UPDATE directory.entry SET created_at = :at"), {"at": NOW - timedelta(days=800)})
    session.commit()
    return saved


def run(write: sessionmaker[Session], now: datetime = NOW, **given: Any) -> RemindersReport:
    return run_reminders(write, LIVE.model_copy(update=given), now)


def mails(session: Session) -> list[Mail]:
    session.expire_all()
    return list(session.scalars(select(Mail).order_by(Mail.made_at, Mail.id)))


def kinds_waiting(session: Session, saved: Saved) -> list[str]:
    return [note.kind for note in notes.notes_of(session, saved.entry_id)]


def days(number: int) -> datetime:
    return NOW + timedelta(days=number)


def test_three_letters_over_six_weeks_then_the_desk(session: Session, write: sessionmaker[Session]) -> None:
    saved = choir(session)
    told = [(day, run(write, days(day))) for day in range(50)]
    assert [day for day, report in told if report.letters] == [0, 14, 28]
    assert [day for day, report in told if report.silent] == [42]
    assert kinds_waiting(session, saved) == ["silent"]
    assert {mail.to_address for mail in mails(session)} == {"keeper@choir.example"}
    assert len({mail.text for mail in mails(session)}) == 3


def test_a_letter_names_the_entry_and_links_only_to_our_own_address(
    session: Session, write: sessionmaker[Session]
) -> None:
    choir(session, name="Choir\nBcc: all")
    run(write)
    (mail,) = mails(session)
    assert mail.subject == "Is this still right? Choir Bcc: all"
    assert mail.text.count("https://here.example/still-right/") == 3
    assert "https://here.example/entries/choir" in mail.text
    assert mail.held is None


def test_without_our_own_address_nothing_is_written_and_it_says_why(
    session: Session, write: sessionmaker[Session]
) -> None:
    choir(session)
    assert "HEREABOUTS_PUBLIC_URL" in str(run(write, public_url=None).problem)
    assert mails(session) == []


def test_examples_and_test_systems_send_nothing(session: Session, write: sessionmaker[Session]) -> None:
    choir(session)
    choir(session, name="Made up", is_example=True)
    run(write)
    assert sorted(bool(mail.held) for mail in mails(session)) == [False, True]
    run(write, days(14), environment="test")
    assert [bool(mail.held) for mail in mails(session)].count(False) == 1


@pytest.mark.parametrize(
    "given",
    [
        {"state": "paused"},
        {"state": "closed"},
        {"stage": "draft"},
        {"stage": "archived"},
        {"contacts": []},
        {"contacts": [{"kind": "email", "value": "ask at the desk"}]},
        {"contacts": [{"kind": "email", "value": "a@b.example,c@d.example"}]},
    ],
)
def test_who_is_not_to_be_written_to_is_not(
    session: Session, write: sessionmaker[Session], given: dict[str, Any]
) -> None:
    choir(session, **given)
    assert run(write).letters == 0


def test_no_more_than_so_many_a_run_and_the_rest_the_next_time(
    session: Session, write: sessionmaker[Session]
) -> None:
    for number in range(5):
        choir(session, name=f"Choir {number}")
    assert len(list_wanted(session, LIVE, NOW)) == 5
    reports = [run(write, reminders_a_run=2) for _ in range(4)]
    assert [(report.letters, report.waiting) for report in reports] == [(2, 3), (2, 1), (1, 0), (0, 0)]
    assert len({mail.entry_id for mail in mails(session)}) == 5


def test_what_bounced_is_on_the_desk_and_the_other_address_is_tried(
    session: Session, write: sessionmaker[Session]
) -> None:
    saved = choir(session)
    run(write)
    session.execute(update(Mail).values(bounced_at=days(1), error="refused"))
    session.commit()
    assert run(write, days(2)).bounced == 1
    assert run(write, days(3)).bounced == 0
    assert kinds_waiting(session, saved) == ["bounced"]
    run(write, days(14))
    assert {mail.to_address for mail in mails(session)} == {"keeper@choir.example", "hello@choir.example"}


def test_a_changed_rule_starts_nobody_anew(session: Session, write: sessionmaker[Session]) -> None:
    choir(session)
    run(write)
    session.execute(text("UPDATE directory.check_rule SET months = 3"))
    session.commit()
    reports = [run(write, days(day)) for day in range(1, 60)]
    assert sum(report.letters for report in reports) == 2
    assert session.scalars(select(Reminder.step).order_by(Reminder.queued_on)).all() == [1, 2, 3]


def test_hidden_only_after_two_years_and_told_before(session: Session, write: sessionmaker[Session]) -> None:
    saved = choir(session)
    silent_at = [run(write, days(day)) for day in (0, 14, 28, 42)]
    assert silent_at[-1].silent == 1
    # Due on 1 November 2026: hidden two years later at the earliest, told four weeks before.
    told_on = datetime(2028, 10, 4, 9, tzinfo=NOW.tzinfo)
    assert run(write, told_on - timedelta(days=1)).announced == 0
    assert run(write, told_on).announced == 1
    assert run(write, told_on + timedelta(days=27)).hidden == []
    assert [mail.subject for mail in mails(session)].count("We will stop showing Choir") == 1
    assert "hiding" in kinds_waiting(session, saved)
    assert run(write, told_on + timedelta(days=28)).hidden == [saved.entry_id]
    assert get_draft(session, saved.entry_id).draft.stage == "archived"
    why = select(Revision.made_why).where(Revision.entry_id == saved.entry_id)
    assert session.scalars(why.order_by(Revision.version.desc())).first() == (
        "Hidden: not checked since 1 November 2025, and nobody answered for it"
    )
    assert kinds_waiting(session, saved) == ["hidden"]


def test_a_worker_that_was_away_tells_before_it_hides(session: Session, write: sessionmaker[Session]) -> None:
    saved = choir(session, contacts=[])
    late = days(2000)
    assert (run(write, late).announced, run(write, late).hidden) == (1, [])
    assert run(write, late + timedelta(days=27)).hidden == []
    assert run(write, late + timedelta(days=28)).hidden == [saved.entry_id]


def test_what_came_in_lately_is_not_hidden_however_old_its_checks(
    session: Session, write: sessionmaker[Session]
) -> None:
    choir(session, contacts=[], checks=[LONG_AGO[0] | {"on": "2015-01-01"}])
    session.execute(text("UPDATE directory.entry SET created_at = :at"), {"at": NOW})
    session.commit()
    assert run(write).announced == 0


def test_hiding_can_be_switched_off(session: Session, write: sessionmaker[Session]) -> None:
    choir(session, contacts=[])
    assert run(write, days(3000), hide_after_months=0).announced == 0


def test_a_note_that_a_curator_has_seen_does_not_come_back(
    session: Session, write: sessionmaker[Session]
) -> None:
    saved = choir(session)
    for day in (0, 14, 28, 42):
        run(write, days(day))
    session.execute(update(OwnerNote).values(state="done", decided_at=days(43), decided_by="Curator"))
    session.commit()
    assert run(write, days(44)).silent == 0
    assert kinds_waiting(session, saved) == []


def test_two_runs_at_once_write_nothing_twice(session: Session, write: sessionmaker[Session]) -> None:
    choir(session)
    with session.get_bind().engine.connect() as other:  # type: ignore[union-attr]
        other.execute(text("SELECT pg_advisory_xact_lock(hashtext('hereabouts.reminders'))"))
        assert run(write).problem == "Another run is at it."
    assert run(write).letters == 1
