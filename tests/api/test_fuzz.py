"""Whatever is in the query string: an answer or a refusal in plain words, never a fault of ours."""

from typing import Any
from urllib.parse import urlencode

from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

NAMES = (
    "q near radius_km bbox kind need audience access language delivery cost area at day serves sort page "
    "per_page zoom as_typed explain"
).split()
SEEDS = [
    *(
        "soham",
        "cb7 5hj",
        "52.3,0",
        "drop_in",
        "loneliness",
        "pl",
        "free",
        "wed",
        "only",
        "distance",
        "1",
        "0",
        "-1",
    ),
    *(
        "2026-11-25T10:00",
        "0001-01-01T00:00",
        "9999-12-31T23:59",
        "1e308",
        "0,52,1,53",
        "90,90,90,90",
        "true",
        "%00",
    ),
    *("timebank&kind=", "NaN", "10000", "100", "fenland", "tomorrow morning", "café", "a:* & b", "home", "2"),
]
anything = st.text(st.characters(codec="utf-8"), max_size=40)
numbers = st.floats().map(str) | st.integers().map(str)
boxes = st.lists(st.floats(-200, 200), min_size=4, max_size=4).map(lambda box: ",".join(map(str, box)))
points = st.tuples(st.floats(48, 63), st.floats(-12, 4)).map(lambda at: f"{at[0]:.6f},{at[1]:.6f}")
moments = st.datetimes().map(lambda at: at.isoformat(timespec="minutes"))
values = st.sampled_from(SEEDS) | anything | numbers | boxes | points | moments
queries = st.lists(st.tuples(st.sampled_from(NAMES), values), max_size=6)


@given(path=st.sampled_from(["/api/v1/entries", "/api/v1/map", "/api/v1/places", "/search"]), query=queries)
@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_query_is_answered(client: TestClient, path: str, query: list[tuple[str, Any]]) -> None:
    reply = client.get(f"{path}?{urlencode(query)}")
    assert reply.status_code in (200, 422), reply.text[:500]
    if reply.status_code == 422 and path.startswith("/api"):
        problem = reply.json()
        assert problem["errors"][0]["field"] in {*NAMES, "near"}
        assert problem["detail"]
