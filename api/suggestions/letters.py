"""What the sender of a suggestion gets by e-mail: the receipt and the outcome. No letter holds a word that
anyone typed, but the name of an entry that is public; and each goes to the address its sender gave alone."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from api.accounts.service import email_key, too_many
from api.mail.letters import Button, Letter
from api.mail.service import forget_reader, queue_mail, take_back_mail
from api.models import Suggestion
from api.settings import Settings
from api.suggestions.schemas import EntryName

# Somebody else's address could be typed: then this is all they get.
MOST_A_DAY: Final = 3
OUTCOME_KEY: Final = "suggestion-"
_OUTCOMES: Final = {
    "accepted": "We have looked at what you sent, and put it in. Thank you: it helps the people around you.",
    "part_accepted": "We have looked at what you sent, and put in part of it. Thank you for helping.",
    "refused": "We have looked at what you sent, and have not put it in this time. Thank you all the same.",
}
_REPORT_DONE: Final = "We have looked at what you told us, and dealt with it. Thank you for helping."
_NOT_YOU: Final = "If you sent us nothing, somebody typed your address by mistake: you need do nothing."


def spell(reference: str) -> str:
    """A reference as people read it out: "BCDFG-HJKLM"."""
    return f"{reference[:5]}-{reference[5:]}"


def may_write_to(session: Session, settings: Settings, email: str, *, now: datetime) -> bool:
    """Whether this address has room for one more sender's letters today; if so, it is counted."""
    who, day = email_key(email), timedelta(days=1)
    return not too_many(session, settings, "suggestion letters", who, most=MOST_A_DAY, within=day, now=now)


def send_receipt(session: Session, settings: Settings, suggestion: Suggestion, *, held: str | None) -> None:
    parts = [
        "Thank you. We have what you sent, and someone who knows the place will look at it.",
        f"Your reference is {spell(suggestion.reference)}.",
        *_way_to_look(settings, suggestion, "See what became of it, or take it back"),
        "We will write once more, when it is decided. Then we forget your address.",
        _NOT_YOU,
    ]
    _queue(session, suggestion, _receipt_key(suggestion.id), _subject("received"), parts, held)


def send_outcome(
    session: Session, settings: Settings, suggestion: Suggestion, *, entry: EntryName | None, held: str | None
) -> None:
    """`entry` is the one it is about, or the one it became, as the public sees it."""
    done = suggestion.what == "report" and suggestion.state == "accepted"
    parts: list[str | Button] = [_REPORT_DONE if done else _OUTCOMES[suggestion.state]]
    if entry is not None and entry.slug is not None:
        parts.append(f"It was about: {entry.name}")
        if url := settings.public_link(f"/entries/{entry.slug}"):
            parts.append(Button("See it as it is now", url))
    parts += _way_to_look(settings, suggestion, "See what became of it")
    parts += [f"Your reference is {spell(suggestion.reference)}.", _NOT_YOU]
    _queue(
        session,
        suggestion,
        _outcome_key(suggestion.id, suggestion.decisions),
        _subject("decided"),
        parts,
        held,
    )


def take_back_outcome(session: Session, suggestion: Suggestion) -> None:
    """It was decided in haste: if the letter has not gone, it does not go."""
    take_back_mail(session, _outcome_key(suggestion.id, suggestion.decisions))


def forget_sender(session: Session, suggestion_id: UUID, *, decisions: int) -> None:
    """Nothing tells any more whom we wrote to about it, however often it was decided."""
    outcomes = (_outcome_key(suggestion_id, number) for number in range(1, decisions + 1))
    forget_reader(session, [_receipt_key(suggestion_id), *outcomes])


def _receipt_key(suggestion_id: UUID) -> str:
    return f"{OUTCOME_KEY}receipt-{suggestion_id}"


def _outcome_key(suggestion_id: UUID, decisions: int) -> str:
    return f"{OUTCOME_KEY}{suggestion_id}-{decisions}"


def _subject(what: str) -> str:
    return {"received": "We have what you sent", "decided": "What became of what you sent"}[what]


def _way_to_look(settings: Settings, suggestion: Suggestion, words: str) -> list[str | Button]:
    """A link only where the site knows its own address: that of a request is whatever its sender says."""
    path = f"/suggestions/{spell(suggestion.reference)}"
    if url := settings.public_link(path):
        return [Button(words, url)]
    return [f"{words}: on our site, at {path}"]


def _queue(
    session: Session,
    suggestion: Suggestion,
    key: str,
    subject: str,
    parts: list[str | Button],
    held: str | None,
) -> None:
    if suggestion.sender_email:
        letter = Letter(suggestion.sender_email, "suggestion", subject, parts)
        queue_mail(session, letter, key=key, entry_id=suggestion.entry_id, held=held)
