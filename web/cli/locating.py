"""`hereabouts locate-again`: looks places up again after a newer gazetteer came."""

from collections import Counter
from typing import Annotated

import typer

from web.cli.shared import directory_session, say

MOST_LINES = 40


def locate_again(
    apply: Annotated[
        bool, typer.Option("--apply", help="Do it. Without this, only the report is shown.")
    ] = False,
) -> None:
    """Look again at places that were not found, are known only roughly, or whose postcode has moved."""
    from ingest.locating import OUTCOMES
    from ingest.locating import locate_again as look_again

    with directory_session() as session:
        found = look_again(session, apply=apply)
    counts = Counter(one.outcome for one in found)
    say(f"{len(found)} places looked at.")
    for outcome, words in OUTCOMES.items():
        if counts[outcome]:
            say(f"  {counts[outcome]} {words}")
    changed = [one for one in found if one.outcome != "same"]
    for one in changed[:MOST_LINES]:
        say(f"    {one.name}: {one.words}")
    if len(changed) > MOST_LINES:
        say(f"    and {len(changed) - MOST_LINES} more")
    if not apply and changed:
        say("Nothing was changed. Add --apply to do it.")
