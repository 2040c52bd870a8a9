"""Putting a version back: whatever was edited in between, the entry says exactly what it said then."""

from datetime import date
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from api.editing import service
from api.entries.service import ToSave, get_draft, save_entry
from tests.factories import ELY, FACTS, SOHAM, add, draft, square
from tests.people import make_actor

# What goes on with every version, and the ids of rows that are written whole.
_PARTS = (
    ("session", "position"), ("contact", "position"), ("coverage", "position"), ("entry_check", "fact_group"),
)  # fmt: skip
_ROWS = ", ".join(
    f"(SELECT jsonb_agg(to_jsonb(t) - 'id' ORDER BY t.{order}) FROM directory.{table} t "
    "WHERE t.entry_id = e.id)"
    for table, order in _PARTS
)
_SAID = f"""
SELECT to_jsonb(e) - '{{version,updated_at,place_id,organisation_id}}'::text[],
  (SELECT to_jsonb(p) - '{{id,located_on}}'::text[] FROM directory.place p WHERE p.id = e.place_id),
  (SELECT to_jsonb(o) - 'id' FROM directory.organisation o WHERE o.id = e.organisation_id),
  {_ROWS},
  (SELECT jsonb_agg(to_jsonb(l) - 'id' ORDER BY l.type) FROM directory.link l WHERE l.from_id = e.id),
  (SELECT to_jsonb(f) FROM directory.drop_in_facts f WHERE f.entry_id = e.id),
  (SELECT to_jsonb(f) FROM directory.timebank_facts f WHERE f.entry_id = e.id),
  (SELECT to_jsonb(f) - '{{version,changed_at,detail,card,feature}}'::text[]
   FROM face.entries f WHERE f.id = e.id),
  (SELECT f.detail::jsonb - '{{version,updated_on}}'::text[] FROM face.entries f WHERE f.id = e.id)
FROM directory.entry e WHERE e.id = :id
"""


def what_it_says(session: Session, entry_id: UUID) -> tuple[Any, ...]:
    return tuple(session.execute(text(_SAID), {"id": entry_id}).one())


def optional(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


words = st.text(
    st.characters(codec="utf-8", exclude_characters="\x00", exclude_categories=["Cs", "Cc"]),
    min_size=2,
    max_size=30,
)
plain_words = words.map(str.strip).filter(lambda one: len(one) >= 2)
points = st.sampled_from([SOHAM, ELY, (0.0, 52.3)])
accesses = st.dictionaries(st.sampled_from(["step_free", "toilet", "dogs"]), st.booleans(), max_size=3)


@st.composite
def places(pick: st.DrawFn) -> dict[str, Any] | None:
    if pick(st.integers(0, 4)) == 0:
        return None
    place: dict[str, Any] = {
        "name": pick(optional(st.sampled_from(["The Pavilion", "Village Hall"]))),
        "town": pick(st.sampled_from(["Soham", "Ely", None])),
        "postcode": pick(st.sampled_from(["CB7 5ZZ", None])),
        "address": pick(st.lists(plain_words, max_size=2)),
        "access": pick(accesses),
    }
    point = pick(optional(points))
    return place | ({"lon": point[0], "lat": point[1]} if point else {})


sessions = st.fixed_dictionaries(
    {
        "rrule": st.sampled_from([None, "FREQ=WEEKLY;BYDAY=MO,WE", "FREQ=MONTHLY;BYDAY=2TU"]),
        "starts_on": st.dates(date(2024, 1, 1), date(2027, 1, 1)).map(str),
    },
    optional={"starts_at": st.just("09:30"), "note": plain_words, "not_on": st.just(["2026-12-23"])},
)
contacts = st.fixed_dictionaries(
    {"kind": st.sampled_from(["phone", "web"]), "value": plain_words, "public": st.booleans()}
)
coverage = st.sampled_from(
    [
        [],
        [{"how": "radius", "radius_m": 900, "lon": 0.33, "lat": 52.33}],
        [{"how": "shape", "shape": square(0.3, 52.3)}],
    ]
)
organisations = st.none() | st.fixed_dictionaries(
    {"name": st.sampled_from(["The Legion", "A Trust"])},
    optional={"url": st.just("https://example.org"), "description": plain_words},
)


@st.composite
def drafts(pick: st.DrawFn) -> dict[str, Any]:
    kind = pick(st.sampled_from(["group", "drop_in", "timebank"]))
    facts = pick(optional(st.just({"kind": kind} | FACTS[kind]))) if kind in FACTS else None
    given: dict[str, Any] = {
        "kind": kind,
        "name": pick(plain_words),
        "summary": pick(optional(words)),
        "place": pick(places()),
        "coverage": pick(coverage),
        "organisation": pick(organisations),
        "sessions": pick(st.lists(sessions, max_size=3)),
        "contacts": pick(st.lists(contacts, max_size=3)),
        "privacy": pick(st.sampled_from(["exact", "street", "area", "hidden"])),
        "access": pick(accesses),
        "state": pick(st.sampled_from(["running", "paused", "closed"])),
        "stage": pick(st.sampled_from(["published", "draft", "archived"])),
        "links": pick(st.sampled_from([[], [{"type": "meets_at", "to": "hall"}]])),
        "facts": facts,
    }
    if given["place"] is None and not given["coverage"]:
        given |= {"everywhere": True, "delivery": ["phone"]}
    return given


@given(versions=st.lists(drafts(), min_size=2, max_size=5), pick=st.data())
@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_the_entry_says_exactly_what_it_said(
    session: Session, versions: list[dict[str, Any]], pick: st.DataObject
) -> None:
    with session.begin_nested() as attempt:
        admin = make_actor(session, "admin")
        add(session, name="Hall", slug="hall")
        said: dict[int, tuple[Any, ...]] = {}
        documents: dict[int, dict[str, Any]] = {}
        entry = None
        for given_draft in versions:
            item = ToSave(draft(**given_draft), entry)
            saved = save_entry(session, item, by="Test", why="A test")
            entry = saved.entry_id
            said[saved.version] = what_it_says(session, entry)
            documents[saved.version] = get_draft(session, entry).document
        assert entry is not None
        version = pick.draw(st.sampled_from(sorted(said)))
        back = service.restore(session, admin, entry, version=version, not_a_home=True)
        assert get_draft(session, entry).document == documents[version]
        for now, then in zip(what_it_says(session, entry), said[version], strict=True):
            assert now == then
        assert back.version >= max(said)
        attempt.rollback()
