"""Finding out how a text file is encoded: councils send five kinds and say which of none."""

import codecs
from dataclasses import dataclass
from typing import Final

from charset_normalizer import from_bytes

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


@dataclass(frozen=True)
class Decoded:
    text: str
    encoding: str


def decode(raw: bytes) -> Decoded:
    """The text of a file, and the name of its encoding. Raises ReadError when it is not text."""
    for mark, codec, name in _MARKS:
        if raw.startswith(mark):
            return Decoded(_decode_as(raw, codec, name), name)
    wide = _wide_codec(raw)
    if wide is not None:
        return Decoded(_decode_as(raw, wide, "UTF-16"), "UTF-16 without a mark")
    if raw.count(0, 0, _SAMPLE) > 0:
        raise ReadError("It is not a text file. Save it as CSV and try again.")
    try:
        return Decoded(raw.decode("utf-8"), "UTF-8")
    except UnicodeDecodeError:
        return _decode_eight_bit(raw)


def _decode_as(raw: bytes, codec: str, name: str) -> str:
    try:
        return raw.decode(codec)
    except UnicodeDecodeError as error:
        message = f"It says it is {name} but is damaged near byte {error.start}. Save it again."
        raise ReadError(message) from error


def _wide_codec(raw: bytes) -> str | None:
    """UTF-16 without its mark: plain letters leave every second byte empty."""
    sample = raw[:_SAMPLE]
    half = len(sample) // 2
    if half == 0 or len(raw) % 2:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > half * 0.4 and even < half * 0.1:
        return "utf-16-le"
    if even > half * 0.4 and odd < half * 0.1:
        return "utf-16-be"
    return None


def _decode_eight_bit(raw: bytes) -> Decoded:
    beyond_ascii = bytes(byte for byte in raw if byte > 127)
    scores = {}
    for codec, name in _EIGHT_BIT:
        odd_ones = beyond_ascii.decode(codec, errors="replace")
        scores[codec, name] = sum(character in _USUAL for character in odd_ones) / len(odd_ones)
    codec, name = max(scores, key=lambda key: scores[key])
    if scores[codec, name] >= 0.5:
        return Decoded(raw.decode(codec, errors="replace"), name)
    guess = from_bytes(raw).best()
    if guess is None:
        raise ReadError("We cannot tell how its letters are stored. Save it as “CSV UTF-8” and try again.")
    return Decoded(str(guess), guess.encoding.replace("_", "-"))
