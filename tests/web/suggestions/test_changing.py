"""From a wrong fact to the entry put right, by forms alone: sending, bots, reading, deciding."""

import re

from api.entries.service import ToSave, get_draft, save_entry
from api.suggestions.service import get_public
from tests.conftest import Directory
from tests.people import form_proof, session_cookie
from tests.web.pages.html_reader import read_html
from tests.web.suggestions.conftest import Visitor

SUGGEST = "/entries/soham-singers/suggest"
REPORT = "/entries/soham-singers/report"
HOSTILE = "<script>alert('x')</script> \u202eevil\u202c 👵🏽"


def reference_in(page: str) -> str:
    found = re.search(r"[B-DF-HJ-NP-TV-XZ]{5}-[B-DF-HJ-NP-TV-XZ]{5}", page)
    assert found
    return found[0]


def change(visitor: Visitor, **typed: str | None) -> str:
    """Sends a change; its reference."""
    visitor.open(SUGGEST)
    visitor.wait(seconds=30)
    reply = visitor.send(SUGGEST, **typed)
    assert reply.status_code == 200, read_html(reply.text).text[:600]
    return reference_in(reply.text)


def open_first(curator: Visitor) -> str:
    """The curator's page of what waits longest; where it is."""
    listed = read_html(curator.open("/curate/suggestions"))
    path = next(link for link in listed.links if link.startswith("/curate/suggestions/"))
    curator.open(path)
    return path


def test_two_of_three_changes_are_taken_and_all_pages_say_so(visitor: Visitor, curator: Visitor) -> None:
    reference = change(visitor, name="Soham Community Choir", summary="We sing loudly.", cost="donation",
                       note="I go there", email="ann@example.org")  # fmt: skip
    assert "Soham Community Choir" not in visitor.open("/entries/soham-singers")
    path = open_first(curator)
    page = read_html(curator.seen)
    assert [one.text for one in page.all("h2")][:4] == [
        "What the sender wrote to you", "Name", "In one sentence", "Cost"
    ]  # fmt: skip
    assert "ann@example.org" not in curator.seen
    reply = curator.send(f"{path}/accept", go="some", take__summary=None, why="We rang them.")
    assert "Part of it is taken" in reply.text
    entry = read_html(visitor.open("/entries/soham-singers")).text
    assert "Soham Community Choir" in entry
    assert "We sing." in entry
    found = visitor.client.get("/api/v1/entries?q=community+choir").json()
    assert [one["name"] for one in found["items"]] == ["Soham Community Choir"]
    status = read_html(visitor.open(f"/suggestions/{reference}")).text
    assert "We have put in part of it" in status
    assert "We took Name and Cost" in status
    assert "We rang them." in status
    curator.send(f"{path}/undo")
    assert "It waits again" in curator.seen
    assert "Soham Community Choir" not in visitor.open("/entries/soham-singers")


def test_a_private_place_and_internal_contacts_are_nowhere_in_the_form(visitor: Visitor) -> None:
    for path in ("suggest", "report"):
        page = visitor.open(f"/entries/rosalinds-sitting-service/{path}")
        for private in ("Rose Lane", "5HJ", "0.3369", "52.3336", "960999"):
            assert private not in page, private
    visitor.open("/entries/rosalinds-sitting-service/suggest")
    visitor.wait(seconds=30)
    reply = visitor.send("/entries/rosalinds-sitting-service/suggest", place__postcode="CB7 5AA")
    assert reply.status_code == 422
    assert "kept private" in reply.text


def test_times_keep_what_a_line_does_not_say_and_are_never_guessed(
    visitor: Visitor, curator: Visitor
) -> None:
    visitor.open(SUGGEST)
    assert visitor.form(SUGGEST)["sessions"] == "Every Wednesday, 10am to 12 noon"
    change(visitor, sessions="Every Wednesday, 10am to 12 noon\nFridays 2pm to 4pm")
    path = open_first(curator)
    curator.send(f"{path}/accept", go="some")
    sessions = visitor.client.get("/api/v1/entries/soham-singers").json()["sessions"]
    assert [one["words"] for one in sessions] == [
        "Every Wednesday, 10am to 12 noon",
        "Every Friday, 2pm to 4pm",
    ]
    assert sessions[0]["not_on"] == ["2026-12-23"]
    change(visitor, sessions="Some Wednesdays when Joan can make it")
    open_first(curator)
    assert "Some Wednesdays when Joan can make it" in curator.seen
    assert 'name="take.sessions"' not in curator.seen


def test_what_was_not_touched_is_not_sent_though_it_moved(visitor: Visitor, curator: Visitor) -> None:
    visitor.open(SUGGEST)
    page = visitor.seen
    change(visitor, summary="We sing and drink tea.")
    path = open_first(curator)
    curator.send(f"{path}/accept", go="all")
    visitor.seen = page
    visitor.wait(seconds=60)
    visitor.send(SUGGEST, cost="paid")
    open_first(curator)
    assert [one.text for one in read_html(curator.seen).all("h2")] == ["Cost"]


def test_a_bot_meets_a_calm_page_and_nobody_loses_what_they_typed(visitor: Visitor, curator: Visitor) -> None:
    for trap, seconds in (("http://spam.example", 30.0), ("", 1.0), ("", 90_000.0)):
        visitor.open(SUGGEST)
        visitor.wait(seconds=seconds)
        reply = visitor.send(SUGGEST, name="Typed with care", company_site=trap)
        assert reply.status_code == 422
        assert "We could not be sure that a person sent this" in reply.text
        form = visitor.form(SUGGEST)
        assert form["name"] == "Typed with care"
        assert form["company_site"] == ""
    forged = visitor.send(SUGGEST, made=f"{(visitor.now.timestamp() - 60):.1f}.{'0' * 64}")
    assert forged.status_code == 422
    assert "Nothing waits" in read_html(curator.open("/curate/suggestions")).text
    visitor.wait(seconds=5)
    assert visitor.send(SUGGEST).status_code == 200, "the same form once more is taken"


def test_one_network_cannot_flood_the_desk(visitor: Visitor, curator: Visitor) -> None:
    for number in range(20):
        assert change(visitor, name=f"Name {number}")
    visitor.open(SUGGEST)
    visitor.wait(seconds=30)
    reply = visitor.send(SUGGEST, name="One too many")
    assert reply.status_code == 429
    assert visitor.form(SUGGEST)["name"] == "One too many"
    too = visitor.client.post("/api/v1/suggestions", json={"what": "report", "entry": "soham-singers",
                              "reason": "closed"})  # fmt: skip
    assert too.status_code == 429
    assert "20 in your areas" in read_html(curator.open("/curate/suggestions")).text
    visitor.wait(hours=1)
    assert visitor.send(SUGGEST).status_code == 200


def test_a_report_takes_two_taps(visitor: Visitor, curator: Visitor) -> None:
    visitor.open(REPORT)
    visitor.wait(seconds=2)
    assert visitor.send(REPORT).status_code == 422, "nothing chosen"
    visitor.wait(seconds=2)
    reply = visitor.send(REPORT, reason="closed")
    assert "that something is wrong with Soham Singers" in reply.text
    path = open_first(curator)
    assert "It has closed or stopped" in curator.seen
    curator.send(f"{path}/accept", go="some")
    assert "This has closed." in visitor.open("/entries/soham-singers")


def test_hostile_words_stay_words_on_every_page(visitor: Visitor, curator: Visitor) -> None:
    name = HOSTILE + "y" * 400
    reference = change(visitor, name=name, note=HOSTILE + "\x00")
    pages = [curator.open("/curate/suggestions")]
    path = open_first(curator)
    pages.append(curator.seen)
    curator.send(f"{path}/accept", go="some", why=HOSTILE)
    pages += [curator.seen, visitor.open(f"/suggestions/{reference}"), visitor.open("/entries/soham-singers")]
    pages += [visitor.open(SUGGEST), visitor.open(REPORT)]
    for page in pages:
        assert "<script>alert" not in page
        assert not re.search(r"alert\('x'\)", "".join(one.text for one in read_html(page).all("script")))
    for page in pages[1:]:
        assert "<script>alert('x')</script>" in read_html(page).text


def test_a_refusal_says_why_and_taking_back_is_final(visitor: Visitor, curator: Visitor) -> None:
    refused = change(visitor, cost="paid")
    path = open_first(curator)
    assert curator.send(f"{path}/refuse", own="").status_code == 422
    curator.send(f"{path}/refuse", own="They told us it is free.")
    assert "They told us it is free." in visitor.open(f"/suggestions/{refused}")
    other = change(visitor, cost="varies")
    assert "You took it back" in visitor.send(f"/suggestions/{other}/withdraw").text
    assert "Nothing waits" in read_html(curator.open("/curate/suggestions")).text
    assert visitor.client.get(f"/suggestions?reference={other.lower()}").status_code == 303
    assert visitor.client.get("/suggestions?reference=BBBBBCCCCC").status_code == 404


def test_a_field_that_moved_is_shown_three_ways_and_not_ticked(visitor: Visitor, curator: Visitor) -> None:
    change(visitor, name="Soham Choir", cost="donation")
    change(visitor, cost="paid")
    first = open_first(curator)
    stale = curator.seen
    links = read_html(curator.open("/curate/suggestions")).links
    second = next(link for link in links if link.startswith("/curate/suggestions/") and link != first)
    curator.open(second)
    curator.send(f"{second}/accept", go="some")
    curator.seen = stale
    reply = curator.send(f"{first}/accept", go="some")
    assert reply.status_code == 412
    assert "changed while you read this" in reply.text
    curator.open(first)
    assert "take.cost" not in curator.form(f"{first}/accept")
    shown = [one.text.strip() for one in read_html(curator.seen).all("dd")]
    assert shown[2:5] == ["Free", "There is a charge", "By donation"], "as it was, as it is, as suggested"
    curator.send(f"{first}/accept", go="some")
    entry = visitor.client.get("/api/v1/entries/soham-singers").json()
    assert (entry["name"], entry["cost"]) == ("Soham Choir", "paid")


def test_words_are_edited_before_they_are_taken(visitor: Visitor, curator: Visitor) -> None:
    change(visitor, name="SOHAM CHOIR")
    path = open_first(curator)
    curator.send(f"{path}/accept", go="some", value__name="Soham Choir")
    assert visitor.client.get("/api/v1/entries/soham-singers").json()["name"] == "Soham Choir"


def test_an_old_address_leads_to_the_form(visitor: Visitor, curator: Visitor, place: Directory) -> None:
    with place.write() as session:
        entry = get_public(session, "soham-singers")
        stored = get_draft(session, entry.id).draft
        renamed = ToSave(stored.model_copy(update={"slug": "soham-choir"}), entry_id=entry.id)
        save_entry(session, renamed, by="Test", why="A test renames it")
    for form in ("suggest", "report"):
        reply = visitor.client.get(f"/entries/soham-singers/{form}")
        assert (reply.status_code, reply.headers["location"]) == (308, f"/entries/soham-choir/{form}")


def test_others_cannot_see_it(visitor: Visitor, curator: Visitor, place: Directory) -> None:
    change(visitor, cost="paid")
    path = open_first(curator)
    assert visitor.client.get(path).status_code == 303, "to the page for signing in"
    cookie = session_cookie(place, "curator", area="W2")
    elsewhere = Visitor(visitor.client, cookie=cookie)
    proof = form_proof(place.settings(), cookie)
    assert elsewhere.get(path).status_code == 404
    assert elsewhere.post(f"{path}/accept", {"csrf": proof, "go": "all"}).status_code == 404
    assert curator.post(f"{path}/accept", {"go": "all"}).status_code == 403, "without the proof"
