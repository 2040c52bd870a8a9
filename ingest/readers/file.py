"""A file on its way in: its bytes, its size, and the limits that hold for it."""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from api.errors import BadInput, FieldProblem
from ingest.report import Progress


@dataclass(frozen=True)
class Limits:
    """What one file may take. JSON and calendars are read whole and need ten times their size in memory,
    so they have a limit of their own. Workbooks are opened in a process that may use `book_memory_bytes`."""

    file_bytes: int = 200_000_000
    whole_bytes: int = 40_000_000
    unpacked_bytes: int = 200_000_000
    times_packed: int = 200
    packed_files: int = 2_000
    rows: int = 2_000_000
    columns: int = 16_384
    cell_letters: int = 200_000
    line_letters: int = 4_000_000
    book_memory_bytes: int = 1_500_000_000
    book_seconds: int = 120


LIMITS = Limits()


@dataclass(frozen=True)
class Input:
    """`open` gives the bytes from the start, as often as asked. `path` is None for bytes in memory."""

    name: str
    size: int
    open: Callable[[], BinaryIO]
    path: Path | None = None
    limits: Limits = LIMITS
    progress: Progress | None = None

    def tell(self, done: int, *, part: int, parts: int) -> None:
        """Report bytes read, where the file is read through `parts` times and this is the `part`th."""
        if self.progress is not None:
            self.progress(min(self.size, (part - 1) * self.size // parts + done // parts), self.size)


def input_of(path: Path, *, limits: Limits = LIMITS, progress: Progress | None = None) -> Input:
    """Raises BadInput when there is no such file, or it is too large to be a table of ours."""
    size = check_file(path, limits=limits)

    def opened() -> BinaryIO:
        try:
            return path.open("rb")
        except OSError as error:
            raise bad_file(f"We could not open {path.name}: {error.strerror}.") from error

    return Input(path.name, size, opened, path, limits, progress)


def input_of_bytes(name: str, raw: bytes) -> Input:
    return Input(name, len(raw), lambda: BytesIO(raw))


def check_file(path: Path, *, limits: Limits = LIMITS) -> int:
    """Its size. Raises BadInput when there is no such file, or it is too large to be a table of ours."""
    try:
        if not path.exists():
            raise bad_file(f"There is no file {path}.")
        if not path.is_file():
            raise bad_file(f"{path} is a folder, not a file.")
        size = path.stat().st_size
    except (OSError, ValueError) as error:
        raise bad_file(f"We could not open {path.name}.") from error
    if size > limits.file_bytes:
        raise bad_file(
            f"{path.name} is larger than {limits.file_bytes // 1_000_000} MB. Split it and try again."
        )
    return size


def bad_file(message: str) -> BadInput:
    return BadInput(message, errors=[FieldProblem(field="file", message=message)])
