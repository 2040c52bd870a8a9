"""What it costs: free, by donation, a charge, or it varies; amounts in pence, and the words as they are."""

import re
from dataclasses import dataclass
from typing import Final

from api.entries.vocabulary import Cost
from ingest.values.issue import Issue, Reading

_AMOUNT: Final = re.compile(
    r"£\s?(\d{1,5}(?:,\d{3})?(?:\.\d{1,2})?)(k\b)?|\b(\d{1,3})\s?p\b|\b(\d{1,4}) pounds?\b"
)
_BARE: Final = re.compile(r"\d{1,4}(?:\.\d{1,2})?")
_RANGE_END: Final = re.compile(r"£\s?\d[\d.,]*\s?(?:-|to)\s?(\d{1,4}(?:\.\d{1,2})?)\b")
_FREE: Final = re.compile(
    r"\b(free|no charge|no cost|no fee|nil|free of charge|without charge|costs? nothing|gratis|no charges?)\b"
)
_NOT_FREE: Final = re.compile(
    r"\b(not free|free (?:trial|taster|parking|for (?:carers?|under|children|members|over)|first|if|"
    r"refreshments|tea|coffee|cake|delivery|school meals|wifi|wi-fi)|first \w+ (?:is )?free|feel free|"
    r"(?:gluten|sugar|dairy|alcohol|smoke|drug|nut|meat|hands|children|kids|carers|"
    r"members|\d+s) (?:go )?free)"
)
_DONATION: Final = re.compile(
    r"\b(donations?|pay what you (?:can|like|want|feel)|contributions?|pay as you feel)\b"
)
_VARIES: Final = re.compile(
    r"\b(varies|vary|variable|various|depends|depending|means tested|sliding scale|price list|quote|poa|"
    r"price on application|see website)\b"
)
_PAID: Final = re.compile(
    r"\b(charges?|fees?|paid|costs?|subscription|subs|membership|tickets?|chargeable|payment)\b"
)
_NOTHING: Final = frozenset({"", "-", "n/a", "na", "none", "unknown", "n/k", "tbc", "not known"})
_LONGEST: Final = 300


@dataclass(frozen=True)
class Money:
    """`cost` None is unknown. `pence` are the amounts named, in their order. `note` is shown as written."""

    cost: Cost | None
    pence: tuple[int, ...] = ()
    note: str | None = None


def read_money(text: str) -> Reading[Money]:
    """What a cell about cost says; words we do not understand are its note, and the cost is unknown."""
    cell = " ".join(text.replace("\u00a0", " ").replace("–", "-").replace("—", "-").split())[:_LONGEST]
    folded = cell.casefold()
    if folded.strip(" .") in _NOTHING:
        return Reading(None)
    if _BARE.fullmatch(folded):
        return _read_bare(folded)
    pence = _amounts(folded)
    cost = _cost(folded, pence)
    note = None if folded.strip(" .!") == "free" else cell
    if cost is None:
        what = f"We could not tell the cost from “{cell[:80]}”. The words are kept beside it."
        return Reading(Money(None, note=cell), Issue(what, "Write free, donation, or an amount like £3.50."))
    return Reading(Money(cost, pence, note))


def _read_bare(text: str) -> Reading[Money]:
    """ "0" and "3.5" from a column of amounts."""
    pence = round(float(text) * 100)
    if pence == 0:
        return Reading(Money("free"))
    return Reading(Money("paid", (pence,), f"£{pence // 100}" if pence % 100 == 0 else f"£{pence / 100:.2f}"))


def _amounts(text: str) -> tuple[int, ...]:
    found: list[tuple[int, int]] = []
    for match in _AMOUNT.finditer(text):
        pounds = match[1] or match[4]
        amount = round(float(pounds.replace(",", "")) * 100) if pounds else int(match[3])
        found.append((match.start(), amount * 1000 if match[2] else amount))
    found += [(match.start(1), round(float(match[1]) * 100)) for match in _RANGE_END.finditer(text)]
    return tuple(amount for _, amount in sorted(found))


def _cost(text: str, pence: tuple[int, ...]) -> Cost | None:
    """Free for some and paid by others varies; a gift that is only suggested is a donation."""
    if _DONATION.search(text):
        return "donation"
    free = _FREE.search(text) is not None
    if any(pence):
        return "varies" if free or _VARIES.search(text) else "paid"
    if _VARIES.search(text):
        return "varies"
    if free or pence:
        return None if _NOT_FREE.search(text) else "free"
    return "paid" if _PAID.search(text) else None
