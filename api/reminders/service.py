"""A run of the reminders: letters to those who run an entry, then the desk, and hiding at long last."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy.orm import Session, sessionmaker

from api.checks.notes import add_note, settle_notes
from api.clock import LONDON
from api.entries.service import ToSave, get_draft, save_entry
from api.errors import HereaboutsError
from api.face.service import take_turn
from api.mail.service import NOT_SENT, SENT, queue_mail
from api.reminders import letters, queries
from api.reminders.queries import Wanted
from api.reminders.rules import (
    ANNOUNCED_BEFORE,
    HIDING,
    LINK_LASTS,
    held,
    hide_due_before,
    problem_with,
)
from api.settings import Settings
from api.tickets.service import make_ticket

log = structlog.get_logger()
BY: Final = "Reminders"


@dataclass
class RemindersReport:
    """What one run did. `waiting` letters are left for the next run; `problem`: why it did nothing."""

    letters: int = 0
    announced: int = 0
    silent: int = 0
    bounced: int = 0
    hidden: list[UUID] = field(default_factory=list)
    waiting: int = 0
    problem: str | None = None

    @property
    def words(self) -> str:
        if self.problem:
            return self.problem
        return (
            f"{self.letters} letters asked, {self.announced} said that an entry will be hidden, "
            f"{len(self.hidden)} entries hidden. For the desk: {self.silent} silent, {self.bounced} bounced. "
            f"{self.waiting} letters wait for the next run."
        )


def run_reminders(write: sessionmaker[Session], settings: Settings, now: datetime) -> RemindersReport:
    """Do what is due by today, however long ago the last run was. At most `reminders_a_run` letters; two
    runs at once write nothing twice."""
    problem = problem_with(settings)
    if problem is not None:
        return RemindersReport(problem=problem)
    report = RemindersReport()
    today = now.astimezone(LONDON).date()
    with write.begin() as session:
        if not queries.take_turn(session):
            return RemindersReport(problem="Another run is at it.")
        _tell_the_desk(session, report, today=today, now=now)
        left = _ask(session, settings, report, today=today, now=now)
        _announce(session, settings, report, today=today, now=now, most=left)
    _hide(write, settings, report, today=today, now=now)
    return report


def list_wanted(session: Session, settings: Settings, now: datetime) -> list[Wanted]:
    """The letters the next run would write, without writing them."""
    today = now.astimezone(LONDON).date()
    return queries.list_letters(session, today=today, most=settings.reminders_a_run)


def forget_links(session: Session, *, now: datetime) -> None:
    """No letter that was sent, came back, or has a link that was used or ran out keeps its link."""
    queries.strike_links(session, letters.PURPOSE, sent=SENT, not_sent=NOT_SENT, now=now)


def _tell_the_desk(session: Session, report: RemindersReport, *, today: date, now: datetime) -> None:
    for entry_id in queries.note_bounces(session):
        add_note(session, entry_id, "bounced", now=now)
        report.bounced += 1
    for entry_id in queries.list_silent(session, today=today):
        add_note(session, entry_id, "silent", now=now)
        report.silent += 1


def _ask(session: Session, settings: Settings, report: RemindersReport, *, today: date, now: datetime) -> int:
    """How many letters this run may still write."""
    most = settings.reminders_a_run
    wanted = queries.list_letters(session, today=today, most=most)
    report.letters = sum(_write(session, settings, one, today=today, now=now) for one in wanted)
    report.waiting = (wanted[0].total if wanted else 0) - len(wanted)
    return most - len(wanted)


def _announce(
    session: Session, settings: Settings, report: RemindersReport, *, today: date, now: datetime, most: int
) -> None:
    long_ago = hide_due_before(settings, today + ANNOUNCED_BEFORE)
    if long_ago is None:
        return
    for one in queries.list_announcements(session, today=today, long_ago=long_ago, most=most):
        if _write(session, settings, one, today=today, now=now):
            add_note(session, one.entry_id, "hiding", now=now)
            report.announced += 1


def _write(session: Session, settings: Settings, wanted: Wanted, *, today: date, now: datetime) -> bool:
    """Queue one letter with its mark and its link; False when it was written before."""
    if not queries.add_reminder(session, wanted, today=today):
        return False
    if wanted.address is None:
        return True
    token = make_ticket(session, "still_right", lasts=LINK_LASTS, now=now, entry_id=wanted.entry_id)
    entry_url = settings.public_link(f"/entries/{wanted.slug}")
    answer_url = settings.public_link(f"/still-right/{token}")
    urls = {"entry_url": entry_url or "", "answer_url": answer_url or ""}
    if wanted.step == HIDING:
        letter = letters.announcing(settings, to=wanted.address, name=wanted.name, **urls)
    else:
        letter = letters.asking(settings, to=wanted.address, name=wanted.name, step=wanted.step, **urls)
    why_held = held(settings, is_example=wanted.is_example)
    queue_mail(session, letter, key=wanted.mail_key, entry_id=wanted.entry_id, held=why_held)
    return True


def _hide(
    write: sessionmaker[Session], settings: Settings, report: RemindersReport, *, today: date, now: datetime
) -> None:
    """Each in a transaction of its own: others save in between."""
    long_ago = hide_due_before(settings, today)
    if long_ago is None:
        return
    with write.begin() as session:
        due = queries.list_to_hide(session, today=today, long_ago=long_ago, most=settings.reminders_a_run)
    for entry_id, checked_on in due:
        try:
            with write.begin() as session:
                if _hide_entry(session, entry_id, checked_on, now=now):
                    report.hidden.append(entry_id)
        except HereaboutsError as error:
            log.warning("could not hide an entry", entry_id=str(entry_id), why=error.detail)


def _hide_entry(session: Session, entry_id: UUID, checked_on: date | None, *, now: datetime) -> bool:
    """False when somebody saved it in the meantime: then it is looked at again another day."""
    take_turn(session)
    stored = get_draft(session, entry_id)
    latest = max((check.on for check in stored.draft.checks), default=None)
    if stored.draft.stage != "published" or latest != checked_on:
        return False
    since = f"since {checked_on:%-d %B %Y}" if checked_on else "by anyone"
    why = f"Hidden: not checked {since}, and nobody answered for it"
    draft = stored.draft.model_copy(update={"stage": "archived"})
    save_entry(session, ToSave(draft, entry_id), by=BY, why=why)
    settle_notes(session, entry_id, ("hiding", "silent"), by=BY, now=now)
    add_note(session, entry_id, "hidden", now=now)
    return True
