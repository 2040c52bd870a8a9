"""Adding something in three steps without scripts, and by the JSON API."""

import json

from tests.conftest import Directory
from tests.people import session_cookie
from tests.web.pages.html_reader import read_html
from tests.web.suggestions.conftest import Visitor
from tests.web.suggestions.test_changing import HOSTILE, open_first, reference_in


def walk(visitor: Visitor, *, where: dict[str, str], contact: dict[str, str] | None = None) -> str:
    """All three steps to the last look; what it says."""
    visitor.open("/add")
    visitor.send(
        "/add", go="where", name="Soham Knit and Natter", kind="drop_in", about="We knit.", who="Anyone"
    )
    visitor.send("/add", go="contact", **where)
    visitor.send("/add", go="review", **(contact or {}))
    visitor.wait(seconds=40)
    return read_html(visitor.seen).text


def test_three_steps_make_an_entry_when_a_curator_says_so(visitor: Visitor, curator: Visitor) -> None:
    where = {
        "town": "Soham",
        "postcode": "cb7 5hj",
        "when": "every Wednesday 10am to 12 noon",
        "how_in_person": "yes",
    }
    contact = {"phone": "01632 960777", "web": "knit.example.org", "cost": "free", "note": "I go there"}
    last = walk(visitor, where=where, contact=contact)
    for words in (
        "Soham Knit and Natter",
        "Drop-in",
        "Every Wednesday, 10am to 12 noon",
        "https://knit.example.org",
    ):
        assert words in last
    reply = visitor.send("/add", go="send")
    assert "Thank you. We have what you sent." in reply.text
    reference_in(reply.text)
    assert visitor.client.get("/entries/soham-knit-and-natter").status_code == 404
    path = open_first(curator)
    assert "I go there" in curator.seen
    curator.send(f"{path}/accept", go="all")
    entry = visitor.client.get("/api/v1/entries/soham-knit-and-natter").json()
    assert (entry["kind"], entry["cost"], entry["places"][0]["postcode"]) == ("drop_in", "free", "CB7 5HJ")
    assert [one["words"] for one in entry["sessions"]] == ["Every Wednesday, 10am to 12 noon"]
    assert [one["value"] for one in entry["contacts"]] == ["01632 960777", "https://knit.example.org"]
    assert entry["freshness"] == "unchecked"
    assert entry["source"]["name"] == "Suggested by a visitor"


def test_a_step_back_loses_nothing(visitor: Visitor) -> None:
    visitor.open("/add?name=Tea%20and%20talk")
    assert visitor.form("/add")["name"] == "Tea and talk"
    visitor.send("/add", go="where", who="Anyone")
    visitor.send("/add", go="what", town="Soham", when="now and then")
    form = visitor.form("/add")
    assert (form["name"], form["who"], form["town"], form["when"]) == (
        "Tea and talk",
        "Anyone",
        "Soham",
        "now and then",
    )


def test_a_step_says_what_is_wrong_with_it(visitor: Visitor) -> None:
    visitor.open("/add")
    assert visitor.send("/add", go="where").status_code == 422
    assert "Say what it is called." in visitor.seen
    visitor.send("/add", go="where", name="Tea")
    assert visitor.send("/add", go="contact").status_code == 422
    assert visitor.send("/add", go="contact", postcode="somewhere").status_code == 422
    assert "is not a whole UK postcode" in visitor.seen
    assert visitor.form("/add")["postcode"] == "somewhere"
    visitor.send("/add", go="contact", postcode="", how_phone="yes")
    assert visitor.send("/add", go="review", web="not a page at all", email="ann").status_code == 422
    assert "name@example.org" in visitor.seen


def test_times_we_cannot_read_stay_words(visitor: Visitor, curator: Visitor) -> None:
    last = walk(visitor, where={"town": "Soham", "when": "when Joan is in"})
    assert "We could not read this as days and times for certain" in last
    visitor.send("/add", go="send")
    open_first(curator)
    assert "when Joan is in" in read_html(curator.seen).text
    assert 'name="take.sessions"' not in curator.seen


def test_a_home_is_suggested_as_a_home(visitor: Visitor, curator: Visitor) -> None:
    walk(visitor, where={"address": "3 Rose Lane", "town": "Soham", "postcode": "CB7 5HJ", "home": "yes",
         "lon": "0.3369", "lat": "52.3336"})  # fmt: skip
    visitor.send("/add", go="send")
    curator.send(f"{open_first(curator)}/accept", go="all")
    entry = visitor.client.get("/api/v1/entries/soham-knit-and-natter")
    assert entry.json()["point"] is None
    for private in ("Rose Lane", "5HJ", "52.333"):
        assert private not in entry.text


def test_what_is_there_already_is_shown_before_sending(visitor: Visitor) -> None:
    visitor.open("/add?name=The%20Soham%20Singers")
    visitor.send("/add", go="where")
    visitor.send("/add", go="contact", town="Soham")
    visitor.send("/add", go="review")
    page = read_html(visitor.seen)
    assert "It may be here already" in page.text
    assert "/entries/soham-singers/suggest" in page.links
    typed = visitor.client.get("/add/likely?name=soham+singers&town=Soham").json()
    assert [one["slug"] for one in typed["items"]] == ["soham-singers"]
    hidden = visitor.client.get("/add/likely?name=Rosalind's+Sitting+Service&town=Ely").json()
    assert hidden["items"] == []


def test_hostile_words_in_a_new_entry(visitor: Visitor, curator: Visitor) -> None:
    visitor.open("/add")
    visitor.send("/add", go="where", name=HOSTILE + "\x00", about=HOSTILE)
    visitor.send("/add", go="contact", town="Soham", address=HOSTILE)
    visitor.send("/add", go="review", note=HOSTILE)
    visitor.wait(seconds=30)
    assert "<script>alert" not in visitor.seen
    assert visitor.send("/add", go="send").status_code == 200
    open_first(curator)
    assert "<script>alert" not in curator.seen
    assert "<script>alert('x')</script>" in read_html(curator.seen).text


def test_too_much_at_once_is_refused_before_it_is_read(visitor: Visitor) -> None:
    reply = visitor.client.post("/add", data={"name": "x" * 400_000})
    assert reply.status_code == 413
    reply = visitor.client.post("/api/v1/suggestions", json={"what": "new", "note": "x" * 400_000})
    assert reply.status_code == 413


def test_the_json_api_takes_the_same(visitor: Visitor, curator: Visitor) -> None:
    def post(**body: object) -> tuple[int, dict[str, str]]:
        reply = visitor.client.post("/api/v1/suggestions", json=body)
        return reply.status_code, reply.json()

    status, receipt = post(
        what="change", entry="soham-singers", fields={"cost": "paid", "name": "Soham Singers"}
    )
    assert status == 202
    assert receipt["status_url"] == f"/suggestions/{receipt['reference']}"
    assert "You asked to change Cost" in read_html(visitor.open(receipt["status_url"])).text
    assert visitor.client.get("/api/v1/entries/soham-singers").json()["cost"] == "free"
    assert post(what="new", fields={"name": "New", "place.town": "Soham"})[0] == 202
    assert post(what="report", entry="soham-singers", reason="closed")[0] == 202
    assert post(what="report", entry="nobody", reason="closed")[0] == 404
    for wrong in (
        {"what": "new"},
        {"what": "change", "entry": "soham-singers"},
        {"what": "report", "entry": "soham-singers"},
        {"what": "change", "fields": {"cost": "paid"}},
        {"what": "new", "fields": {"name": "x", "stage": "published"}},
        {"what": "new", "fields": {"name": ["x"]}},
        {"what": "new", "fields": {"name": "New", "place.point": {"lon": "here"}}},
        {"what": "new", "fields": {"name": "New", "contacts": "ring us"}},
        {"what": "new", "fields": {"name": "New", "sessions": [7]}},
        {"what": "new", "fields": {"name": "New", "coverage": [{"how": "area", "area": "NOWHERE"}]}},
        {"what": "change", "entry": "soham-singers", "fields": {"access.toilet": "maybe?"}},
        {"what": "new", "fields": {"name": "New"}, "approved": True},
        {"what": "new", "fields": {"name": "New", "coverage": [{"how": "shape", "shape": {"\x00": 1}}]}},
        {"what": "new", "fields": {"name": json.loads("[" * 50 + "]" * 50)}},
        {"what": "new", "fields": {"name": "New", "age_from": 10**40}},
    ):
        status, problem = post(**wrong)
        assert status == 422, wrong
        assert problem["detail"]
    assert "3 in your areas" in read_html(curator.open("/curate/suggestions")).text


def test_it_is_documented_with_its_statuses(visitor: Visitor) -> None:
    described = visitor.client.get("/api/openapi.json").json()["paths"]["/api/v1/suggestions"]["post"]
    assert set(described["responses"]) == {"202", "404", "413", "422", "429", "503"}


def test_curators_pages_need_a_curator(visitor: Visitor, place: Directory) -> None:
    assert visitor.client.get("/curate/suggestions").headers["location"].startswith("/sign-in")
    navigator = Visitor(visitor.client, cookie=session_cookie(place, "navigator", area="W1"))
    assert navigator.get("/curate/suggestions").status_code == 403
