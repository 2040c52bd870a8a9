"""Has the database work on one thing while we work out the next."""

import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from threading import get_ident
from types import TracebackType
from typing import Final, Self

from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session

# As long as a thread may keep the other waiting that has its next question to the database ready, in
# seconds. Python's own 5 ms would add up to a fifth of an import.
_PATIENCE_S: Final = 0.0005


class Aside:
    """Work on a session in a thread of its own. Whoever asks the session for something meanwhile waits until
    that work is done."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._pool = ThreadPoolExecutor(1, "aside")
        self._thread: int | None = None
        self._work: Future[None] | None = None

    def __enter__(self) -> Self:
        self._usual_patience_s = sys.getswitchinterval()
        sys.setswitchinterval(_PATIENCE_S)
        event.listen(self._session, "do_orm_execute", self._wait)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=True)
        event.remove(self._session, "do_orm_execute", self._wait)
        sys.setswitchinterval(self._usual_patience_s)

    def begin(self, work: Callable[[], None]) -> None:
        self._work = self._pool.submit(self._do, work)

    def end(self) -> None:
        """Wait for the work; raises what it raised."""
        work, self._work = self._work, None
        if work is not None:
            work.result()

    def _do(self, work: Callable[[], None]) -> None:
        self._thread = get_ident()
        work()

    def _wait(self, _asked: ORMExecuteState) -> None:
        if self._work is not None and get_ident() != self._thread:
            # What went wrong there is told by `end`.
            with suppress(Exception):
                self._work.result()
