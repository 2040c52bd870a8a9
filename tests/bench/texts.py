"""Words for generated entries: drawn from the example texts, so that common and rare ones are as in life."""

import re
from collections import Counter
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any, Final

import yaml

EXAMPLES: Final = Path(__file__).resolve().parents[2] / "data" / "examples" / "entries"
WORDS_EACH: Final = 60
# One word in fifty is a name or a rarity of its own: a vocabulary never stops growing with its texts.
RARE_EACH: Final = 50
_WORD: Final = re.compile(r"[^\W\d_][\w'’-]*")
_SYLLABLES: Final = (
    "al an ar bar ber bo bra bur ca cha cor da den dun el en er fa fen fi ga gar go gra ha har hol "
    "il in is ka ken ki la lan le lin lo mar me mil mo na ne nor o or pa pen pi ra re ro sal sen si "
    "sto ta ter ti to tor ul un va ver wal wen wi yar yo za "
).split()


@dataclass(frozen=True)
class Texts:
    """`words` with how often each is used, summed up for drawing, and the words names are made of by kind."""

    words: list[str]
    sums: list[int]
    names: dict[str, list[str]]

    def describe(self, random: Random) -> str:
        """Sixty words."""
        drawn = random.choices(self.words, cum_weights=self.sums, k=WORDS_EACH)
        for _ in range(WORDS_EACH // RARE_EACH):
            drawn[random.randrange(WORDS_EACH)] = rare_word(random)
        return " ".join(drawn).capitalize() + "."

    def summarise(self, random: Random) -> str:
        return " ".join(random.choices(self.words, cum_weights=self.sums, k=12)).capitalize() + "."

    def name(self, random: Random, *, kind: str, town: str) -> str:
        """A name in the way of the examples: "Soham Wednesday Table", "Lode Stepping Friends Club"."""
        own = " ".join(random.sample(self.names[kind], 2)).title()
        first = town if random.random() < 0.5 else rare_word(random).title()
        return f"{first} {own}"


def rare_word(random: Random) -> str:
    return "".join(random.choices(_SYLLABLES, k=random.choice((2, 3, 3))))


def read_texts() -> Texts:
    """The words of the example entries."""
    counted: Counter[str] = Counter()
    names: dict[str, list[str]] = {}
    for path in sorted(EXAMPLES.glob("*.yaml")):
        for entry in _read(path):
            said = f"{entry.get('summary', '')} {entry.get('description', '')}"
            counted.update(word.lower() for word in _WORD.findall(said))
            names.setdefault(entry["kind"], []).extend(_WORD.findall(entry["name"]))
    words = sorted(counted)
    return Texts(
        words,
        list(accumulate(counted[word] for word in words)),
        {kind: sorted({word for word in of_kind if len(word) > 2}) for kind, of_kind in names.items()},
    )


def _read(path: Path) -> list[dict[str, Any]]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    documents: list[dict[str, Any]] = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)
    return documents


def read_taxonomy(scheme: str) -> list[str]:
    """Codes of the needs or audiences."""
    path = EXAMPLES.parents[1] / "taxonomy.yaml"
    return [term["code"] for term in yaml.safe_load(path.read_text(encoding="utf-8"))[scheme]]
