"""Counts the fates of a run as they come and keeps them on disk, so that memory stays small."""

from collections import Counter
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import IO, Any, Final, Self
from uuid import UUID

import orjson

from api.db import plain_array
from ingest.report import FATES, RowFate

_KEPT_OF_EACH: Final = 500
_IN_MEMORY: Final = 8_000_000
_ESCAPED: Final = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\x00": ""})


class Tally:
    """`rows` are the first few hundred of each fate; `spool` has a line for each, as COPY reads them."""

    def __init__(self, run_id: UUID, *, applied: bool) -> None:
        self._run_id = run_id
        self._applied = applied
        self._fates: Counter[str] = Counter()
        self._located: Counter[str] = Counter()
        self._problems = 0
        self._doubles = 0
        self.rows: list[RowFate] = []
        self.spool = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 (closed by __exit__)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.spool.close()

    def add(self, fate: RowFate) -> None:
        if not self._applied and fate.fate == "new":
            # After a dry run there is no such entry.
            fate = _without_entry(fate)
        self._fates[fate.fate] += 1
        self._problems += len(fate.problems)
        self._doubles += bool(fate.looks_like)
        if fate.fate not in ("refused", "gone"):
            self._located[fate.precision or "nowhere"] += 1
        if self._fates[fate.fate] <= _KEPT_OF_EACH:
            self.rows.append(fate)
        # Rows that are gone have no number in the file: they count down from -1.
        number = fate.row if fate.row is not None else -self._fates["gone"]
        self.spool.write(self._line(number, fate))

    def rewound(self) -> IO[bytes]:
        self.spool.seek(0)
        return self.spool

    def _line(self, number: int, fate: RowFate) -> bytes:
        cells = (
            str(self._run_id),
            str(number),
            _text(fate.key),
            _text(fate.name),
            fate.fate,
            str(fate.entry_id) if fate.entry_id else "\\N",
            str(fate.version) if fate.version else "\\N",
            _json([one.as_json() for one in fate.changes]),
            _json([one.as_json() for one in fate.problems]),
            plain_array(fate.looks_like),
        )
        return ("\t".join(cells) + "\n").encode("utf-8", "replace")

    @property
    def counts(self) -> dict[str, Any]:
        """What is stored with the run."""
        fates: dict[str, Any] = {fate: self._fates[fate] for fate in FATES}
        return {
            "rows": sum(fates.values()) - fates["gone"],
            **fates,
            "possible_duplicates": self._doubles,
            "located": dict(sorted(self._located.items())),
            "problems": self._problems,
        }


def _without_entry(fate: RowFate) -> RowFate:
    return RowFate(
        fate.row,
        fate.key,
        fate.name,
        fate.fate,
        problems=fate.problems,
        precision=fate.precision,
        looks_like=fate.looks_like,
    )


def _text(words: str | None) -> str:
    return "\\N" if words is None else words.translate(_ESCAPED)


def _json(items: list[Any]) -> str:
    return orjson.dumps(items).decode().translate(_ESCAPED).replace("\\\\u0000", "") if items else "[]"
