"""Bringing in a list by the page: handed in, looked at, tried, applied, undone, or refused in plain words."""

import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from threading import Thread

from sqlalchemy import Engine, event, func, select, update
from sqlalchemy.orm import Session

from api.db import make_session_factory
from api.entries.service import ToSave, get_draft, save_entry
from api.models import Entry, IngestRun, Source, Upload
from ingest import queries_uploads
from ingest.storing import import_author
from ingest.upload_work import work
from ingest.uploads import CUT_OFF, MOST_WAITING, forget_old
from tests.factories import SOHAM, add_areas, square
from tests.ingest.conftest import LIBRARIES
from tests.web.imports.conftest import SOURCE, Desk

CLUBS = b"""Group Name,Post Code,Opening Hours,Tel,Category
Knit and Natter,CB6 1AA,Tuesday 2-4pm,01353 555001,Coffee morning
Walk and Talk,CB6 1AB,Wednesday 10am-12 noon,01353 555002,Walk
"""


@contextmanager
def heard(statements: list[str]) -> Iterator[None]:
    """What the database is asked meanwhile."""

    def hear(connection: object, cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", hear)


def names(desk: Desk) -> list[str]:
    with desk.directory.write() as session:
        return sorted(session.scalars(select(Entry.name)))


def count(session: Session, model: type) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_a_list_we_know_is_tried_applied_and_undone(desk: Desk) -> None:
    file = desk.hand_in(LIBRARIES)
    page = desk.page(file)
    assert "Nothing has been changed yet" in page
    assert "Marsh Ely Library" in page
    assert re.search(r"<strong>5</strong> new", page)
    assert names(desk) == []
    with desk.directory.write() as session:
        upload = session.scalars(select(Upload)).one()
        assert (upload.rows_done, upload.rows_total) == (5, 5)
    desk.post(f"{file.headers['location']}/apply")
    assert len(names(desk)) == 5
    assert desk.kept_files() == []
    page = desk.page(file)
    assert "It is in the directory" in page
    run = re.search(r"/curate/imports/runs/[0-9a-f-]+", page)
    assert run
    assert "Brought in from libraries.csv" not in page
    done = desk.post(f"{run[0]}/undo")
    assert "The import is undone." in desk.page(done)
    assert names(desk) == []
    assert "Undone" in desk.page(run[0])
    assert desk.post(f"{run[0]}/undo").status_code == 422


def test_a_workbook_is_known_by_what_is_in_it(desk: Desk, test_data: Path) -> None:
    book = test_data / "directories" / "libraries_title_rows.xlsx"
    page = desk.page(desk.hand_in(book, file_name="libraries"))
    assert re.search(r"<strong>44</strong> new", page)
    assert "read as XLSX" in page


def test_a_changed_list_shows_each_field_old_and_new(desk: Desk) -> None:
    desk.bring_in()
    file = desk.hand_in(LIBRARIES.read_text().replace("Marsh Ely Library", "Marsh Ely New Library").encode())
    page = desk.page(file)
    assert '<del class="old">Marsh Ely Library</del> <ins class="new">Marsh Ely New Library</ins>' in page
    assert re.search(r"<strong>4</strong> unchanged", page)
    assert "Marsh Ely New Library" not in names(desk)


def test_half_a_list_is_not_believed_unless_somebody_says_so_this_once(desk: Desk) -> None:
    desk.bring_in()
    rows = list(csv.reader(io.StringIO(LIBRARIES.read_text(encoding="utf-8"), newline="")))
    half = io.StringIO()
    csv.writer(half).writerows(rows[:3])
    file = desk.hand_in(half.getvalue().encode()).headers["location"]
    page = desk.page(file)
    assert "Is it the whole file?" in page
    assert f"{file}/apply" not in page
    assert desk.post(f"{file}/apply").status_code in (303, 422)
    assert len(names(desk)) == 5
    file = desk.hand_in(half.getvalue().encode()).headers["location"]
    desk.post(f"{file}/try", whole_file="yes", when_gone="close")
    assert "We marked the entry as closed" in desk.page(f"{file}?show=gone")
    desk.post(f"{file}/apply")
    with desk.directory.write() as session:
        states = sorted(session.scalars(select(Entry.state)))
        assert states.count("closed") == 3
        assert session.scalar(select(Source.may_vanish).where(Source.code == SOURCE)) is None


def test_a_list_nobody_has_described_is_looked_at_mended_and_kept_by_name(desk: Desk) -> None:
    file = desk.hand_in(CLUBS, file_name="clubs.csv", read_as="", name="Parish clubs").headers["location"]
    page = desk.page(file)
    assert "Its heading says so." in page
    assert "Knit and Natter" in page
    chosen = dict(re.findall(r'name="(means-\d+)"[^>]*>.*?<option value="(\w+)" selected', page, re.DOTALL))
    assert chosen == {
        "means-0": "name", "means-1": "postcode", "means-2": "hours", "means-3": "phone", "means-4": "kind"
    }  # fmt: skip
    form = chosen | {
        "kind": "group",
        "contacts": "internal",
        "privacy": "exact",
        "kind-word-0": "Coffee morning",
        "kind-0": "drop_in",
        "source-name": "Clubs of the parish",
        "source-licence": "OGL v3",
    }
    wrong = desk.post(f"{file}/mapping", **(form | {"means-0": "ignore"}))
    assert wrong.status_code == 422
    assert "Which column holds the name?" in wrong.text
    assert re.search(r'value="Coffee morning">.*?value="drop_in" selected', wrong.text, re.DOTALL)
    assert 'value="Clubs of the parish"' in wrong.text
    unknown = desk.post(f"{file}/mapping", **(form | {"terms": "Feeling low = Castles"}))
    assert unknown.status_code == 422
    assert "none of our needs and audiences: “Castles”" in unknown.text
    assert "Feeling low = Castles" in unknown.text
    tried = desk.page(desk.post(f"{file}/mapping", **form))
    assert re.search(r"<strong>2</strong> new", tried)
    desk.post(f"{file}/apply")
    with desk.directory.write() as session:
        kinds = dict(session.execute(select(Entry.name, Entry.kind)).all())
        upload = session.scalars(select(Upload)).one()
        assert "samples" not in str(upload.mapping)
    assert kinds == {"Knit and Natter": "drop_in", "Walk and Talk": "group"}
    shown = desk.client.get("/entries/knit-and-natter").text
    assert "555001" not in shown
    assert '<option value="parish-clubs">' in desk.page("/curate/imports")
    again = desk.page(desk.hand_in(CLUBS, file_name="clubs.csv", read_as="parish-clubs"))
    assert re.search(r"<strong>2</strong> unchanged", again)


WRONG = {
    "minutes.pdf is a PDF. Ask for the list it was made from": b"%PDF-1.7 nothing",
    "Columns are missing": b"Name,Colour\nA,red\n",
    "This file is empty": b"",
    "We could not read minutes.pdf": b"PK\x03\x04 broken",
}


def test_a_file_we_cannot_use_is_said_plainly(desk: Desk) -> None:
    for said, content in WRONG.items():
        reply = desk.hand_in(content, file_name="../../etc/minutes.pdf")
        page = desk.page(reply) if reply.status_code == 303 else reply.text
        assert said in page
        assert "/etc/" not in page
        lies_under = {path.name for path in desk.kept_files()}
        assert not any(name in page for name in lies_under)
    assert names(desk) == []


def test_what_was_typed_wrongly_stays_typed(desk: Desk) -> None:
    reply = desk.hand_in(CLUBS, read_as="", name=SOURCE)
    assert reply.status_code == 422
    assert "That is the name of a list we know" in reply.text
    assert f'value="{SOURCE}"' in reply.text
    assert "Choose a file." in desk.post("/curate/imports", read_as=SOURCE).text


def test_a_large_file_is_refused_before_it_is_read(desk: Desk) -> None:
    reply = desk.client.post(
        "/curate/imports",
        content=iter([b"x"]),
        headers={"Content-Length": "60000000", "Content-Type": "multipart/form-data; boundary=x"},
    )
    assert reply.status_code == 413
    assert "larger than 50 MB" in reply.text


def test_hostile_cells_stay_text_on_the_page_and_in_the_csv(desk: Desk) -> None:
    hostile = b'Group Name,Post Code\n"<script>alert(1)</script>",CB6 1AA\n"=cmd|\' /C calc\'!A0",CB6 1AB\n'
    file = desk.hand_in(hostile, file_name='<img src=x onerror="x">.csv', read_as="", name="clubs")
    page = desk.page(file)
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    form = {"means-0": "name", "means-1": "postcode"}
    page = desk.page(desk.post(f"{file.headers['location']}/mapping", **form))
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    desk.post(f"{file.headers['location']}/apply")
    run = re.search(r"/curate/imports/runs/[0-9a-f-]+", desk.page(file))
    assert run
    report = desk.client.get(f"{run[0]}/report.csv")
    assert report.headers["content-type"].startswith("text/csv")
    cells = [cell for row in csv.reader(io.StringIO(report.content.decode("utf-8-sig"))) for cell in row]
    assert "'=cmd|' /C calc'!A0" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]


def test_who_may_bring_in(desk: Desk) -> None:
    run = desk.bring_in()
    file = desk.hand_in(CLUBS, read_as="", name="clubs").headers["location"]
    with desk.directory.write() as session:
        add_areas(session, desk.home, {"SOHAM": square(*SOHAM)})
    asked = {
        "list": lambda: desk.client.get("/curate/imports").status_code,
        "hand in": lambda: desk.hand_in(CLUBS, read_as="", name="clubs").status_code,
        "file": lambda: desk.client.get(file).status_code,
        "run": lambda: desk.client.get(run).status_code,
        "csv": lambda: desk.client.get(f"{run}/report.csv").status_code,
        "undo": lambda: desk.post(f"{run}/undo").status_code,
    }
    desk.sign_in("coordinator", area="SOHAM")
    page = desk.page("/curate/imports")
    assert "You can bring in what lies in Area SOHAM." in page
    # The list reaches beyond, so what became of it is not theirs to see; the file is somebody else's.
    assert run not in page
    assert {what: ask() for what, ask in asked.items()} == dict.fromkeys(asked, 403) | {
        "list": 200,
        "hand in": 303,
        "file": 404,
    }
    desk.sign_in("curator")
    assert {what: ask() for what, ask in asked.items()} == dict.fromkeys(asked, 403)
    desk.client.cookies.clear()
    assert {ask() for ask in asked.values()} <= {303, 401}
    desk.sign_in("coordinator")
    assert {what: ask() for what, ask in asked.items()} == dict.fromkeys(asked, 200) | {
        "hand in": 303,
        "undo": 303,
    }


def test_a_form_from_elsewhere_does_nothing(desk: Desk) -> None:
    run = desk.bring_in()
    csrf, desk.csrf = desk.csrf, "x"
    assert desk.hand_in(CLUBS, read_as="", name="clubs").status_code == 403
    assert desk.post(f"{run}/undo").status_code == 403
    desk.csrf = csrf
    assert len(names(desk)) == 5


def test_a_file_without_one_row_that_can_be_used_offers_no_yes(desk: Desk) -> None:
    nameless = LIBRARIES.read_text(encoding="utf-8").splitlines()[0] + "\nFenshire,,1 Quay Street,,,CB6 1AA\n"
    file = desk.hand_in(nameless.encode())
    page = desk.page(file)
    assert "No row of this file can be used" in page
    assert "The row has no name." in page
    assert f"{file.headers['location']}/apply" not in page


def test_undoing_leaves_what_somebody_changed_since_only_when_told(desk: Desk) -> None:
    run = desk.bring_in()
    with desk.directory.write() as session:
        session.execute(
            update(Entry).where(Entry.name == "Marsh Ely Library").values(version=Entry.version + 1)
        )
    stopped = desk.post(f"{run}/undo")
    assert stopped.status_code == 422
    assert "Marsh Ely Library" in stopped.text
    assert len(names(desk)) == 5
    desk.post(f"{run}/undo", keep_edited="yes")
    assert names(desk) == ["Marsh Ely Library"]


def test_one_that_was_cut_off_says_so_and_can_be_tried_again(desk: Desk) -> None:
    file = desk.hand_in(LIBRARIES).headers["location"]
    with desk.directory.write() as session:
        session.execute(update(Upload).values(state="working"))
    assert CUT_OFF in desk.page(file)
    desk.post(f"{file}/try")
    assert "Nothing has been changed yet" in desk.page(file)


def test_two_at_once_take_turns(desk: Desk) -> None:
    """While somebody works at one, another waits and says so."""
    file = desk.hand_in(LIBRARIES).headers["location"]
    with desk.directory.write() as session:
        session.execute(update(Upload).values(state="waiting", beat_at=datetime.now(UTC)))
        upload_id = session.scalars(select(Upload.id)).one()
    with desk.directory.engine() as engine:
        factory = make_session_factory(engine)
        thread = Thread(target=work, args=(factory, desk.home / "imports", upload_id))
        with factory() as holder:
            assert queries_uploads.try_turn(holder)
            thread.start()
            thread.join(0.2)
            assert "Lists are read one at a time" in desk.page(file)
        thread.join(20)
        assert not thread.is_alive()
    assert "Nothing has been changed yet" in desk.page(file)


def test_a_long_queue_takes_no_more(desk: Desk) -> None:
    files = [desk.hand_in(LIBRARIES).headers["location"] for _ in range(MOST_WAITING)]
    with desk.directory.write() as session:
        session.execute(update(Upload).values(state="waiting", beat_at=datetime.now(UTC)))
    full = desk.hand_in(LIBRARIES)
    assert full.status_code == 422
    assert "Several lists wait to be read already" in full.text
    with desk.directory.write() as session:
        session.execute(update(Upload).where(Upload.id == files[0].rsplit("/", 1)[1]).values(state="tried"))
    assert desk.hand_in(LIBRARIES).status_code == 303


def test_files_nobody_came_back_to_are_thrown_away_after_a_week(desk: Desk) -> None:
    file = desk.hand_in(LIBRARIES).headers["location"]
    folder = desk.home / "imports"
    assert len(desk.kept_files()) == 1
    with desk.directory.write() as session:
        assert forget_old(session, folder, now=datetime.now(UTC) + timedelta(days=6)) == 0
        assert forget_old(session, folder, now=datetime.now(UTC) + timedelta(days=8)) == 1
    assert desk.kept_files() == []
    assert desk.client.get(file).status_code == 404


def test_a_file_can_be_thrown_away_at_once(desk: Desk) -> None:
    file = desk.hand_in(LIBRARIES).headers["location"]
    assert "thrown away" in desk.page(desk.post(f"{file}/forget"))
    assert desk.kept_files() == []
    with desk.directory.write() as session:
        assert count(session, Upload) == 0
        assert count(session, IngestRun) == 1


def test_the_history_says_where_each_part_came_from(desk: Desk) -> None:
    desk.bring_in()
    with desk.directory.write() as session:
        library = session.scalars(select(Entry.id).where(Entry.name == "Marsh Ely Library")).one()
        changed = get_draft(session, library).draft.model_copy(update={"summary": "Upstairs now."})
        save_entry(session, ToSave(changed, library), by="Curator", why="She was there")
    read: list[str] = []
    with heard(read):
        page = unescape(desk.page(f"/curate/entries/{library}/history"))
    assert len([one for one in read if "FROM directory.revision" in one]) == 1
    parts = dict(
        re.findall(r"<div><dt>([^<]+)</dt><dd>(.*?)</dd></div>", page.partition('<ol class="history"')[0])
    )
    assert list(parts) == ["Version 2", "Version 1"]
    assert parts["Version 2"].startswith("Curator, ")
    assert parts["Version 2"].endswith("She was there.<br>It gave summary.")
    brought = "Brought in from Public libraries in Cambridgeshire: libraries.csv, row 2"
    assert parts["Version 1"].startswith(brought)
    assert "postcode, " in parts["Version 1"]
    # The list below names its authors in the same words.
    made = re.findall(r'<p class="queue-about">(.*?)</p>', page)
    assert len(made) == 2
    assert made[0].endswith(", Curator")
    assert f". {brought}" in made[1]
    assert "import:" not in page


def test_what_an_import_closed_is_told_by_its_list(desk: Desk) -> None:
    """No row brought that version: the list it was missing from did."""
    desk.bring_in()
    with desk.directory.write() as session:
        library = session.scalars(select(Entry.id).where(Entry.name == "Marsh Ely Library")).one()
        closed = get_draft(session, library).draft.model_copy(update={"state": "closed"})
        save_entry(session, ToSave(closed, library), by=import_author(SOURCE), why="No longer in the source")
    page = unescape(desk.page(f"/curate/entries/{library}/history"))
    made = re.findall(r'<p class="queue-about">(.*?)</p>', page)
    assert made[0].endswith(". An import from Public libraries in Cambridgeshire")
    assert "import:" not in page
