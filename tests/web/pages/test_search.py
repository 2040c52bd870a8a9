"""The search page shows what the API finds, in its order, and keeps what was asked."""

from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from fastapi.testclient import TestClient

from tests.web.pages.html_reader import PageReader, read_html

QUERIES = [
    "",
    "q=lonely&near=CB7+5AA",
    "q=lift+to+hospital&near=Ely",
    "near=Soham&radius_km=10&sort=distance",
    "kind=drop_in&kind=timebank&sort=name",
    "need=loneliness&day=wed",
    "q=bereavment",
    "near=March&serves=any",
    "area=soham-and-villages&sort=checked",
    "near=52.33,0.34&page=2&per_page=5",
    "q=zzqx",
]


def see(client: TestClient, query: str, status: int = 200) -> PageReader:
    reply = client.get(f"/search?{query}")
    assert reply.status_code == status, reply.text[:500]
    return read_html(reply.text)


@pytest.mark.parametrize("query", QUERIES)
def test_the_list_is_the_list_of_the_api(client: TestClient, query: str) -> None:
    found = client.get(f"/api/v1/entries?{query}").json()
    page = see(client, query)
    assert page.cards == [item["slug"] for item in found["items"]]
    if found["total"]:
        assert page.one("h1").text.strip().startswith(f"{found['total']:,} thing")
    for item in found["items"]:
        for reason in item["why"]:
            assert reason in page.text


def test_what_is_only_near_is_not_said_to_serve_the_place(client: TestClient) -> None:
    assert see(client, "near=Soham").one("h1").text.endswith(" that serve Soham, East Cambridgeshire")
    wider = see(client, "near=Soham&serves=any")
    assert wider.one("h1").text.endswith(" that serve or are near Soham, East Cambridgeshire")


@pytest.mark.parametrize(("query", "last"), [("kind=group", 3), ("near=Soham&cost=donation", 1)])
def test_a_page_past_the_last_leads_back_into_the_list(client: TestClient, query: str, last: int) -> None:
    page = see(client, f"{query}&page=400")
    assert not page.cards
    assert f"This list has {last} page" in page.text
    back = page.one("a", rel="prev").attributes["href"]
    assert see(client, urlsplit(back).query).cards


def test_nearest_first_without_a_place_says_that_it_needs_one(client: TestClient) -> None:
    told = "Nearest first needs a place to measure from."
    for query in ("q=tea&sort=distance", "sort=distance&bbox=0.2,52.2,0.5,52.5"):
        found = client.get(f"/api/v1/entries?{query}").json()
        (passed_over,) = found["passed_over"]
        assert (passed_over["field"], told in passed_over["message"]) == ("sort", True)
        page = see(client, query)
        assert passed_over["message"] in page.text
        assert page.one("strong", **{"aria-current": "true"}).text == "best match"
    for query in ("q=tea&near=Soham&sort=distance", "q=tea+in+Soham&sort=distance", "q=tea&sort=name"):
        assert client.get(f"/api/v1/entries?{query}").json()["passed_over"] == []
        assert told not in see(client, query).text


def test_words_and_place_stay_in_the_form(client: TestClient) -> None:
    page = see(client, "q=tea+%26+%22cake%22&near=Soham&radius_km=10&day=wed&kind=drop_in&kind=group")
    assert page.one("input", id="q").attributes["value"] == 'tea & "cake"'
    assert page.one("input", id="near").attributes["value"] == "Soham"
    for value in ("10", "wed"):
        assert "selected" in page.one("option", value=value).attributes
    for value in ("drop_in", "group"):
        assert "checked" in page.one("input", name="kind", value=value).attributes


def test_each_chip_takes_away_one_thing(client: TestClient) -> None:
    asked = (
        "q=tea&kind=drop_in&kind=timebank&need=loneliness&access=step_free&day=wed&area=soham-and-villages"
    )
    page = see(client, asked)
    chips = page.with_class("chip")
    assert len(chips) == 6
    everything = sorted(parse_qsl(asked))
    for chip in chips:
        left = parse_qsl(urlsplit(chip.attributes["href"]).query)
        assert len(left) == len(everything) - 1
        assert set(left) < set(everything)


@pytest.mark.parametrize(
    "group", ["kind", "need", "audience", "access", "language", "delivery", "cost"]
)  # fmt: skip
def test_the_count_beside_a_filter_is_what_it_gives(client: TestClient, group: str) -> None:
    page = see(client, "")
    box = page.all("input", name=group)[0]
    shown = next(one for one in page.with_class("tick") if box is page.elements[page.elements.index(one) + 1])
    count = int(shown.text.rpartition("(")[2].strip().rstrip(")"))
    narrowed = see(client, f"{group}={box.attributes['value']}")
    assert narrowed.one("h1").text.strip().startswith(f"{count} thing")


def test_ticked_values_stay_even_when_nothing_has_them(client: TestClient) -> None:
    page = see(client, "q=zzqx&kind=food")
    assert "checked" in page.one("input", name="kind", value="food").attributes


def test_pages_go_on_where_the_last_one_stopped(client: TestClient) -> None:
    first = see(client, "per_page=20")
    second_url = first.one("a", rel="next").attributes["href"]
    second = read_html(client.get(second_url).text)
    assert len(first.cards) == 20
    assert not set(first.cards) & set(second.cards)
    assert read_html(client.get(second.one("a", rel="prev").attributes["href"]).text).cards == first.cards


def test_near_but_not_serving_stands_apart_and_says_so(client: TestClient) -> None:
    found = client.get("/api/v1/entries?near=Soham").json()
    assert found["nearby_not_serving"]["total"] > 0, "the example data has such a case"
    page = see(client, "near=Soham")
    assert "Near, but serving other places" in page.text
    apart = page.with_class("not-serving")[0]
    assert len(page.all("article")) > len(page.cards)
    assert not [item for item in found["items"] if item["name"] in apart.text]


def test_how_well_the_place_is_known_is_said(client: TestClient) -> None:
    note = client.get("/api/v1/entries?near=CB7").json()["place"]["note"]
    assert note in see(client, "near=CB7").text
    assert "Distances are from the middle of this place." in see(client, "near=Soham").text


def test_a_place_with_two_meanings_offers_both_as_links(client: TestClient) -> None:
    page = see(client, "near=Sutton&q=tea&kind=timebank", 422)
    assert page.one("title").text.startswith("Problem: Which “Sutton” do you mean?")
    assert "Which “Sutton” do you mean?" in page.one("div", role="alert").text
    assert "could not find" not in page.text
    choices = [link for link in page.links if link.startswith("/search?") and "near=Sutton%2C" in link]
    assert len(choices) == 2
    for link in choices:
        assert {("q", "tea"), ("kind", "timebank")} < set(parse_qsl(urlsplit(link).query))
        assert client.get(link).status_code == 200
    assert page.one("input", id="near").attributes["value"] == "Sutton"
    assert page.one("input", id="near").attributes["aria-invalid"] == "true"
    assert page.one("input", name="kind").attributes["value"] == "timebank"


def test_a_word_read_as_itself_is_not_said_twice(client: TestClient) -> None:
    (chip,) = see(client, "q=tea+in+soham").with_class("chip-read")
    assert "“soham” as near Soham" in chip.text
    (chip,) = see(client, "q=timebank").with_class("chip-read")
    assert chip.text.split(".")[0].strip() == "Timebank"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/search?near=52.33,0.34&page=2&per_page=5", ", page 2 –"),
        ("/connectors?near=Soham", "Who is my connector for Soham, East Cambridgeshire? –"),
        ("/getting-there?near=Ely", "Getting there from Ely, East Cambridgeshire –"),
    ],
)
def test_the_title_tells_this_page_from_another(client: TestClient, path: str, words: str) -> None:
    assert words in read_html(client.get(path).text).one("title").text


@pytest.mark.parametrize("path", ["/search?near=Soham", "/kinds/transport", "/areas/ely", "/getting-there"])
def test_every_list_says_whom_to_ring_and_where_to_go(client: TestClient, path: str) -> None:
    page = read_html(client.get(path).text)
    assert any(link.startswith("tel:") for link in page.links)
    for slug in page.cards:
        entry = client.get(f"/api/v1/entries/{slug}").json()
        for line in (entry["places"] or [{}])[0].get("address") or []:
            assert line in page.text


@pytest.mark.parametrize(
    "near",
    [
        "ZZ99 9ZZ",
        "CB7 9ZZ",
        "Paris",
        "SW1A 1AA",
        "\N{PILE OF POO}",
        "x" * 2000,
        "\x00",
        "0,0",
        "999,999",
        "CB7 5A!",
    ],
)
def test_a_place_we_cannot_use_is_answered_in_words(client: TestClient, near: str) -> None:
    reply = client.get("/search", params={"near": near})
    assert reply.status_code in (200, 422)
    same = client.get("/api/v1/entries", params={"near": near})
    assert same.status_code == reply.status_code
    if reply.status_code == 422:
        assert same.json()["detail"] in read_html(reply.text).text


@pytest.mark.parametrize(
    "query", ["radius_km=far", "page=0", "kind=castle", "at=noon", "bbox=1,2", "area=nowhere"]
)
def test_a_value_we_cannot_use_is_named(client: TestClient, query: str) -> None:
    page = see(client, query, 422)
    detail = client.get(f"/api/v1/entries?{query}").json()["errors"][0]["message"]
    assert detail in page.text


def test_an_empty_place_is_everywhere(client: TestClient) -> None:
    assert see(client, "near=&q=&day=&area=").cards == see(client, "").cards


def test_a_slip_of_the_keyboard_is_put_right_and_said(client: TestClient) -> None:
    assert client.get("/api/v1/entries?q=gardning").json()["corrected"] == {"gardning": "gardening"}
    assert "No entry says “gardning”, so we looked for “gardening”." in see(client, "q=gardning").text


def test_a_word_that_no_entry_has_is_named(client: TestClient) -> None:
    assert client.get("/api/v1/entries?q=tea+zzqx").json()["unknown"] == ["zzqx"]
    assert "No entry mentions “zzqx”." in see(client, "q=tea+zzqx").text
    assert "No entry mentions" not in see(client, "q=tea").text


def test_a_list_that_has_only_some_of_the_words_says_so(client: TestClient) -> None:
    assert client.get("/api/v1/entries?q=bereavement+scooter").json()["relaxed"] == "some_words"
    assert "what fits some of them" in see(client, "q=bereavement+scooter").text


def test_a_list_that_has_none_of_the_words_does_not_claim_them(client: TestClient) -> None:
    assert client.get("/api/v1/entries?q=zzqx&near=Soham").json()["relaxed"] == "no_words"
    page = see(client, "q=zzqx&near=Soham")
    assert "Nothing here has your words." in page.text
    assert "zzqx" not in page.one("h1").text


def test_what_was_read_out_of_the_words_is_said_and_can_be_taken_back(client: TestClient) -> None:
    query = "q=tea+in+Soham+on+wednesday"
    understood = client.get(f"/api/v1/entries?{query}").json()["understood"]
    assert {one["what"] for one in understood} == {"place", "time"}
    page = see(client, query)
    assert not page.with_class("chip"), "what was only read from the words is not what the visitor chose"
    for one in understood:
        chip = next(chip for chip in page.with_class("chip-read") if f"“{one['words']}”" in chip.text)
        assert one["label"] in chip.text
        without = read_html(client.get(chip.attributes["href"]).text)
        assert f"“{one['words']}” as" not in without.text
        # Having taken it back is a choice like any other: it is shown, and can be taken back itself.
        again = next(other for other in without.with_class("chip") if "read from your words" in other.text)
        assert read_html(client.get(again.attributes["href"]).text).cards == page.cards


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("taxi", "“taxi” as Transport scheme"),
        ("foodbank in Ely", "“foodbank” as Food scheme"),
    ],
)
def test_a_kind_read_from_the_words_has_the_name_it_has_in_the_filter(
    client: TestClient, typed: str, said: str
) -> None:
    page = see(client, urlencode({"q": typed}))
    (chip,) = [one for one in page.with_class("chip-read") if one.text.startswith(said)]
    label = said.rpartition(" as ")[2]
    assert any(tick.text.strip().startswith(label) for tick in page.with_class("tick"))
    taken_back = see(client, urlsplit(chip.attributes["href"]).query)
    assert not [one for one in taken_back.with_class("chip-read") if label in one.text]


@pytest.mark.parametrize(
    ("query", "words"),
    [("near=Soham&radius_km=20", "Within 20 km"), ("near=Soham&serves=any", "Also what serves other places")],
)
def test_how_far_and_for_whom_are_chips_too(client: TestClient, query: str, words: str) -> None:
    chip = next(one for one in see(client, query).with_class("chip") if words in one.text)
    assert chip.attributes["href"] == "/search?near=Soham"


def test_hours_we_do_not_hold_are_counted_and_can_be_seen(client: TestClient) -> None:
    query = "at=2026-11-25T10:00"
    unknown = client.get(f"/api/v1/entries?{query}").json()["times_unknown"]
    assert unknown > 1, "the example data has such entries"
    page = see(client, query)
    assert f"{unknown} more may be open then: we do not hold their hours." in page.text
    assert "/search" in [link for link in page.links if "at=" not in link]


def test_open_at_a_chosen_time_is_not_said_of_now(client: TestClient) -> None:
    page = see(client, "at=2026-11-25T10:00")
    states = {one.text.strip() for one in page.with_class("state-open")}
    assert states == {"Open then"}


NOTHING = [
    "q=zzqx",
    "near=Soham&kind=lending&language=bsl",
    "kind=food&language=bsl",
    "q=lonely+in+soham&kind=lending&cost=paid",
]


@pytest.mark.parametrize("query", NOTHING)
def test_nothing_found_is_a_beginning(client: TestClient, query: str) -> None:
    assert client.get(f"/api/v1/entries?{query}").json()["total"] == 0
    page = see(client, query)
    assert page.one("h1").text.strip().startswith("Nothing yet")
    place = "near" in query or "soham" in query
    assert [one for one in page.links if one.startswith("/connectors?near=" if place else "/connectors")]
    assert bool(page.with_class("connector")) == place, "who to ask about the place is on the page itself"
    assert "Tell us it is missing" in page.text
    for link in page.links:
        if link.startswith("/"):
            assert client.get(link).status_code == 200


@pytest.mark.parametrize("query", NOTHING[1:])
def test_each_way_on_finds_what_it_says(client: TestClient, query: str) -> None:
    page = see(client, query)
    said = [
        (page.elements[number - 1].attributes["href"], one.text.split()[0])
        for number, one in enumerate(page.elements)
        if "count" in one.attributes.get("class", "") and page.elements[number - 1].tag == "a"
    ]
    assert said
    for link, count in said:
        assert read_html(client.get(link).text).one("h1").text.split()[0] == count, link


def test_what_is_missing_can_be_added_at_once(client: TestClient) -> None:
    page = see(client, "q=zzqx&kind=food")
    link = next(one for one in page.links if one.startswith("/add?"))
    begun = read_html(client.get(link).text)
    assert begun.one("input", id="name").attributes["value"] == "zzqx"
