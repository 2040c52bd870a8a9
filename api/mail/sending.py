"""The ways mail leaves: SMTP where it is set, otherwise it stays to be looked at on the mailbox page."""

import smtplib
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Protocol
from urllib.parse import unquote, urlsplit

from api.models import Mail
from api.settings import Settings

TIMEOUT_S = 20.0


class Refused(Exception):
    """The address is refused for good: another try would be refused too."""


class Sender(Protocol):
    def send(self, mail: Mail) -> None:
        """Raises Refused, or OSError and SMTPException when it may go through another time."""


class SmtpSender:
    """`smtp://user:password@host:587` uses STARTTLS where it is offered, `smtps://` TLS from the start."""

    def __init__(self, url: str, *, mail_from: str) -> None:
        self._parts = urlsplit(url)
        self._from = mail_from

    def send(self, mail: Mail) -> None:
        try:
            with self._connect() as server:
                server.send_message(as_message(mail, mail_from=self._from))
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _words in error.recipients.values()]
            if codes and all(500 <= code < 600 for code in codes):
                raise Refused(f"the mail server refuses the address ({codes[0]})") from error
            raise

    def _connect(self) -> smtplib.SMTP:
        host = self._parts.hostname or "localhost"
        if self._parts.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, self._parts.port or 465, timeout=TIMEOUT_S)
        else:
            server = smtplib.SMTP(host, self._parts.port or 25, timeout=TIMEOUT_S)
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls()
                server.ehlo()
        if self._parts.username:
            server.login(unquote(self._parts.username), unquote(self._parts.password or ""))
        return server


def as_message(mail: Mail, *, mail_from: str) -> EmailMessage:
    """Plain text first, HTML beside it. `Auto-Submitted` keeps holiday replies away (RFC 3834)."""
    message = EmailMessage()
    message["From"] = mail_from
    message["To"] = mail.to_address
    message["Subject"] = mail.subject
    message["Date"] = formatdate(localtime=True)
    message["Message-ID"] = make_msgid(idstring=mail.id.hex, domain="hereabouts")
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    return message


def make_sender(settings: Settings) -> Sender | None:
    """None where no mail server is set: what waits stays where the mailbox page shows it."""
    return SmtpSender(settings.smtp_url, mail_from=settings.mail_from) if settings.smtp_url else None
