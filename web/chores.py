"""What the worker does at its times, besides indexing, feeds and mail."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import structlog
from sqlalchemy.orm import Session, sessionmaker

from api.accounts import forgetting
from api.curation import service as curation
from api.dependencies import london_now
from api.reminders.service import run_reminders
from api.settings import Settings
from api.suggestions import service as suggestions

log = structlog.get_logger()
Write = sessionmaker[Session]


@dataclass(frozen=True)
class Chore:
    """`cron` says when, in UTC. Once late is done once, not as often as it was missed."""

    name: str
    cron: str
    do: Callable[[Write, Settings], None]


def gather_desk(write: Write, _settings: Settings) -> None:
    with write.begin() as session:
        curation.gather(session, now=london_now())


def forget_old(write: Write, _settings: Settings) -> None:
    """Tickets, tries and sign-ins past their time, and addresses of people who sent something."""
    with write.begin() as session:
        forgetting.forget_old(session, now=london_now())
        suggestions.forget_addresses(session, now=london_now())


def remind(write: Write, settings: Settings) -> None:
    report = run_reminders(write, settings, london_now())
    (log.warning if report.problem else log.info)(report.words)


CHORES: Final = (
    Chore("gather_desk", "* * * * *", gather_desk),
    Chore("forget_old", "23 * * * *", forget_old),
    # By day, and more than once: a worker that was down at nine is not down all day.
    Chore("remind", "20 9-16 * * *", remind),
)
