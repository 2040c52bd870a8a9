"""The mailbox of a copy that is tried out: on this machine alone, and a letter can do nothing there."""

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi.testclient import TestClient

from api.mail.letters import Button, Letter
from api.mail.service import queue_mail
from tests.conftest import Directory
from tests.web.accounts.helpers import letters
from web.main import create_app

EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>"


@contextmanager
def browser(directory: Directory, *, at: str = "127.0.0.1", **changes: str) -> Iterator[TestClient]:
    app = create_app(directory.settings(**({"environment": "development"} | changes)))
    with TestClient(app, client=(at, 5000), follow_redirects=False) as client:
        yield client


def write(directory: Directory) -> str:
    with directory.write() as session:
        parts = [f"Hello {EVIL}", Button("Open it", "https://here.example/a?b=1&c=2")]
        queue_mail(session, Letter("a@example.org", "account", f"About {EVIL}", parts))
    return f"/dev/mailbox/{letters(directory)[0].id}"


def test_letters_are_shown_newest_first_with_links_to_press(scratch: Directory) -> None:
    here = write(scratch)
    with scratch.write() as session:
        queue_mail(session, Letter("b@example.org", "account", "The second", ["Hello"]), held="an example")
    with browser(scratch) as client:
        page = client.get("/dev/mailbox").text
        assert page.index("The second") < page.index("About &lt;script&gt;")
        assert "not sent: an example" in page
        letter = client.get(here).text
    assert '<a href="https://here.example/a?b=1&amp;c=2"' in letter
    assert "<script>alert" not in page + letter
    assert "<img" not in page + letter


def test_the_html_part_is_shut_in(scratch: Directory) -> None:
    here = write(scratch)
    with browser(scratch) as client:
        assert 'sandbox="allow-popups' in client.get(here).text
        part = client.get(f"{here}/html")
    policy = part.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    assert "<script>" not in part.text
    assert part.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_it_is_nowhere_but_in_development_on_this_machine(scratch: Directory) -> None:
    here = write(scratch)
    for at, environment in (
        ("127.0.0.1", "production"), ("127.0.0.1", "test"), ("192.0.2.7", "development"), ("x", "development")
    ):  # fmt: skip
        with browser(scratch, at=at, environment=environment) as client:
            for path in ("/dev/mailbox", here, f"{here}/html"):
                reply = client.get(path, headers={"X-Forwarded-For": "127.0.0.1"})
                assert reply.status_code == 404
                assert "a@example.org" not in reply.text
