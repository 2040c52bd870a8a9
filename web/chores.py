"""What the worker does at its times, besides indexing, feeds and mail."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import structlog
from sqlalchemy.orm import Session, sessionmaker

from api.accounts import forgetting
from api.clock import london_now
from api.curation import service as curation
from api.reminders import service as reminders
from api.settings import Settings
from api.suggestions import service as suggestions
from ingest import uploads, weblinks

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
    """Tickets, tries, sign-ins and links past their time, and addresses of people who sent something."""
    with write.begin() as session:
        forgetting.forget_old(session, now=london_now())
        reminders.forget_links(session, now=london_now())
        suggestions.forget_addresses(session, now=london_now())


def remind(write: Write, settings: Settings) -> None:
    report = reminders.run_reminders(write, settings, london_now())
    (log.warning if report.problem else log.info)(report.words)


def forget_uploads(write: Write, settings: Settings) -> None:
    with write.begin() as session:
        uploads.forget_old(session, uploads.folder_of(settings), now=london_now())


def look_at_links(write: Write, settings: Settings) -> None:
    """Only where that was asked for: it calls other people's machines."""
    if settings.check_links:
        looked = weblinks.look_at_links(write, now=london_now())
        log.info("looked at web addresses", asked=looked.asked, failed=looked.failed)


CHORES: Final = (
    Chore("gather_desk", "* * * * *", gather_desk),
    Chore("forget_old", "23 * * * *", forget_old),
    Chore("look_at_links", "17 * * * *", look_at_links),
    Chore("forget_uploads", "41 * * * *", forget_uploads),
    # By day, and more than once: a worker that was down at nine is not down all day.
    Chore("remind", "20 9-16 * * *", remind),
)
