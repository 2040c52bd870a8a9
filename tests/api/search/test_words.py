"""Words as people type them: slips, accents, beginnings, nonsense and hostility; each an answer."""

from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from tests.api.conftest import Ask


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("lonley", "lonely"),
        ("lonely", "lonely"),
        ("LONELY", "lonely"),
        ("berevement", "bereavement"),
        ("cafe", "café"),
        ("scoter", "scooter"),
    ],
)
def test_a_slip_finds_what_was_meant(ask: Ask, typed: str, meant: str) -> None:
    right = {item["id"] for item in ask("/api/v1/entries", q=meant, per_page=100)["items"]}
    found = {item["id"] for item in ask("/api/v1/entries", q=typed, per_page=100)["items"]}
    assert right
    assert len(found & right) >= len(right) * 0.6


@pytest.mark.parametrize("typed", ["Nelie", "Nellie", "nelly", "tuktuk", "tuk-tuk", "Nellie the tuk-tuk"])
def test_nellie_is_found_whatever_the_spelling(ask: Ask, typed: str) -> None:
    first = ask("/api/v1/entries", q=typed)["items"][:3]
    assert any("nellie" in item["name"].lower() for item in first), [item["name"] for item in first]


def test_lonely_near_soham_finds_the_wednesday_drop_in(ask: Ask) -> None:
    reply = ask("/api/v1/entries", q="lonely", near="CB7 5AA")
    assert "soham-wednesday-drop-in" in {item["slug"] for item in reply["items"]}
    assert reply["place"]["precision"] in ("postcode", "sector")
    assert all(item["serves"] for item in reply["items"])
    assert all(item["why"] for item in reply["items"])


NONSENSE = [
    "the and of",
    "the",
    "🦔🦔",
    "''\"\"",
    "'; DROP TABLE face.entries; --",
    "& | ! <-> :* ()",
    "tea & !coffee | (cake:*",
    "\\",
    "%",
    "_",
    "%s %(x)s {y} {{z}}",
    "a" * 200,
    "tea " * 50,
    "ǼǼ ß ﬁ İ ı",
    "\u202etac\u202c \u200b",
    "\ud83e",
    "\x00\x01\x02",
    "Дружба",
    "-1",
    "0",
    "1e999",
    "NaN",
    "<script>alert(1)</script>",
]


@pytest.mark.parametrize("path", ["/api/v1/entries", "/api/v1/map", "/api/v1/places", "/search"])
@pytest.mark.parametrize("typed", NONSENSE)
def test_nonsense_is_answered(client: TestClient, path: str, typed: str) -> None:
    reply = client.get(f"{path}?q={quote(typed, errors='surrogatepass')}")
    assert reply.status_code == 200, reply.text[:400]


@pytest.mark.parametrize("typed", NONSENSE)
def test_list_and_map_agree_on_nonsense_too(ask: Ask, typed: str) -> None:
    words = typed.encode("utf-8", "replace").decode()
    listed, shown = ask("/api/v1/entries", q=words), ask("/api/v1/map", q=words)
    assert shown["total"] + shown["without_pin"] == listed["total"]


def test_two_thousand_characters_are_refused_in_words(client: TestClient) -> None:
    for path in ("/api/v1/entries", "/api/v1/map"):
        reply = client.get(path, params={"q": "tea " * 500})
        assert reply.status_code == 422
        assert reply.json()["errors"][0]["field"] == "q"


def test_words_nobody_uses_find_nothing_and_say_so(ask: Ask) -> None:
    reply = ask("/api/v1/entries", q="zyxwvutsrq")
    assert (reply["total"], reply["items"]) == (0, [])


def test_a_part_of_the_words_is_said_to_be_a_part(ask: Ask) -> None:
    reply = ask("/api/v1/entries", q="lonely zyxwvutsrq")
    assert reply["total"] == 0 or reply["relaxed"] or "zyxwvutsrq" in reply["unknown"]
