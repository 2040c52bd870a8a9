"""The heartbeat of long work: while nobody can be told how far it is, the work goes on for a while."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, TypeVar
from uuid import UUID

import structlog
from sqlalchemy.exc import OperationalError, TimeoutError
from sqlalchemy.orm import Session, sessionmaker

from api.db import writing
from ingest import queries_uploads
from ingest.uploads import SILENT_FOR

log = structlog.get_logger()
Result = TypeVar("Result")
# No connection to be had, or another transaction holds the row.
_BUSY: Final = (TimeoutError, OperationalError)
_REST_S: Final = 0.5


class Heart:
    """Of the work on one upload."""

    def __init__(self, factory: sessionmaker[Session], upload_id: UUID) -> None:
        self._factory, self._upload_id = factory, upload_id
        self._heard_at = time.monotonic()

    def try_turn(self, holder: Session) -> bool:
        """Whether it is this one's turn, until the holder's transaction ends."""
        try:
            return queries_uploads.try_turn(holder)
        except _BUSY as error:
            self._missed(error)
            return False

    def beat(self, **values: int) -> bool:
        """Tell how far it is; False when somebody stopped the work. A beat that is missed is made up for by
        the next. Raises the database's error when nothing could be told for longer than others wait."""
        try:
            with writing(self._factory) as session:
                queries_uploads.beat(session, self._upload_id, at=datetime.now(UTC), **values)
                upload = queries_uploads.find_upload(session, self._upload_id)
        except _BUSY as error:
            self._missed(error)
            return True
        self._heard_at = time.monotonic()
        return upload is not None and not upload.options.get("stop")

    def write(self, do: Callable[[Session], Result]) -> Result:
        """In one transaction, tried again while there is no connection to be had."""
        self._heard_at = time.monotonic()
        while True:
            try:
                with writing(self._factory) as session:
                    return do(session)
            except _BUSY as error:
                self._missed(error)
            time.sleep(_REST_S)

    def _missed(self, error: Exception) -> None:
        silent_s = time.monotonic() - self._heard_at
        if silent_s > SILENT_FOR.total_seconds():
            raise error
        log.warning("an import missed a beat", upload=str(self._upload_id), silent_s=round(silent_s))
