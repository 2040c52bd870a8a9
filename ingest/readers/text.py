"""Finding out how a text file is encoded: councils send five kinds and say which of none."""

import codecs
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from io import TextIOWrapper
from typing import BinaryIO, Final

from charset_normalizer import from_bytes

from ingest.readers.file import Input
from ingest.readers.sheet import ReadError

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    # UTF-32's mark begins with UTF-16's, so it is tried first.
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
# charset-normalizer takes a few curly quotes in English for Central European text, and Mac text for Windows
# text. What British files really hold beyond ASCII tells the two apart.
_USUAL: Final = frozenset("‘’“”–—…•£€°½¼¾©®™·×\u00a0éèêëàâäáçïíîôöóüúûñßÉ")
_EIGHT_BIT: Final = (("cp1252", "Windows-1252"), ("mac_roman", "MacRoman"))
_SAMPLE: Final = 4096
_CHUNK: Final = 1 << 20
# A file of this many control letters in a hundred is not text, whatever the letters between them.
_TOO_ODD: Final = 0.02
_A_FEW: Final = 16
_CONTROLS: Final = bytes(set(range(32)) - set(b"\t\n\x0b\x0c\r\x1a\x1b"))
_ASCII: Final = bytes(range(128))
# One broken letter in ten or fewer is damage to a UTF-8 file; more, and it was never UTF-8.
_BROKEN_SHARE: Final = 0.1


@dataclass(frozen=True)
class Encoding:
    """How to open the text: `name` for people, `warnings` about letters that are lost."""

    codec: str
    name: str
    errors: str = "strict"
    warnings: tuple[str, ...] = ()


def find_encoding(file: Input) -> Encoding:
    """How the file's letters are stored. Raises ReadError when it is not text. Reads the file once."""
    with file.open() as opened:
        head = opened.read(_SAMPLE)
    for mark, codec, name in _MARKS:
        if head.startswith(mark):
            return _checked(file, codec, name)
    wide = _wide_codec(head)
    if wide is not None:
        return _checked(file, wide, "UTF-16 without a mark", said="UTF-16")
    return _find_narrow(file)


def open_text(opened: BinaryIO, encoding: Encoding) -> TextIOWrapper:
    """The text, with its line ends as they are. Closing it closes the bytes below."""
    return TextIOWrapper(opened, encoding=encoding.codec, errors=encoding.errors, newline="")


def read_text(file: Input) -> str:
    """The whole text of a small file. Raises ReadError."""
    if file.size > file.limits.whole_bytes:
        most = file.limits.whole_bytes // 1_000_000
        raise ReadError(f"Files of this kind may have {most} MB. Split it, or bring it in as CSV.")
    encoding = find_encoding(file)
    with open_text(file.open(), encoding) as opened:
        return opened.read()


def _chunks(file: Input) -> Iterator[bytes]:
    done = 0
    with file.open() as opened:
        while chunk := opened.read(_CHUNK):
            done += len(chunk)
            yield chunk
            file.tell(done, part=1, parts=2)


def _checked(file: Input, codec: str, name: str, *, said: str | None = None) -> Encoding:
    decoder = codecs.getincrementaldecoder(codec)()
    done = 0
    try:
        for chunk in _chunks(file):
            decoder.decode(chunk)
            done += len(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        near = done + error.start
        raise ReadError(
            f"It says it is {said or name} but is damaged near byte {near}. Save it again."
        ) from error
    return Encoding(codec, name)


def _wide_codec(sample: bytes) -> str | None:
    """UTF-16 without its mark: plain letters leave every second byte empty."""
    half = len(sample) // 2
    if half == 0:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > half * 0.4 and even < half * 0.1:
        return "utf-16-le"
    if even > half * 0.4 and odd < half * 0.1:
        return "utf-16-be"
    return None


@dataclass
class _Evidence:
    """What one walk through the bytes tells: the letters beyond ASCII, and how well UTF-8 explains them."""

    beyond_ascii: Counter[int]
    controls: int = 0
    empty: int = 0
    wide_letters: int = 0
    broken: int = 0

    @property
    def is_utf8(self) -> bool:
        return self.broken <= _BROKEN_SHARE * self.wide_letters


def _find_narrow(file: Input) -> Encoding:
    found = _gather(file)
    if found.controls > max(_A_FEW, _TOO_ODD * file.size):
        raise ReadError("It is not a text file. Save it as CSV and try again.")
    warnings = (f"{found.empty} empty letters (NUL) are left out.",) if found.empty else ()
    if found.is_utf8:
        if not found.broken:
            return Encoding("utf-8", "UTF-8", warnings=warnings)
        lost = f"{found.broken} letters could not be read and are shown as \ufffd."
        return Encoding("utf-8", "UTF-8, damaged", "replace", (*warnings, lost))
    return _find_eight_bit(file, found.beyond_ascii, warnings)


def _gather(file: Input) -> _Evidence:
    evidence = _Evidence(Counter())
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    for chunk in _chunks(file):
        evidence.controls += len(chunk) - len(chunk.translate(None, _CONTROLS))
        evidence.empty += chunk.count(0)
        if not chunk.isascii():
            evidence.beyond_ascii.update(chunk.translate(None, _ASCII))
            # Lost before it came to us, and written down so: nothing is wrong with these bytes.
            evidence.broken -= chunk.count("\ufffd".encode())
        _weigh(evidence, decoder.decode(chunk))
    _weigh(evidence, decoder.decode(b"", final=True))
    return evidence


def _weigh(evidence: _Evidence, text: str) -> None:
    if not text.isascii():
        broken = text.count("\ufffd")
        evidence.broken += broken
        evidence.wide_letters += len(text) - len(text.encode("ascii", "ignore")) - broken


def _find_eight_bit(file: Input, beyond_ascii: Counter[int], warnings: tuple[str, ...]) -> Encoding:
    scores = {}
    for codec, name in _EIGHT_BIT:
        usual = sum(
            times
            for byte, times in beyond_ascii.items()
            if bytes([byte]).decode(codec, errors="replace") in _USUAL
        )
        scores[codec, name] = usual / beyond_ascii.total()
    codec, name = max(scores, key=lambda key: scores[key])
    if scores[codec, name] >= 0.5:
        return Encoding(codec, name, "replace", warnings)
    with file.open() as opened:
        guess = from_bytes(opened.read(_CHUNK)).best()
    if guess is None or guess.encoding.startswith(("utf_16", "utf_32")):
        raise ReadError("We cannot tell how its letters are stored. Save it as “CSV UTF-8” and try again.")
    named = guess.encoding.replace("_", "-")
    doubt = f"How its letters are stored is a guess ({named}). Look at names with accents."
    return Encoding(guess.encoding, named, "replace", (*warnings, doubt))
