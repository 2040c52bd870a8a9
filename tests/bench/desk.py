"""Measures the desk of a coordinator with thousands of things waiting: the page over the whole application,
and gathering what waits."""

import time
from datetime import datetime
from typing import Any, Final

from fastapi.testclient import TestClient
from sqlalchemy import text

from api.clock import LONDON
from api.curation import service as curation
from api.permissions import Role
from tests.bench.timing import Timing
from tests.conftest import Directory
from tests.people import sign_in

WAITING: Final = 5_000
MOST_MS: Final = 300
CALLS: Final = 40
# Places nobody found, and for each second of them something a visitor sent.
FILL: Final = """
WITH wide AS (
  SELECT within_code AS code FROM directory.area_within GROUP BY 1 ORDER BY count(*) DESC LIMIT 1),
places AS (
  INSERT INTO directory.place (id, place_key, address, locate_failure, area_codes, access)
  SELECT gen_random_uuid(), 'bench ' || n, '{}', 'We do not know this postcode',
         ARRAY[(SELECT code FROM wide)], '{}'
  FROM generate_series(1, :half) n RETURNING id, place_key),
entries AS (
  INSERT INTO directory.entry (id, slug, kind, name, place_id, privacy, state, stage, version)
  SELECT gen_random_uuid(), replace(place_key, ' ', '-'), 'drop_in', place_key, id, 'exact', 'running',
         'published', 1
  FROM places RETURNING id),
used AS (INSERT INTO directory.entry_use SELECT id, current_date, 3 FROM entries)
INSERT INTO directory.suggestion (id, reference, what, entry_id, fields, was, area_codes)
SELECT gen_random_uuid(), id::text, 'change', id, '{"name": "Another"}', '{}', ARRAY[(SELECT code FROM wide)]
FROM entries RETURNING area_codes[1]
"""


def run(directory: Directory) -> dict[str, Any]:
    """`directory` holds the examples, and is the bench's own to fill."""
    with directory.write() as session:
        area = session.scalars(text(FILL), {"half": WAITING // 2}).first()
    began = time.perf_counter()
    with directory.write() as session:
        curation.gather(session, now=datetime.now(LONDON))
    gathering = time.perf_counter() - began
    who: dict[str, tuple[Role, str | None]] = {
        "an administrator": ("admin", None), "a coordinator of the county": ("coordinator", area)
    }  # fmt: skip
    with directory.client() as client:
        pages = {name: _time_page(client, directory, role, area) for name, (role, area) in who.items()}
    return {
        "gathering_s": round(gathering, 3),
        "pages": {name: timing.as_json() for name, timing in pages.items()},
        "in_time": all(timing.median < MOST_MS for timing in pages.values()),
    }


def _time_page(client: TestClient, directory: Directory, role: Role, area: str | None) -> Timing:
    sign_in(client, directory, role, area=area)
    taken = []
    for _ in range(CALLS + 1):
        began = time.perf_counter()
        reply = client.get("/curate")
        taken.append(time.perf_counter() - began)
        assert reply.status_code == 200
    return Timing.of(taken[1:])
