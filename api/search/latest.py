"""The answers that were asked for last."""

from typing import Final, Generic, TypeVar

Key = TypeVar("Key")
Answer = TypeVar("Answer")
MOST_KEPT: Final = 500


class Latest(Generic[Key, Answer]):
    """`MOST_KEPT` answers at most: what was not asked for the longest goes first."""

    def __init__(self) -> None:
        self._held: dict[Key, Answer] = {}

    def recall(self, key: Key) -> Answer | None:
        answer = self._held.get(key)
        return None if answer is None else self.keep(key, answer)

    def keep(self, key: Key, answer: Answer) -> Answer:
        """The same answer, which is now the latest."""
        self._held.pop(key, None)
        self._held[key] = answer
        if len(self._held) > MOST_KEPT:
            del self._held[next(iter(self._held))]
        return answer
