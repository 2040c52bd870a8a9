"""The worker sends a letter as soon as it is written, and nothing where no mail server is set."""

import asyncio
from collections.abc import Callable

from api.mail.letters import Letter
from api.mail.service import queue_mail
from api.models import Mail
from tests.conftest import Directory
from tests.web.accounts.helpers import letters
from web.worker import Worker


class Pile:
    def __init__(self) -> None:
        self.sent: list[str] = []

    def send(self, mail: Mail) -> None:
        self.sent.append(mail.to_address)


def write(directory: Directory, to: str) -> None:
    with directory.write() as session:
        queue_mail(session, Letter(to, "account", "Hello", ["Hello"]))


def test_a_letter_goes_out_within_seconds_and_once(scratch: Directory) -> None:
    pile = Pile()
    write(scratch, "before@example.org")

    async def work() -> None:
        task = asyncio.create_task(Worker(scratch.url, None, sender=pile).run())
        await until(lambda: pile.sent == ["before@example.org"])
        await asyncio.to_thread(write, scratch, "after@example.org")
        await until(lambda: len(pile.sent) >= 2)
        task.cancel()
        await asyncio.wait({task})

    asyncio.run(work())
    assert pile.sent == ["before@example.org", "after@example.org"]
    assert all(letter.sent_at is not None for letter in letters(scratch))


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not true():
            await asyncio.sleep(0.05)
