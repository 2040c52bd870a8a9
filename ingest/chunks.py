"""Chunks of rows on their way in: what is new about them, what they are, and what became of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from api.entries.service import Saved
from api.face.service import Counts, write_counts
from ingest import queries
from ingest.ahead import ReadAhead, ReadRow
from ingest.aside import Aside
from ingest.checks.places import PlaceChecks
from ingest.conflicts import Conflicts
from ingest.fates import refused_fate, say_where, stored_fate, unchanged_fate
from ingest.mapping import KnownSource, MappedRow, fingerprint, map_row
from ingest.matching import FindDuplicates, LooksLike, Match, match_row
from ingest.queries import Newest, SeenRow
from ingest.report import RowFate
from ingest.storing import Refusal, Storing, entry_of

# Words, tallies and squares that wait to be counted: written now and then, so that memory stays small.
MOST_WAITING = 50_000


@dataclass
class Importing:
    """What all chunks of one run share. `renamed` are keys that rows had before: {new: old}. `first` is
    where in the file each key was met; `counts` is what the public face counts once, at the end."""

    session: Session
    known: KnownSource
    run_id: UUID
    file_name: str
    started_at: datetime
    places: PlaceChecks = field(init=False)
    conflicts: Conflicts = field(init=False)
    renamed: dict[str, str] = field(default_factory=dict)
    find_duplicates: FindDuplicates | None = None
    first: dict[str, tuple[int, str]] = field(default_factory=dict)
    counts: Counts = field(default_factory=Counts)

    @property
    def why(self) -> str:
        return f"Brought in from {self.file_name}"


def bring_in(run: Importing, ahead: ReadAhead) -> Iterator[list[RowFate]]:
    """The fates of all rows in their order, a chunk at a time. Nothing is committed. While the database works
    out what the public sees of one chunk, the one before is told, the next worked out, the one after it read;
    whoever takes the fates leaves the session alone."""
    with Aside(run.session) as aside:
        before: _Chunk | None = None
        told: Iterator[list[RowFate]] = iter(())
        for rows in ahead:
            if before is not None and run.find_duplicates is not None:
                # They are looked for in the public face.
                before.show()
                yield from chain(told, before.finish())
                before, told = None, iter(())
            chunk = _Chunk(run, rows)
            chunk.read()
            if before is not None:
                aside.begin(before.show)
            chunk.work_out()
            yield from told
            run.counts.add_up()
            ahead.read_on()
            if before is not None:
                aside.end()
                told = before.finish()
                if before.has_failed:
                    chunk.match_again()
            chunk.write()
            before = chunk
        if before is not None:
            before.show()
            yield from chain(told, before.finish())


class _Chunk:
    """Rows on their way in, in steps: `read`, `work_out`, `write`, `show`, `finish`. All but `work_out` use
    the database."""

    def __init__(self, run: Importing, rows: Sequence[ReadRow]) -> None:
        self._run, self._rows = run, rows
        self._refused: list[ReadRow] = []
        self._unchanged: list[ReadRow] = []
        self._mapped: list[MappedRow] = []
        self._prints: dict[int, str] = {}

    @property
    def has_failed(self) -> bool:
        return self._storing.has_failed

    def read(self) -> None:
        run = self._run
        keys = {one.key for one in self._rows if one.key is not None}
        self._seen = queries.seen_rows(run.session, run.known.code, keys)
        self._sort()
        run.places.check(run.session, self._mapped)
        self._match()

    def match_again(self) -> None:
        """What the chunk before was said to become has not come true."""
        self._match()
        self._storing.work_out()

    def work_out(self) -> None:
        self._storing.work_out()

    def write(self) -> None:
        self._storing.write()

    def show(self) -> None:
        self._storing.show()

    def finish(self) -> Iterator[list[RowFate]]:
        """Remember what became of the rows for the next time. What comes back tells their fates."""
        run = self._run
        stored = self._storing.finish(run.counts)
        self._outcomes = {
            match.mapped.row.number: one for match, one in zip(self._to_save, stored, strict=True)
        }
        self._remember()
        entries = [self._seen[str(one.key)].entry_id for one in self._unchanged]
        entries += [entry_id for match in self._matches if (entry_id := self._entry_of(match)) is not None]
        self._where = queries.whereabouts(run.session, entries)
        if len(run.counts) > MOST_WAITING:
            waiting, run.counts = run.counts, Counts()
            write_counts(run.session, waiting)
        queries.plan_anew(run.session)
        return self._tell()

    def _tell(self) -> Iterator[list[RowFate]]:
        run = self._run
        fates = {one.row.number: refused_fate(run.known, one.row, one.key) for one in self._refused}
        for one in self._unchanged:
            seen = self._seen[str(one.key)]
            fates[one.row.number] = unchanged_fate(run.known, one.row, seen, run.conflicts)
        for match in self._matches:
            number = match.mapped.row.number
            doubles = self._doubles.get(number, ())
            fates[number] = stored_fate(match, self._outcomes.get(number), doubles, run.conflicts)
        yield [say_where(fates[one.row.number], self._where) for one in self._rows]

    def _entry_of(self, match: Match) -> UUID | None:
        return entry_of(self._outcomes.get(match.mapped.row.number), match)

    def _sort(self) -> None:
        """Tell rows that say something new, and map them, from those that do not and those of no use."""
        todo = []
        for one in self._rows:
            before = self._seen.get(one.key) if one.key is not None else None
            if self._is_twin(one):
                self._refused.append(one)
            elif before is not None and before.row_print == one.print and not before.is_gone:
                self._run.first[before.key] = (one.row.number, one.print)
                self._unchanged.append(one)
            else:
                todo.append(one)
        for one in todo:
            # A row met earlier in this very chunk.
            made = None if self._is_twin(one) else one.mapped or map_row(self._run.known, one.row)
            if made is None or made.draft is None:
                self._refused.append(one)
                continue
            self._run.first[str(one.key)] = (one.row.number, one.print)
            self._prints[one.row.number] = one.print
            self._mapped.append(made)

    def _is_twin(self, one: ReadRow) -> bool:
        """Two rows with one key cannot both be the entry: the first is, the second is refused."""
        if one.key is None or one.key not in self._run.first:
            return False
        number, print_ = self._run.first[one.key]
        same = "exactly the same as" if print_ == one.print else "the same thing as"
        one.row.note(None, f"This row is {same} row {number}.", "Leave only one of them in the file.")
        return True

    def _match(self) -> None:
        run = self._run
        self._matches = _match(run, self._mapped, self._seen)
        self._doubles = _find_duplicates(run, self._matches)
        self._to_save = [match for match in self._matches if match.todo != "keep"]
        self._storing = Storing(run.session, run.known.code, self._to_save, why=run.why)
        self._storing.read()

    def _remember(self) -> None:
        run, rows = self._run, []
        for match in self._matches:
            number = match.mapped.row.number
            outcome, entry_id = self._outcomes.get(number), self._entry_of(match)
            if isinstance(outcome, Refusal) or entry_id is None:
                continue
            run.conflicts.settle_into(run.session, entry_id, match.clashes)
            rows.append(_seen_row(match, outcome, entry_id, self._prints[number]))
        queries.add_rows(run.session, run.known.code, [row for row in rows if row.key not in self._seen])
        queries.keep_rows(run.session, run.known.code, [row for row in rows if row.key in self._seen])


def _match(run: Importing, mapped: Sequence[MappedRow], seen: dict[str, SeenRow]) -> list[Match]:
    known = {one.row.number: seen.get(str(one.key)) for one in mapped}
    held = [row for row in known.values() if row is not None]
    newest = queries.newest_revisions(run.session, [row.entry_id for row in held])
    older = {
        row.entry_id: row.version
        for row in held
        if row.document is None and row.version is not None and _is_older(row, newest.get(row.entry_id))
    }
    said = queries.revisions_at(run.session, older)
    matches = []
    for one in mapped:
        row = known[one.row.number]
        now = newest.get(row.entry_id) if row else None
        before = _said_before(row, now, said.get(row.entry_id)) if row and now else {}
        if one.draft is not None:
            matches.append(match_row(one, one.draft, row, now, before))
    return matches


def _is_older(row: SeenRow, newest: Newest | None) -> bool:
    return newest is not None and newest.version != row.version


def _said_before(row: SeenRow, newest: Newest, older: dict[str, Any] | None) -> dict[str, Any]:
    """What the row said last time. Nothing when that is not to be found, as when its entry was merged into
    another: then whatever differs is for a person."""
    if row.document is not None:
        return row.document
    said = older if _is_older(row, newest) else newest.document
    return said if said is not None and fingerprint(said) == row.fingerprint else {}


def _find_duplicates(run: Importing, matches: Sequence[Match]) -> dict[int, Sequence[LooksLike]]:
    """Entries that the new rows may be, by row number; asked before they are in themselves."""
    new = [match for match in matches if match.todo == "make"]
    if run.find_duplicates is None or not new:
        return {}
    found = run.find_duplicates(run.session, [match.draft for match in new])
    return {match.mapped.row.number: some for match, some in zip(new, found, strict=True) if some}


def _seen_row(match: Match, outcome: Saved | None, entry_id: UUID, print_: str) -> SeenRow:
    mapped = match.mapped
    as_said: dict[str, Any] | None = None if match.as_said else mapped.document
    version = outcome.version if outcome else match.version
    problems = [problem.as_json() for problem in mapped.row.problems]
    return SeenRow(str(mapped.key), entry_id, mapped.fingerprint, print_, version, as_said, problems)
