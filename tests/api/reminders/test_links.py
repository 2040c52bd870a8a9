"""What is kept of a letter opens nothing: its link goes when it is sent, and when it was used or ran out."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session, sessionmaker

from api.mail.sending import Refused
from api.mail.service import NOT_SENT, SENT, send_waiting
from api.models import Mail
from api.reminders import answers
from api.reminders.rules import LINK_LASTS
from api.reminders.service import forget_links
from tests.api.reminders.test_run import choir, days, mails, run, write
from tests.factories import NOW

__all__ = ["write"]
Write = sessionmaker[Session]
LINK = re.compile(r"/still-right/([\w-]+)")


class Post:
    """A mail server that takes letters, or refuses them; what it was given it keeps."""

    def __init__(self, *, refuses: bool = False) -> None:
        self.refuses = refuses
        self.texts: list[str] = []

    def send(self, mail: Mail) -> None:
        if self.refuses:
            raise Refused("no such box")
        self.texts.append(mail.text)


def test_a_letter_that_was_sent_keeps_no_link_and_the_link_works(session: Session, write: Write) -> None:
    saved = choir(session)
    run(write)
    post = Post()
    send_waiting(write, post, now=days(1000))
    (mail,) = mails(session)
    assert (mail.text, mail.html) == (SENT, SENT)
    assert (mail.subject, mail.to_address) == ("Is this still right? Choir", "keeper@choir.example")
    found = LINK.search(post.texts[0])
    assert found
    assert answers.look(session, found[1], now=NOW).entry_id == saved.entry_id


def test_a_letter_that_was_refused_keeps_none_and_its_answer_is_still_counted(
    session: Session, write: Write
) -> None:
    choir(session)
    run(write)
    send_waiting(write, Post(refuses=True), now=days(1000))
    (mail,) = mails(session)
    assert (mail.text, mail.html) == (NOT_SENT, NOT_SENT)
    assert run(write, days(1)).bounced == 1


def test_what_was_sent_before_is_swept_and_what_waits_is_not(session: Session, write: Write) -> None:
    choir(session)
    choir(session, name="Waits")
    run(write)
    session.execute(update(Mail).where(Mail.subject.like("%Choir")).values(sent_at=NOW))
    forget_links(session, now=NOW)
    assert {mail.subject: bool(LINK.search(mail.text + mail.html)) for mail in mails(session)} == {
        "Is this still right? Choir": False,
        "Is this still right? Waits": True,
    }


@pytest.mark.parametrize("how", ["answered", "ran out"])
def test_a_letter_that_is_held_keeps_its_link_only_while_it_works(
    session: Session, write: Write, how: str
) -> None:
    choir(session, is_example=True)
    run(write)
    forget_links(session, now=NOW)
    (mail,) = mails(session)
    found = LINK.search(mail.text)
    assert found
    if how == "answered":
        answers.answer(session, found[1], "still_right", now=NOW)
    forget_links(session, now=NOW if how == "answered" else NOW + LINK_LASTS)
    (mail,) = mails(session)
    assert (mail.text, mail.html) == (NOT_SENT, NOT_SENT)


def test_a_letter_that_waits_goes_nowhere_when_another_was_answered(session: Session, write: Write) -> None:
    choir(session)
    run(write)
    first = Post()
    send_waiting(write, first, now=days(1000))
    run(write, days(14))
    found = LINK.search(first.texts[0])
    assert found
    answers.answer(session, found[1], "still_right", now=days(14))
    forget_links(session, now=days(14))
    second = Post()
    send_waiting(write, second, now=days(1000) + timedelta(days=1))
    assert second.texts == []
    assert [mail.text for mail in mails(session)] == [SENT]
