"""A sender's address is forgotten everywhere: in the suggestion, and in the letters that went to it."""

from datetime import timedelta

from api.mail.service import FORGOTTEN
from api.suggestions import service
from api.suggestions.schemas import Sender
from tests.api.suggestions.conftest import Desk
from tests.factories import NOW

ADDRESS = "ann@example.org"


def addresses(desk: Desk) -> set[str]:
    desk.session.expire_all()
    return {mail.to_address for mail in desk.mails()}


def test_when_the_outcome_was_sent_no_letter_keeps_the_address(desk: Desk) -> None:
    made = desk.change(Sender(email=ADDRESS), cost="paid")
    desk.refuse(made)
    for letter in desk.mails():
        letter.sent_at = NOW
    desk.session.flush()
    assert addresses(desk) == {ADDRESS}
    service.forget_addresses(desk.session, now=NOW)
    assert addresses(desk) == {FORGOTTEN}
    assert {mail.held for mail in desk.mails()} == {None}


def test_who_takes_it_back_gets_no_letter_that_still_waits(desk: Desk) -> None:
    made = desk.change(Sender(email=ADDRESS), cost="paid")
    service.withdraw(desk.session, desk.look(made).reference, now=NOW + timedelta(minutes=1))
    assert addresses(desk) == {FORGOTTEN}
    assert {mail.held for mail in desk.mails()} == {FORGOTTEN}


def test_another_senders_letters_are_left_alone(desk: Desk) -> None:
    made = desk.change(Sender(email=ADDRESS), cost="paid")
    desk.report("other", Sender(email="bea@example.org"))
    service.withdraw(desk.session, desk.look(made).reference, now=NOW)
    assert addresses(desk) == {FORGOTTEN, "bea@example.org"}
