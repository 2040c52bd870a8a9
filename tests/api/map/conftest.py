"""A crowded directory: the examples fifteen times over, scattered, with forty entries in one village hall."""

from collections.abc import Iterator

import psycopg
import pytest
from fastapi.testclient import TestClient

from api.cluster import PrivateCluster
from api.face.queries_squares import rebuild_squares
from api.face.queries_tallies import rebuild_tallies
from geo import sql
from ingest.examples import load_once
from tests.bench.multiply import multiply
from tests.conftest import Directory

TIMES = 15
IN_ONE_HALL = 40
HALL = (0.338, 52.334)
_MOVE_TO_HALL = f"""
UPDATE face.entries SET lon = %s, lat = %s, point = {sql.osgb_point("%s", "%s")}
WHERE id IN (SELECT id FROM face.entries WHERE lon IS NOT NULL AND state <> 'closed'
             ORDER BY id LIMIT {IN_ONE_HALL})
"""


@pytest.fixture(scope="session")
def crowded(cluster: PrivateCluster, base_database: Directory) -> Iterator[Directory]:
    """Shared: tests read it and change nothing."""
    url = cluster.create_database("crowded", template=base_database.name)
    directory = Directory("crowded", url, cluster.url_of("crowded", role="hereabouts_face"))
    with directory.write() as session:
        load_once(session, examples=True)
    multiply(url, TIMES)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_MOVE_TO_HALL.encode(), [*HALL, *HALL])
    with directory.write() as session:
        rebuild_squares(session)
        rebuild_tallies(session)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE face.entries, face.squares")
    yield directory
    cluster.drop_database(directory.name)


@pytest.fixture(scope="session")
def crowd(crowded: Directory) -> Iterator[TestClient]:
    with crowded.client() as client:
        yield client
