"""Mail over a real SMTP server: both parts arrive, once; what is refused comes back, what is away waits."""

import socket
from collections.abc import Iterator
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import text

from api.mail.letters import Button, Letter
from api.mail.sending import Refused, SmtpSender, as_message, make_sender
from api.mail.service import queue_mail, send_waiting
from api.models import Mail
from tests.conftest import Directory
from tests.factories import LONDON
from tests.people import make_person

NOW = datetime(2036, 11, 21, 12, 0, tzinfo=LONDON)
FROM = "Hereabouts <no-reply@here.example>"


class Postman:
    """Keeps what it is given; answers as it is told, and may break off after taking a letter."""

    def __init__(self) -> None:
        self.got: list[EmailMessage] = []
        self.to_recipient = self.to_letter = "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.to_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.to_recipient

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.to_letter.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.got.append(message_from_bytes(envelope.content, policy=default))
        return self.to_letter

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        return "421 Not today"


@pytest.fixture
def postman() -> Iterator[tuple[Postman, SmtpSender]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    handler = Postman()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, SmtpSender(f"smtp://127.0.0.1:{port}", mail_from=FROM)
    controller.stop()


def write(directory: Directory, *, key: str | None = None, held: str | None = None) -> None:
    parts = [
        "Hello,\nthis is “for you” – café & <b>bold</b>.",
        Button("Open it", "https://here.example/a?b=1&c=2"),
    ]
    with directory.write() as session:
        queue_mail(
            session, Letter("someone@example.org", "sign_in", "A letter – for you", parts), key=key, held=held
        )


def state(directory: Directory) -> list[Mail]:
    with directory.write() as session:
        return session.query(Mail).all()


def send(directory: Directory, sender: SmtpSender, now: datetime = NOW) -> tuple[int, int, int]:
    from api.db import make_session_factory

    with directory.engine() as engine:
        done = send_waiting(make_session_factory(engine), sender, now=now)
    return done.sent, done.waiting, done.refused


def test_both_parts_arrive_once_and_say_the_same(
    scratch: Directory, postman: tuple[Postman, SmtpSender]
) -> None:
    server, sender = postman
    write(scratch, key="the same")
    write(scratch, key="the same")
    assert send(scratch, sender) == (1, 0, 0)
    assert send(scratch, sender) == (0, 0, 0)
    [letter] = server.got
    assert (letter["To"], letter["From"]) == ("someone@example.org", FROM)
    assert letter["Subject"] == "A letter – for you"
    assert letter["Auto-Submitted"] == "auto-generated"
    plain, html = (letter.get_body([kind]) for kind in ("plain", "html"))
    assert plain is not None
    assert html is not None
    assert "“for you” – café & <b>bold</b>" in plain.get_content()
    assert "https://here.example/a?b=1&c=2" in plain.get_content()
    assert "café &amp; &lt;b&gt;bold&lt;/b&gt;" in html.get_content()
    assert 'href="https://here.example/a?b=1&amp;c=2"' in html.get_content()


def test_a_way_in_is_not_kept_once_it_is_sent(
    scratch: Directory, postman: tuple[Postman, SmtpSender]
) -> None:
    write(scratch)
    assert "here.example" in state(scratch)[0].text
    send(scratch, postman[1])
    assert "here.example" not in state(scratch)[0].text + state(scratch)[0].html


@pytest.mark.parametrize("at", ["to_recipient", "to_letter"])
def test_what_is_refused_for_good_comes_back_and_is_not_tried_again(
    scratch: Directory, postman: tuple[Postman, SmtpSender], at: str
) -> None:
    server, sender = postman
    setattr(server, at, "550 No such person")
    write(scratch)
    assert send(scratch, sender) == (0, 0, 1)
    assert send(scratch, sender, NOW + timedelta(days=3)) == (0, 0, 0)
    [mail] = state(scratch)
    assert mail.bounced_at == NOW
    assert "550" in (mail.error or "")


@pytest.mark.parametrize("at", ["to_recipient", "to_letter"])
def test_what_is_refused_for_now_is_tried_again(
    scratch: Directory, postman: tuple[Postman, SmtpSender], at: str
) -> None:
    server, sender = postman
    setattr(server, at, "451 Come back later")
    write(scratch)
    assert send(scratch, sender) == (0, 1, 0)
    setattr(server, at, "250 OK")
    assert send(scratch, sender) == (0, 0, 0)
    assert send(scratch, sender, NOW + timedelta(minutes=2)) == (1, 0, 0)
    assert len(server.got) == 1


def test_a_server_that_is_away_is_tried_for_two_days_then_given_up(scratch: Directory) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        sender = SmtpSender(f"smtp://127.0.0.1:{closed.getsockname()[1]}", mail_from=FROM)
        write(scratch)
        tries, now = 0, NOW
        while send(scratch, sender, now) == (0, 1, 0):
            tries, now = tries + 1, state(scratch)[0].next_at
    assert tries == 8
    assert timedelta(days=1) < now - NOW < timedelta(days=3)
    assert state(scratch)[0].held == "given up after many tries"


def test_a_password_never_leaves_without_tls() -> None:
    import smtplib

    sender = SmtpSender("smtp://me:secret@mail.example:25", mail_from=FROM)
    said: list[str] = []

    class Plain(smtplib.SMTP):
        def ehlo(self, name: str = "") -> tuple[int, bytes]:
            return 250, b""

        def has_extn(self, opt: str) -> bool:
            return False

        def login(self, user: str, password: str, *, initial_response_ok: bool = True) -> tuple[int, bytes]:
            said.append(password)
            return 235, b""

    from api.mail.sending import _tls

    with pytest.raises(smtplib.SMTPNotSupportedError):
        sender._greet(Plain(), "mail.example", _tls("mail.example"))
    assert said == []


@pytest.mark.parametrize("evil", ["\r\nBcc: all@example.org", "\rBcc: x", "\x00", "\x85", "\u2028Bcc: x"])
def test_nothing_typed_adds_a_line_to_a_letters_head(scratch: Directory, evil: str) -> None:
    for to, subject in ((f"a@example.org{evil}", "Hello"), ("a@example.org", f"Hello{evil}")):
        with scratch.write() as session, pytest.raises(ValueError, match="line end"):
            queue_mail(session, Letter(to, "test", subject, ["Hello"]))


def test_an_address_that_cannot_be_written_holds_nobody_up(
    scratch: Directory, postman: tuple[Postman, SmtpSender]
) -> None:
    write(scratch)
    with scratch.write() as session:
        session.execute(text("UPDATE directory.mail SET to_address = E'a@example.org\\nBcc: b@example.org'"))
    write(scratch)
    assert send(scratch, postman[1]) == (1, 0, 1)
    assert "head" in (next(one for one in state(scratch) if one.bounced_at).error or "")


def test_held_letters_and_those_of_a_test_system_stay(
    scratch: Directory, postman: tuple[Postman, SmtpSender]
) -> None:
    write(scratch, held="an example")
    assert send(scratch, postman[1]) == (0, 0, 0)
    assert make_sender(scratch.settings(smtp_url="smtp://127.0.0.1:2")) is None
    assert make_sender(scratch.settings(smtp_url="smtp://127.0.0.1:2", environment="production")) is not None
    assert make_sender(scratch.settings(environment="production")) is None


def test_the_same_letter_has_the_same_id_each_time(scratch: Directory) -> None:
    write(scratch)
    [mail] = state(scratch)
    assert as_message(mail, mail_from=FROM)["Message-ID"] == as_message(mail, mail_from=FROM)["Message-ID"]
    mail.to_address = "a@example.org\nBcc: b@example.org"
    with pytest.raises(Refused):
        as_message(mail, mail_from=FROM)


def test_letters_to_example_people_are_held(scratch: Directory, postman: tuple[Postman, SmtpSender]) -> None:
    from api.accounts import settling
    from api.accounts.letters import Site

    with scratch.write() as session:
        person = make_person(session, "curator")
        person.is_example = True
        settling.invite(session, person, Site("Hereabouts", "https://here.example"), now=NOW)
    assert send(scratch, postman[1]) == (0, 0, 0)
    assert "example" in (state(scratch)[0].held or "")
