"""How a letter is written: paragraphs and buttons in, plain text and HTML out, both saying the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True)
class Button:
    """Something the reader may do: words, and the address that does it."""

    words: str
    url: str


@dataclass(frozen=True)
class Letter:
    """`parts` in reading order. `purpose` is a short code for counting (`sign_in`, `reminder`). Nothing in it
    may be words that a stranger typed, unless it goes back to that stranger."""

    to: str
    purpose: str
    subject: str
    parts: Sequence[str | Button]

    def as_text(self) -> str:
        lines = [f"{part.words}:\n{part.url}" if isinstance(part, Button) else part for part in self.parts]
        return "\n\n".join(lines) + "\n"

    def as_html(self) -> str:
        """One narrow column, no picture, nothing loaded from anywhere."""
        body = "\n".join(_html_of(part) for part in self.parts)
        return (
            '<!doctype html>\n<html lang="en-GB"><head><meta charset="utf-8">'
            f"<title>{escape(self.subject)}</title></head>\n"
            '<body style="margin:0;padding:24px;background:#ffffff;color:#1c1c1c;'
            'font:17px/1.5 system-ui,sans-serif">\n'
            f'<div style="max-width:34em;margin:0 auto">\n{body}\n</div></body></html>\n'
        )


def _html_of(part: str | Button) -> str:
    if isinstance(part, Button):
        return (
            f'<p><a href="{escape(part.url)}" style="display:inline-block;padding:12px 18px;'
            'background:#14594a;color:#ffffff;border-radius:6px;text-decoration:none">'
            f"{escape(part.words)}</a></p>"
        )
    return "<p>" + "<br>".join(escape(line) for line in part.split("\n")) + "</p>"
