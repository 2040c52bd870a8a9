"""Mail: queued in the transaction that asks for it, sent by the worker, tried again when a server is away."""

import re
import smtplib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy.orm import Session, sessionmaker

from api.errors import NotFound
from api.mail import queries
from api.mail.letters import Letter
from api.mail.sending import Refused, Sender
from api.models import Mail

MOST_A_RUN: Final = 50
# Nothing that could begin a new line in a letter's head, by whatever rules it is read.
_ONE_LINE: Final = re.compile(r"[^\x00-\x1f\x7f\x85\u2028\u2029]+")
# Letters that open an account: once they are sent, what is left of them is only a way in.
WAYS_IN: Final = ("sign_in", "invite", "reset", "claim")
ABOUT_ACCOUNTS: Final = (*WAYS_IN, "account")
# Letters with a link that does something for whoever has it.
HOLD_A_LINK: Final = (*WAYS_IN, "reminder")
SENT: Final = "This letter held a link that works once. It was sent, and is not kept."
NOT_SENT: Final = "This letter held a link that works once. It did not arrive, and is not kept."
FORGOTTEN: Final = "the address was forgotten"
# Minutes until the next try: about two days in all, then it is held.
TRY_AGAIN: Final = (1, 5, 15, 60, 240, 720, 1440)


@dataclass(frozen=True)
class Sent:
    """What one run did; `waiting` failed this time and will be tried again."""

    sent: int = 0
    waiting: int = 0
    refused: int = 0


def queue_mail(
    session: Session,
    letter: Letter,
    *,
    key: str | None = None,
    entry_id: UUID | None = None,
    held: str | None = None,
) -> bool:
    """Write a letter down to be sent. With `key` it is written once only, however often it is asked for:
    False when it was there. `held` keeps it from being sent, and says why."""
    if not (_ONE_LINE.fullmatch(letter.to) and _ONE_LINE.fullmatch(letter.subject)):
        raise ValueError("an address or a subject holds a line end")
    values = {
        "id": uuid4(), "key": key, "purpose": letter.purpose, "to_address": letter.to,
        "subject": letter.subject, "text": letter.as_text(), "html": letter.as_html(), "entry_id": entry_id,
        "held": held,
    }  # fmt: skip
    return queries.add_mail(session, values)


def take_back_mail(session: Session, key: str) -> None:
    """Strike out a letter, unless it has been sent."""
    queries.delete_unsent(session, key)


def forget_reader(session: Session, keys: Sequence[str]) -> None:
    """Nothing tells any more to whom these letters went; those that wait go to nobody."""
    queries.forget_reader(session, keys, why=FORGOTTEN)


def send_waiting(
    write: sessionmaker[Session], sender: Sender, *, now: datetime, most: int = MOST_A_RUN
) -> Sent:
    """Send what is due, at most so many. Each is marked in a transaction of its own: one that was sent is
    never sent again because the next failed."""
    sent = waiting = refused = 0
    for _ in range(most):
        with write.begin() as session:
            due = queries.take_waiting(session, now=now, most=1)
            if not due:
                break
            outcome = _send(sender, due[0], now=now)
            sent, waiting = sent + (outcome == "sent"), waiting + (outcome == "waiting")
            refused += outcome == "refused"
    return Sent(sent, waiting, refused)


def _send(sender: Sender, mail: Mail, *, now: datetime) -> str:
    try:
        sender.send(mail)
    except Refused as error:
        mail.bounced_at, mail.error = now, str(error)
        _strike_link(mail, NOT_SENT)
        return "refused"
    except (OSError, smtplib.SMTPException) as error:
        mail.error, mail.failures = type(error).__name__, mail.failures + 1
        if mail.failures > len(TRY_AGAIN):
            mail.held = "given up after many tries"
            _strike_link(mail, NOT_SENT)
        else:
            mail.next_at = now + timedelta(minutes=TRY_AGAIN[mail.failures - 1])
        return "waiting"
    mail.sent_at, mail.error = now, None
    _strike_link(mail, SENT)
    return "sent"


def _strike_link(mail: Mail, said: str) -> None:
    if mail.purpose in HOLD_A_LINK:
        mail.text = mail.html = said


def forget_letters(session: Session, *, before: datetime) -> None:
    """Letters about accounts made before then, sent or not. Others tell what was asked of an entry."""
    queries.forget_letters(session, ABOUT_ACCOUNTS, before=before)


def get_mail(session: Session, mail_id: UUID) -> Mail:
    """Raises NotFound."""
    mail = queries.find_mail(session, mail_id)
    if mail is None:
        raise NotFound("There is no such letter.")
    return mail


def list_mail(session: Session, *, most: int = 100) -> Sequence[Mail]:
    """The newest letters, for the mailbox page in development."""
    return queries.list_newest(session, most)
