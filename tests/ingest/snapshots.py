"""All that a directory and its public face say, to be compared row by row."""

import json
from typing import Any

from sqlalchemy import text

from tests.conftest import Directory

# History goes on: it is what an undone import leaves behind.
HISTORY = {
    "directory.revision",
    "directory.outbox",
    "directory.ingest_run",
    "directory.ingest_row",
    "directory.ingest_before",
    "face.data_version",
    "face.editions",
}
GOES_ON = {"version", "updated_at", "changed_at", "updated_on"}


def snapshot(directory: Directory) -> dict[str, list[str]]:
    """Every row of every table of `directory` and `face`, without what counts versions."""
    with directory.write() as session:
        names = session.scalars(
            text(
                "SELECT table_schema || '.' || table_name FROM information_schema.tables "
                "WHERE table_schema IN ('directory', 'face') AND table_type = 'BASE TABLE'"
            )
        ).all()
        return {
            name: sorted(
                json.dumps(_plain(name, row), sort_keys=True, default=str)
                for row in session.execute(text(f"SELECT * FROM {name}")).mappings()
            )
            for name in sorted(names)
            if name not in HISTORY
        }


def _plain(table: str, row: Any) -> dict[str, Any]:
    kept = {
        name: value for name, value in row.items() if name not in GOES_ON or table == "directory.source_row"
    }
    for name in ("detail", "card"):
        if table == "face.entries":
            kept[name] = {key: one for key, one in json.loads(kept[name]).items() if key not in GOES_ON}
    return kept
