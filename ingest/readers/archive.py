"""Zips from strangers: what is in one, and that unpacking it is safe."""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from ingest.readers.file import Input
from ingest.readers.sheet import ReadError

# Deflate can make a thing no more than 1,032 times smaller, so a small file needs no trial.
_DEFLATE_MOST: Final = 1032
_PLAIN: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_CHUNK: Final = 1 << 20
_BAD: Final = (
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    EOFError,
    ValueError,
    NotImplementedError,
    RuntimeError,
)


@contextmanager
def open_zip(file: Input) -> Iterator[zipfile.ZipFile]:
    """The zip, once its declared and its real sizes are within the limits. Raises ReadError."""
    try:
        with file.open() as opened, zipfile.ZipFile(opened) as archive:
            _check_declared(archive, file)
            for info in archive.infolist():
                _check_real(archive, info, file)
            yield archive
    except ReadError:
        raise
    except _BAD as error:
        raise ReadError(
            "The file is damaged. Open it where it came from, save it again and try again."
        ) from error


def list_names(file: Input) -> list[str]:
    """The names of what is in a zip. Raises ReadError."""
    try:
        with file.open() as opened, zipfile.ZipFile(opened) as archive:
            return archive.namelist()
    except _BAD as error:
        raise ReadError(
            "The file is damaged. Open it where it came from, save it again and try again."
        ) from error


def _check_declared(archive: zipfile.ZipFile, file: Input) -> None:
    infos = archive.infolist()
    if len(infos) > file.limits.packed_files:
        raise ReadError(f"It holds {len(infos):,} files, more than a table needs.")
    if any(info.flag_bits & 0x1 for info in infos):
        raise ReadError("It is locked with a password. Save it without one and try again.")
    if any(info.compress_type not in _PLAIN for info in infos):
        raise ReadError("It is packed in a way we do not open. Save it again as a plain zip.")
    _refuse_bomb(sum(info.file_size for info in infos), file)


def _refuse_bomb(unpacked: int, file: Input) -> None:
    limits = file.limits
    small = 10_000_000
    if unpacked > limits.unpacked_bytes or (
        unpacked > small and unpacked > limits.times_packed * max(1, file.size)
    ):
        raise ReadError(
            f"Unpacked it is {unpacked // 1_000_000} MB or more, from a file of {file.size // 1_000} kB. "
            "That is not safe to open. Delete what you do not need, or save it as CSV."
        )


def _check_real(archive: zipfile.ZipFile, info: zipfile.ZipInfo, file: Input) -> None:
    """The sizes in a zip are claims. Unpack without keeping, as far as the claim goes and one step more."""
    if info.compress_type == zipfile.ZIP_STORED or info.compress_size * _DEFLATE_MOST <= info.file_size:
        return
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    unpacked = 0
    for chunk in _packed_chunks(archive, info):
        data = chunk
        while data and not unpacker.eof:
            unpacked += len(unpacker.decompress(data, _CHUNK))
            data = unpacker.unconsumed_tail
            if unpacked > info.file_size:
                raise ReadError("It unpacks to more than it says. That is not safe to open.")


def _packed_chunks(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    opened = archive.fp
    if opened is None:
        raise ReadError("The file is damaged.")
    opened.seek(info.header_offset)
    header = opened.read(30)
    if len(header) < 30:
        raise EOFError
    start = info.header_offset + 30 + int.from_bytes(header[26:28], "little")
    opened.seek(start + int.from_bytes(header[28:30], "little"))
    left = info.compress_size
    while left > 0 and (chunk := opened.read(min(left, _CHUNK))):
        left -= len(chunk)
        yield chunk
