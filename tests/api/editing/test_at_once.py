"""Many edit one entry at once: nobody's change is lost."""

from concurrent.futures import ThreadPoolExecutor

from api.db import make_engine, make_session_factory, writing
from api.editing import service
from api.errors import EditConflict
from tests.conftest import Directory
from tests.factories import add
from tests.people import make_actor

THREADS = 8
EDITS = 1_000


def test_of_a_thousand_edits_at_once_each_is_kept_or_refused(scratch: Directory) -> None:
    """Each adds one to the number it read. If one wrote over another, the number would be too small."""
    with scratch.write() as session:
        entry = add(session, name="Counter", summary="0").entry_id
        admin = make_actor(session, "admin")
    engine = make_engine(scratch.url)
    factory = make_session_factory(engine)

    def add_one(_: int) -> bool:
        """False when someone else saved between our reading and our saving."""
        with writing(factory) as session:
            opened = service.open_entry(session, admin, entry)
        more = str(int(opened.draft.summary or 0) + 1)
        changed = opened.draft.model_copy(update={"summary": more})
        try:
            with writing(factory) as session:
                service.save_edit(
                    session, admin, entry, changed, expected_version=opened.version, why="One more"
                )
        except EditConflict:
            return False
        return True

    with ThreadPoolExecutor(THREADS) as pool:
        kept = list(pool.map(add_one, range(EDITS)))
    with writing(factory) as session:
        opened = service.open_entry(session, admin, entry)
        history = service.list_revisions(session, admin, entry)
    engine.dispose()
    # With none refused they were not at once, and the test would prove nothing.
    assert 0 < sum(kept) < EDITS
    assert (opened.draft.summary, opened.version) == (str(sum(kept)), sum(kept) + 1)
    assert len(history) == sum(kept) + 1
