"""The worker: jobs that no visitor waits for. procrastinate keeps them in the same PostgreSQL."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any, LiteralString

import psycopg
import structlog
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.tasks import Task
from psycopg.conninfo import make_conninfo
from sqlalchemy.orm import Session, sessionmaker

from api.clock import london_now
from api.db import libpq_url, make_engine, make_session_factory
from api.mail.sending import Sender, make_sender
from api.mail.service import send_waiting
from api.search.engine import EngineAway
from api.search.indexing import index_waiting, mend_drift, reindex, write_settings
from api.search.meili import KeyRefused, MeiliIndex
from api.settings import Settings
from ingest.feeds import run_due_feeds
from web.chores import CHORES, Chore

log = structlog.get_logger()
# Also without news: a notification is lost when the connection is.
LOOK_EVERY_S = 10.0
RETRY_AFTER_S = 2.0
AwayErrors = (psycopg.OperationalError, ConnectorException)
# A job that waited for another's lock is not announced again when that ends.
LOOK_FOR_JOBS_S = 1.0
MEND_EVERY = "*/15 * * * *"
FEEDS_EVERY = "*/5 * * * *"
MAIL_EVERY = "* * * * *"


class Worker:
    """The jobs of one directory: `index` is None where there is no Meilisearch, `feeds` the folder for what
    is fetched, None where nothing is, `sender` None where mail only waits, `settings` what the chores are
    told, None where none are done."""

    def __init__(
        self,
        url: str,
        index: MeiliIndex | None,
        *,
        feeds: Path | None = None,
        sender: Sender | None = None,
        settings: Settings | None = None,
    ) -> None:
        self._url = libpq_url(url)
        self._engine = make_engine(url)
        self._write: sessionmaker[Session] = make_session_factory(self._engine)
        self._index = index
        self._feeds = feeds
        self._sender = sender
        self._has_settings = False
        self._turn = Lock()
        self.app = App(
            connector=PsycopgConnector(
                conninfo=make_conninfo(self._url, options="-c search_path=jobs,public")
            )
        )
        self._index_job = self._jobs()
        self._mail_job = self._letter_jobs()
        if settings is not None:
            for chore in CHORES:
                self._add_chore(chore, settings)

    def _jobs(self) -> Task[..., Any, Any]:
        app = self.app

        # One waits at most: a job takes all that has gathered by then. No `lock` of procrastinate's: a killed
        # worker would hold it for ever.
        @app.task(name="index_waiting", queueing_lock="index_waiting")
        async def index_job() -> None:
            await asyncio.to_thread(self._alone, self._index_now)

        @app.periodic(cron=MEND_EVERY)
        @app.task(name="mend_index", queueing_lock="mend_index")
        async def mend_job(timestamp: int) -> None:
            await asyncio.to_thread(self._alone, self._mend_now)

        @app.periodic(cron=FEEDS_EVERY)
        @app.task(name="run_feeds", queueing_lock="run_feeds")
        async def feeds_job(timestamp: int) -> None:
            await asyncio.to_thread(self._run_feeds)

        return index_job

    def _letter_jobs(self) -> Task[..., Any, Any]:
        app = self.app

        @app.periodic(cron=MAIL_EVERY)
        @app.task(name="send_mail", queueing_lock="send_mail")
        async def mail_job(timestamp: int = 0) -> None:
            await asyncio.to_thread(self._send_mail)

        return mail_job

    def _add_chore(self, chore: Chore, settings: Settings) -> None:
        @self.app.periodic(cron=chore.cron)
        @self.app.task(name=chore.name, queueing_lock=chore.name)
        async def do_chore(timestamp: int) -> None:
            await asyncio.to_thread(chore.do, self._write, settings)

    def _send_mail(self) -> None:
        if self._sender is None:
            return
        done = send_waiting(self._write, self._sender, now=london_now())
        if done.sent or done.waiting or done.refused:
            log.info("sent mail", sent=done.sent, waiting=done.waiting, refused=done.refused)

    def _run_feeds(self) -> None:
        if self._feeds is None:
            return
        for run in run_due_feeds(self._write, self._feeds):
            if run.error:
                log.warning("a feed could not be brought in", feed=run.code, error=run.error)
            else:
                counts = run.report.counts if run.report else "as it was"
                log.info("brought in a feed", feed=run.code, counts=counts)

    def _alone(self, job: Callable[[], None]) -> None:
        """One job at the index at a time, or two would build the same one."""
        with self._turn:
            try:
                job()
            except KeyRefused as refused:
                # Until the key is right nothing is lost: what waits stays in the outbox.
                log.warning("entries wait to be indexed", why=str(refused))

    def _index_now(self) -> None:
        try:
            self._make_index()
            done = index_waiting(self._write, self._index)
        except EngineAway:
            # What waits stays in the outbox; the next look tries again.
            log.warning("meilisearch does not answer; entries wait to be indexed")
        else:
            if done:
                log.info("indexed", changes=done)

    def _make_index(self) -> None:
        """An index that is not there, or settings that an older version of ours gave it."""
        if self._index is None:
            return
        if not self._index.exists():
            log.info("made the search index", documents=reindex(self._write, self._index))
        elif not self._has_settings:
            write_settings(self._write, self._index)
        self._has_settings = True

    def _mend_now(self) -> None:
        if self._index is None:
            return
        # Also what curators have since said about words.
        self._has_settings = False
        with suppress(EngineAway):
            self._make_index()
            if drift := mend_drift(self._write, self._index):
                log.warning(
                    "index had drifted",
                    missing=len(drift.missing),
                    stale=len(drift.stale),
                    extra=len(drift.extra),
                )

    async def run(self) -> None:
        """Until cancelled, however often the database goes away."""
        try:
            while True:
                try:
                    await self._work_in_a_task()
                except* AwayErrors:
                    log.warning("the database is away; trying again")
                await asyncio.sleep(RETRY_AFTER_S)
        finally:
            self._engine.dispose()

    async def _work_in_a_task(self) -> None:
        """A task that fails while it is cancelled tells only of that: being told to stop is kept apart."""
        work = asyncio.create_task(self._work())
        try:
            await asyncio.wait({work})
        except asyncio.CancelledError:
            work.cancel()
            await asyncio.wait({work})
            raise
        work.result()

    async def _work(self) -> None:
        async with self.app.open_async(), asyncio.TaskGroup() as group:
            group.create_task(self._listen("outbox", self._index_job))
            if self._sender is not None:
                group.create_task(self._listen("mail", self._mail_job))
            group.create_task(
                self.app.run_worker_async(
                    concurrency=2,
                    install_signal_handlers=False,
                    listen_notify=True,
                    fetch_job_polling_interval=LOOK_FOR_JOBS_S,
                )
            )

    async def _listen(self, channel: LiteralString, job: Task[..., Any, Any]) -> None:
        """A job as soon as a save commits, and every few seconds in case the news was lost."""
        async with await psycopg.AsyncConnection.connect(self._url, autocommit=True) as connection:
            await connection.execute(f"LISTEN {channel}")
            while True:
                with suppress(AlreadyEnqueued):
                    await job.defer_async()
                async for _ in connection.notifies(timeout=LOOK_EVERY_S, stop_after=1):
                    pass


def run_worker(settings: Settings, url: str) -> None:
    """Work until told to stop."""
    index = MeiliIndex(settings.meili_url, settings.meili_key) if settings.meili_url else None
    feeds, sender = settings.home_folder / "feeds", make_sender(settings)
    with suppress(KeyboardInterrupt, asyncio.CancelledError):
        asyncio.run(Worker(url, index, feeds=feeds, sender=sender, settings=settings).run())
