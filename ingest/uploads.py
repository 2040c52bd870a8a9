"""Files handed in on the page: kept for a while, with what is to be done with each and how far it is."""

import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any, Final
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from api.errors import BadInput, FieldProblem, NotFound
from api.models import Upload
from api.permissions import Actor, Answer, may_coordinate, require
from api.settings import Settings
from geo.gazetteer import fold_name
from ingest import queries_uploads
from ingest.saved import Mapping, find_mapping, parse_mapping
from ingest.sources import KNOWN_SOURCES
from ingest.within import may_bring_in

MOST_BYTES: Final = 50_000_000
TOO_LARGE: Final = f"The file is larger than {MOST_BYTES // 1_000_000} MB. Split it and try again."
KEPT_FOR: Final = timedelta(days=7)
MOST_WAITING: Final = 5
SILENT_FOR: Final = timedelta(minutes=1)
_NOT_WITH_US: Final = "This file is not with us any more. Files are kept for a week. Bring it in again."
_NOT_KEPT: Final = "We keep no list of that name any more. Choose another."
_CODE: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
STOPPED: Final = "You stopped it. Nothing of it was kept."
CUT_OFF: Final = "It was cut off before its end. Nothing of it was kept. Try again."
NOT_EVERYWHERE: Final = (
    "A feed can change entries anywhere, so it is for coordinators of the whole directory. Ask one of them."
)


def folder_of(settings: Settings) -> Path:
    """Where files lie that were handed in."""
    return settings.home_folder / "imports"


def may_run_feeds(actor: Actor) -> Answer:
    """A feed cannot be held to some areas: nobody looks at its rows, and they may lie in any."""
    return True if may_coordinate(actor, ()) is True else NOT_EVERYWHERE


def may_handle(session: Session, actor: Actor, upload: Upload) -> Answer:
    """A file of one's own, if its list is one's own; coordinators of everywhere handle all. Raises NotFound
    for a file of others: nobody else need know of it."""
    if upload.person_id != actor.id and may_run_feeds(actor) is not True:
        raise NotFound(_NOT_WITH_US)
    return may_bring_in(session, actor, upload.source_code)


def path_of(folder: Path, upload_id: UUID) -> Path:
    """Where its bytes lie: a name nobody chose, with nothing of the one it came under."""
    return folder / upload_id.hex


def plain_name(given: str | None) -> str:
    """What a file is called, to be shown: no folders, nothing that cannot be seen."""
    last = re.split(r"[\\/]", given or "")[-1]
    shown = " ".join("".join(letter if letter.isprintable() else " " for letter in last).split())
    return shown[:100] or "the file"


def name_source(name: str) -> str:
    """The short name of a new list. Raises BadInput for one that is none, or is a source's we know."""
    code = fold_name(name).replace(" ", "-")[:64].strip("-")
    if not _CODE.fullmatch(code):
        raise bad("name", "Give the list a short name, such as parish clubs.")
    if code in KNOWN_SOURCES:
        raise bad("name", "That is the name of a list we know. Choose it above, or another name.")
    return code


def bad(field: str, words: str) -> BadInput:
    return BadInput(words, errors=[FieldProblem(field=field, message=words)])


def keep_upload(
    session: Session,
    actor: Actor,
    folder: Path,
    file: IO[bytes],
    *,
    file_name: str | None,
    read_as: str,
    name: str,
) -> Upload:
    """Keep a file and say what is to be done with it: `read_as` is a known source or a kept mapping, and then
    it is tried; without it the columns are looked at first and the list is called `name`. Raises BadInput."""
    _check_queue(session)
    mapping = None
    if not read_as:
        code = name_source(name)
    elif read_as in KNOWN_SOURCES:
        code = read_as
    else:
        kept = find_mapping(session, read_as)
        if kept is None:
            raise bad("read_as", _NOT_KEPT)
        code, mapping = read_as, kept.model_dump(mode="json")
    if (answer := may_bring_in(session, actor, code)) is not True:
        raise bad("read_as" if read_as else "name", answer)
    upload_id = uuid4()
    size = _write(path_of(folder, upload_id), file)
    upload = Upload(
        id=upload_id,
        person_id=actor.id,
        file_name=plain_name(file_name),
        size=size,
        source_code=code,
        mapping=mapping,
        options={},
        task="try" if read_as else "look",
        state="waiting",
        beat_at=datetime.now(UTC),
    )
    session.add(upload)
    session.flush()
    return upload


def _check_queue(session: Session) -> None:
    """Each that waits takes a thread from those who answer visitors."""
    waiting = [one for one in queries_uploads.open_uploads(session) if one.state in ("waiting", "working")]
    if len(waiting) >= MOST_WAITING:
        raise bad("file", "Several lists wait to be read already. Try again when one of them is done.")


def _write(path: Path, file: IO[bytes]) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as kept:
        shutil.copyfileobj(file, kept, 1 << 20)
        size = kept.tell()
    if not size or size > MOST_BYTES:
        path.unlink()
        raise bad("file", TOO_LARGE if size else "This file is empty. Choose another.")
    return size


def get_upload(session: Session, upload_id: UUID, *, hold: bool = False) -> Upload:
    """Raises NotFound. Who died while working at one is found out here."""
    stop_dead(session)
    upload = queries_uploads.find_upload(session, upload_id, hold=hold)
    if upload is None:
        raise NotFound(_NOT_WITH_US)
    return upload


def list_open(session: Session, actor: Actor) -> list[Upload]:
    """Files that are not in the directory yet: one's own, or all for a coordinator of everywhere."""
    stop_dead(session)
    sees_all = may_run_feeds(actor) is True
    return [one for one in queries_uploads.open_uploads(session) if sees_all or one.person_id == actor.id]


def stop_dead(session: Session) -> None:
    """Nobody works at a file that is said to be worked at when it is nobody's turn."""
    if queries_uploads.try_turn(session):
        queries_uploads.stop_working(session, CUT_OFF)
    queries_uploads.stop_waiting(session, CUT_OFF, unheard_since=datetime.now(UTC) - SILENT_FOR)


def start(session: Session, upload: Upload, task: str, **options: Any) -> None:
    """Say what is to be done next; `work` does it once this is committed. Raises BadInput while another task
    is on, when many others wait, and when the file is done with."""
    if upload.state in ("waiting", "working"):
        raise BadInput("We are still at work on this file. Wait until that is done.")
    if upload.state == "applied":
        raise BadInput("This file is in the directory already. Bring it in again if it has changed.")
    _check_queue(session)
    upload.task, upload.state, upload.problem = task, "waiting", None
    upload.options = {**upload.options, **options, "stop": False}
    upload.rows_done = upload.rows_total = 0
    upload.beat_at = datetime.now(UTC)


def stop(upload: Upload) -> None:
    """Ask who works at it to stop: nothing of it is kept. What still waits for its turn stops at once."""
    if upload.state == "waiting":
        upload.state, upload.problem = "failed", STOPPED
    elif upload.state == "working":
        upload.options = {**upload.options, "stop": True}


def known_list(session: Session, code: str | None) -> tuple[str, str] | None:
    """(code, name) of a list we know; None when it is gone, and for no code."""
    if code in KNOWN_SOURCES:
        return code, KNOWN_SOURCES[code].name
    kept = find_mapping(session, code) if code else None
    return (kept.name, kept.source.name or kept.name) if kept else None


def read_as(session: Session, actor: Actor, upload: Upload, code: str) -> None:
    """Take a new list for one we know, and try it so. Raises BadInput when we do not know it, NotAllowed."""
    require(may_bring_in(session, actor, code))
    if known_list(session, code) is None:
        raise bad("read_as", _NOT_KEPT)
    start(session, upload, "try")
    kept = None if code in KNOWN_SOURCES else find_mapping(session, code)
    upload.source_code, upload.mapping = code, kept.model_dump(mode="json") if kept else None


def set_mapping(upload: Upload, mapping: Mapping) -> None:
    """What the columns mean, as a person mended it."""
    upload.mapping = mapping.model_dump(mode="json")


def mapping_of(upload: Upload) -> Mapping | None:
    return parse_mapping(upload.mapping, "This") if upload.mapping is not None else None


def forget_upload(session: Session, folder: Path, upload: Upload) -> None:
    path_of(folder, upload.id).unlink(missing_ok=True)
    session.delete(upload)
    session.flush()


def forget_old(session: Session, folder: Path, *, now: datetime) -> int:
    """Files nobody came back to, and bytes that belong to none; returns how many files went."""
    old = queries_uploads.older_uploads(session, now - KEPT_FOR)
    for upload in old:
        forget_upload(session, folder, upload)
    kept = {path_of(folder, one) for one in queries_uploads.upload_ids(session)}
    strays = set(folder.iterdir()) - kept if folder.is_dir() else set()
    for path in strays:
        # One that came this very moment is written before its row is to be seen.
        if now.timestamp() - path.stat().st_mtime > KEPT_FOR.total_seconds():
            path.unlink(missing_ok=True)
    return len(old)
