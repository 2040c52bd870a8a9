"""The ways mail leaves: SMTP where it is set, otherwise it stays to be looked at on the mailbox page."""

import smtplib
import ssl
from contextlib import suppress
from email.message import EmailMessage
from email.utils import formatdate
from typing import Protocol
from urllib.parse import unquote, urlsplit

from api.models import Mail
from api.settings import Settings

TIMEOUT_S = 20.0
LOOPBACK = ("localhost", "127.0.0.1", "::1")


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
        message = as_message(mail, mail_from=self._from)
        server = self._connect()
        try:
            server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _words in error.recipients.values()]
            if codes and all(500 <= code < 600 for code in codes):
                raise Refused(f"the mail server refuses the address ({codes[0]})") from error
            raise
        except smtplib.SMTPDataError as error:
            if 500 <= error.smtp_code < 600:
                raise Refused(f"the mail server refuses the letter ({error.smtp_code})") from error
            raise
        finally:
            # It has been taken or not by now: how the server says goodbye must not send it twice.
            with suppress(OSError, smtplib.SMTPException):
                server.quit()
            server.close()

    def _connect(self) -> smtplib.SMTP:
        host = self._parts.hostname or "localhost"
        tls = _tls(host)
        if self._parts.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                host, self._parts.port or 465, timeout=TIMEOUT_S, context=tls
            )
        else:
            server = smtplib.SMTP(host, self._parts.port or 25, timeout=TIMEOUT_S)
        try:
            self._greet(server, host, tls)
        except BaseException:
            server.close()
            raise
        return server

    def _greet(self, server: smtplib.SMTP, host: str, tls: ssl.SSLContext) -> None:
        server.ehlo()
        is_safe = self._parts.scheme == "smtps" or host in LOOPBACK
        if self._parts.scheme != "smtps" and server.has_extn("starttls"):
            server.starttls(context=tls)
            server.ehlo()
            is_safe = True
        if self._parts.username:
            if not is_safe:
                raise smtplib.SMTPNotSupportedError("no TLS is offered: the password stays here")
            server.login(unquote(self._parts.username), unquote(self._parts.password or ""))


def _tls(host: str) -> ssl.SSLContext:
    """Checked against the certificates this machine trusts; its own mail server has none of those."""
    context = ssl.create_default_context()
    if host in LOOPBACK:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def as_message(mail: Mail, *, mail_from: str) -> EmailMessage:
    """Plain text first, HTML beside it. `Auto-Submitted` keeps holiday replies away (RFC 3834). The same
    letter has the same id whenever it is sent, so that one sent again can be known. Raises Refused."""
    message = EmailMessage()
    try:
        message["From"] = mail_from
        message["To"] = mail.to_address
        message["Subject"] = mail.subject
    except (ValueError, IndexError) as error:
        raise Refused("the address or the subject cannot stand in a letter's head") from error
    message["Date"] = formatdate(localtime=True)
    message["Message-ID"] = f"<{mail.id.hex}@hereabouts.invalid>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    return message


def make_sender(settings: Settings) -> Sender | None:
    """None where no mail server is set: what waits stays where the mailbox page shows it. A test system
    sends nothing, whatever is set."""
    if not settings.smtp_url or settings.environment == "test":
        return None
    return SmtpSender(settings.smtp_url, mail_from=settings.mail_from)
