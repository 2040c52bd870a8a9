"""Counting without any person: counts gather in memory and are written now and then in one transaction, so
that no visitor waits for a write. What a killed process had not written is lost: it is a tally."""

import asyncio
import contextlib

WRITE_EVERY_S = 20.0


class Tally:
    """`flush` writes what has gathered, and keeps it for the next time when the database is away."""

    def flush(self) -> None:
        raise NotImplementedError

    async def run(self) -> None:
        """Write every few seconds until cancelled, and once more then."""
        with contextlib.suppress(asyncio.CancelledError):
            while True:
                await asyncio.sleep(WRITE_EVERY_S)
                await asyncio.to_thread(self.flush)
        await asyncio.to_thread(self.flush)
