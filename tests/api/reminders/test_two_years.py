"""Two years of reminders, a worker that fails at random: nobody is written to twice, nobody is forgotten."""

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session, sessionmaker

from api.duplicates.merging import merge_entries
from api.entries.schemas import EntryDraft
from api.entries.service import ToSave, save_entries
from api.reminders.service import RemindersReport, run_reminders
from api.settings import Settings
from tests.factories import LONDON, draft

SEED = 1
ENTRIES = 80
DAYS = 730
START = date(2027, 1, 1)
MOST = 4
SETTINGS = Settings(
    environment="production", public_url="https://here.example", reminders_a_run=MOST, hide_after_months=0
)
_LETTERS = "SELECT entry_id, due_on, step, queued_on FROM directory.reminder ORDER BY queued_on, id"
_MAILS = "SELECT count(*), count(DISTINCT key) FROM directory.mail WHERE purpose = 'reminder'"
_CHECK = """
INSERT INTO directory.entry_check (id, entry_id, fact_group, how, checked_by, checked_on)
SELECT gen_random_uuid(), unnest(CAST(:ids AS uuid[])), 'name', 'phoned', 'Curator', :today
"""
_BOUNCE = """
UPDATE directory.mail SET bounced_at = :now WHERE entry_id = :id AND bounced_at IS NULL AND held IS NULL
"""
_SENT = "UPDATE directory.mail SET sent_at = :now WHERE sent_at IS NULL AND bounced_at IS NULL"
_STATE = "UPDATE directory.entry SET state = :state WHERE id = :id"
# Who waits, said in other words than the run's own.
_OPEN = """
SELECT d.entry_id, d.due_on FROM directory.entry_due d
WHERE d.state = 'running' AND d.due_on <= :long_ago AND EXISTS (
  SELECT FROM directory.contact c WHERE c.entry_id = d.entry_id AND c.kind = 'email') AND NOT EXISTS (
  SELECT FROM directory.owner_note n WHERE n.entry_id = d.entry_id AND n.kind IN ('silent', 'bounced')
    AND n.made_at >= coalesce(d.checked_on, '-infinity'))
"""


@pytest.fixture
def write(rolled_back: Engine) -> Iterator[sessionmaker[Session]]:
    """Transactions of their own, all undone at the end."""
    with rolled_back.connect() as connection:
        outer = connection.begin()
        yield sessionmaker(connection, join_transaction_mode="create_savepoint", expire_on_commit=False)
        outer.rollback()


class World:
    """Entries with every kind of history, the people who check them, and a worker that comes and goes."""

    def __init__(self, write: sessionmaker[Session], seed: int) -> None:
        self.write, self.dice = write, random.Random(seed)
        self.reports: list[RemindersReport] = []
        self.paused: dict[UUID, list[tuple[date, date]]] = defaultdict(list)
        self.outages = 0
        with write.begin() as session:
            items = [ToSave(self._draft(number)) for number in range(ENTRIES)]
            self.ids = [saved.entry_id for saved in save_entries(session, items, by="Test", why="Test")]
            session.execute(
                text("UPDATE directory.entry SET created_at = :at"), {"at": START - timedelta(days=400)}
            )

    def _draft(self, number: int) -> EntryDraft:
        checked_on = START - timedelta(days=self.dice.randrange(500))
        check = {"group": "name", "how": "phoned", "by": "Curator", "on": checked_on.isoformat()}
        mails = [
            {"kind": "email", "value": f"{place}{number}@example.org", "public": place == "public"}
            for place in ("public", "inside")
            if self.dice.random() < 0.7
        ]
        kind = "mutual_aid" if number % 3 == 0 else "group"
        checks = [check] if self.dice.random() < 0.9 else []
        return draft(name=f"Group {number} of many", kind=kind, contacts=mails, checks=checks)

    def live(self) -> None:
        down_until = START
        for day in range(DAYS):
            today = START + timedelta(days=day)
            self._people(today)
            if today >= down_until and self.dice.random() < 0.04:
                down_until = today + timedelta(days=self.dice.choice((1, 2, 5, 20, 45)))
                self.outages += 1
            if today >= down_until:
                # Some days twice: the job ran by itself and by hand.
                for hour in (9, 10) if self.dice.random() < 0.2 else (9,):
                    self.run(datetime(today.year, today.month, today.day, hour, tzinfo=LONDON))

    def run(self, now: datetime) -> None:
        self.reports.append(run_reminders(self.write, SETTINGS, now))
        with self.write.begin() as session:
            session.execute(text(_SENT), {"now": now})

    def _people(self, today: date) -> None:
        """What happens in the world on one day."""
        now = datetime(today.year, today.month, today.day, 7, tzinfo=LONDON)
        some = [one for one in self.ids if self.dice.random() < 0.0018]
        with self.write.begin() as session:
            if some:
                session.execute(text(_CHECK), {"ids": some, "today": today})
            if self.dice.random() < 0.08:
                session.execute(text(_BOUNCE), {"id": self.dice.choice(self.ids), "now": now})
            if self.dice.random() < 0.05:
                values = {"id": self.dice.choice(self.ids), "state": self.dice.choice(("paused", "running"))}
                session.execute(text(_STATE), values)
            if self.dice.random() < 0.01:
                keep, gone = self.dice.sample(self.ids, 2)
                merge_entries(session, keep_id=keep, merge_id=gone, choices={}, by="Test", why="Test")
                self.ids.remove(gone)


def test_nobody_twice_nobody_forgotten_never_too_many(write: sessionmaker[Session]) -> None:
    world = World(write, SEED)
    world.live()
    with write() as session:
        letters = [tuple(row) for row in session.execute(text(_LETTERS))]
        mails, keys = session.execute(text(_MAILS)).one()
        rows = session.execute(text("SELECT kind, count(*) FROM directory.owner_note GROUP BY kind"))
        notes = {row[0]: row[1] for row in rows}
    # The world was as rough as it was meant to be.
    assert len(letters) > 150
    assert world.outages > 10
    assert notes["silent"] > 15
    assert notes["bounced"] > 3
    # Nobody is written to twice for one due date and step, and steps come in their order.
    assert mails == keys == len(letters)
    assert len({letter[:3] for letter in letters}) == len(letters)
    by_entry: dict[UUID, list[tuple[int, date]]] = defaultdict(list)
    for entry_id, _due_on, step, queued_on in letters:
        by_entry[entry_id].append((step, queued_on))
    for steps in by_entry.values():
        for (step, on), (next_step, next_on) in pairwise(steps):
            assert next_on - on >= timedelta(days=13)
            assert next_step in (step + 1, 1)
    # Never more than so many a run, and never a letter before its day.
    assert max(report.letters for report in world.reports) == MOST
    assert all(queued_on >= due_on for _, due_on, _, queued_on in letters)
    _everyone_is_reached_in_the_end(world)


def _everyone_is_reached_in_the_end(world: World) -> None:
    """Four months without an outage: no due date is left without three letters and a line on the desk."""
    end = START + timedelta(days=DAYS)
    for day in range(120):
        on = end + timedelta(days=day)
        world.run(datetime(on.year, on.month, on.day, 9, tzinfo=LONDON))
    with world.write() as session:
        left = session.execute(text(_OPEN), {"long_ago": on - timedelta(days=60)}).all()
    assert left == []
    assert world.reports[-1].waiting == 0
