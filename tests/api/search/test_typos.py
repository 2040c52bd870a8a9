"""One slip in one word of a name, by chance and many times: the entry is still among the first five."""

from tests.api.search.conftest import Asking
from tests.golden.judge import entry_names, lost_to_a_slip, mistyped_names

# The bench asks 2,000; these are the first of the same ones.
COUNT = 200
FLOOR = 0.95


def test_a_slip_in_a_name_does_not_lose_the_entry(asking: Asking) -> None:
    mistyped = mistyped_names(asking.run(entry_names(asking.read)), COUNT)
    assert len({slug for slug, _ in mistyped}) > 100
    lost = asking.run(lost_to_a_slip(asking.read, asking.engine, mistyped))
    print(f"{asking.name}: {1 - len(lost) / COUNT:.1%} of {COUNT} mistyped names found", *lost, sep="\n")
    assert len(lost) <= COUNT * (1 - FLOOR), lost
