"""What the letters to those who run an entry say."""

from api.mail.letters import Button, Letter
from api.settings import Settings

PURPOSE = "reminder"


def asking(settings: Settings, *, to: str, name: str, step: int, entry_url: str, answer_url: str) -> Letter:
    """The letter of steps 1 to 3."""
    name = _one_line(name)
    opening = {
        1: f"{settings.title} lists {name}. It is time to ask whether what we say is still right.",
        2: f"Two weeks ago we asked whether what we say about {name} is still right. We have not heard yet.",
        3: f"This is our last letter about {name}. Please tell us whether what we say is still right.",
    }[step]
    closing = {
        1: "If this is a bad time, leave it: we write again in two weeks.",
        2: "If this is a bad time, leave it: we write once more in two weeks.",
        3: "If we do not hear from you, someone here will try to reach you another way. Until then people "
        "will read that it was not checked lately.",
    }[step]
    return _letter(settings, to, f"Is this still right? {name}", [opening], entry_url, answer_url, closing)


def announcing(settings: Settings, *, to: str, name: str, entry_url: str, answer_url: str) -> Letter:
    """The letter before an entry is hidden."""
    name = _one_line(name)
    opening = [
        f"{settings.title} lists {name}. Nobody has told us for a long time whether it is still right.",
        "In four weeks we will stop showing it, so that nobody sets out for nothing. One tap keeps it.",
    ]
    closing = "If it is hidden, nothing is lost: write to us at any time and we show it again."
    return _letter(settings, to, f"We will stop showing {name}", opening, entry_url, answer_url, closing)


def _letter(
    settings: Settings,
    to: str,
    subject: str,
    opening: list[str],
    entry_url: str,
    answer_url: str,
    closing: str,
) -> Letter:
    answers = (
        ("Yes, it is still right", "still_right"),
        ("Something has changed", "changed"),
        ("We have stopped", "stopped"),
    )
    parts: list[str | Button] = [
        "Hello,",
        *opening,
        f"This is what people see: {entry_url}",
        *(Button(words, f"{answer_url}#{answer}") for words, answer in answers),
        closing,
        "You get this letter because your address was given to us for this entry.",
        f"{settings.title}, {settings.place_name}",
    ]
    return Letter(to, PURPOSE, subject, parts)


def _one_line(words: str) -> str:
    return " ".join(words.split())
