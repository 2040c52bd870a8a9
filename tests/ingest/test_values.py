"""Values in cells: money, telephones, yes and no, ages, links, dates, text; and what is said of the rest."""

from datetime import date
from unicodedata import category

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.values import (
    clean_text,
    find_personal,
    mask_personal,
    read_ages,
    read_date,
    read_emails,
    read_link,
    read_money,
    read_phones,
    read_yes_no,
)


@pytest.mark.parametrize(
    ("text", "cost", "pence", "note"),
    [
        ("Free", "free", (), None),
        ("free.", "free", (), None),
        ("Free of charge", "free", (), "Free of charge"),
        ("No charge", "free", (), "No charge"),
        ("The sessions are free", "free", (), "The sessions are free"),
        ("0", "free", (), None),
        ("£0.00", "free", (0,), "£0.00"),
        ("3.5", "paid", (350,), "£3.50"),
        ("2", "paid", (200,), "£2"),
        ("£3.50 per session", "paid", (350,), "£3.50 per session"),
        ("50p", "paid", (50,), "50p"),
        ("£12-£15 an hour", "paid", (1200, 1500), "£12-£15 an hour"),
        ("£2–3", "paid", (200, 300), "£2-3"),
        ("£1,200 a year", "paid", (120000,), "£1,200 a year"),
        ("Members £2, others £3", "paid", (200, 300), "Members £2, others £3"),
        ("Donation", "donation", (), "Donation"),
        ("Suggested donation £2", "donation", (200,), "Suggested donation £2"),
        ("Pay what you can", "donation", (), "Pay what you can"),
        ("£4, free for carers", "varies", (400,), "£4, free for carers"),
        ("Varies", "varies", (), "Varies"),
        ("Small charge for refreshments", "paid", (), "Small charge for refreshments"),
        ("First session free", None, (), "First session free"),
        ("Gluten free", None, (), "Gluten free"),
        ("ask Ann", None, (), "ask Ann"),
    ],
)
def test_money(text: str, cost: str | None, pence: tuple[int, ...], note: str | None) -> None:
    read = read_money(text)
    assert read.value is not None
    assert (read.value.cost, read.value.pence, read.value.note) == (cost, pence, note)
    assert (read.issue is None) == (cost is not None)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("01353 720123", ("01353 720123",)),
        ("(01353) 720123", ("01353 720123",)),
        ("01353720123", ("01353 720123",)),
        ("+44 (0)1353 720123", ("01353 720123",)),
        ("0044 1353 720123", ("01353 720123",)),
        ("07700 900123", ("07700 900123",)),
        ("020 7946 0958", ("020 7946 0958",)),
        ("01353 720123 / 07700 900123", ("01353 720123", "07700 900123")),
        ("01353 720123 or 07700 900123", ("01353 720123", "07700 900123")),
        ("01353/720123", ("01353 720123",)),
        ("Ann: 01353 720123 (evenings)", ("01353 720123",)),
        ("01353 720123\n01353 720123", ("01353 720123",)),
        ("111", ("111",)),
        ("+353 1 676 6222", ("+353 1 676 6222",)),
    ],
)
def test_telephones(text: str, numbers: tuple[str, ...]) -> None:
    assert read_phones(text).value == numbers
    assert read_phones(text).issue is None


@pytest.mark.parametrize("text", ["1353720123", "1353720123.0", "1353 720123", "441353720123"])
def test_a_lost_zero_is_put_back_and_said(text: str) -> None:
    read = read_phones(text)
    assert read.value == ("01353 720123",)
    assert read.issue is not None
    assert "put it back" in read.issue.what


@pytest.mark.parametrize(
    "text", ["92939293", "ask at the desk", "1.35372E+09", "12345", "CB7 5HJ", "01/02/2026"]
)
def test_no_telephone_is_said_to_be_none(text: str) -> None:
    read = read_phones(text)
    assert read.value is None
    assert read.issue is not None


@pytest.mark.parametrize(
    ("text", "says", "note"),
    [
        *((word, True, None) for word in ("Y", "Yes", "TRUE", "yes.", "1", "✓")),
        *((word, False, None) for word in ("N", "No", "FALSE", "0", "None")),
        *((word, None, None) for word in ("", "n/k", "TBC", "Not known", "?", "N/A", "don’t know")),
        ("Yes - ramp", True, "ramp"),
        ("Yes (ramp at the back)", True, "ramp at the back"),
        ("No, two steps", False, "two steps"),
    ],
)
def test_yes_and_no(text: str, says: bool | None, note: str | None) -> None:
    read = read_yes_no(text)
    assert read.value is not None
    assert (read.value.says, read.value.note) == (says, note)
    assert read.issue is None


@pytest.mark.parametrize(
    "text", ["Partial", "Yes but not the toilet", "ramp", "some", "2", "Yes, if you ask", "x"]
)
def test_neither_yes_nor_no_is_unknown_and_kept(text: str) -> None:
    read = read_yes_no(text)
    assert read.value is not None
    assert (read.value.says, read.value.note) == (None, text)
    assert read.issue is not None


@pytest.mark.parametrize(
    ("text", "age_from", "age_to"),
    [
        ("18+", 18, None),
        ("18 +", 18, None),
        ("18 plus", 18, None),
        ("55 and over", 55, None),
        ("Over 60s", 60, None),
        ("over-50s", 50, None),
        ("aged 65 or over", 65, None),
        ("under 5s", None, 4),
        ("Under 18", None, 17),
        ("up to 11 years", None, 11),
        ("16 and under", None, 16),
        ("11-18 years", 11, 18),
        ("11 – 18", 11, 18),
        ("ages 5 to 11", 5, 11),
        ("between 8 and 12", 8, 12),
        ("0-4 yrs", 0, 4),
        ("All ages", None, None),
        ("Adults", 18, None),
    ],
)
def test_ages(text: str, age_from: int | None, age_to: int | None) -> None:
    read = read_ages(text)
    assert read.value is not None
    assert (read.value.age_from, read.value.age_to) == (age_from, age_to)


@pytest.mark.parametrize("text", ["0-18 months", "18-11", "Year 7", "teenagers", "200+", "5", "under 0"])
def test_ages_we_do_not_know(text: str) -> None:
    assert read_ages(text).value is None
    assert read_ages(text).issue is not None


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("https://example.org/page?a=1#b", "https://example.org/page?a=1#b"),
        ("http://example.org", "http://example.org"),
        ("www.example.org.uk", "https://www.example.org.uk"),
        ("example.org/groups", "https://example.org/groups"),
        ("HTTP://EXAMPLE.ORG/A", "HTTP://EXAMPLE.ORG/A"),
        ("http//example.org", "http://example.org"),
        ("https:/example.org", "https://example.org"),
        ("<https://example.org>", "https://example.org"),
        ("example.org:8080/a", "https://example.org:8080/a"),
    ],
)
def test_links(text: str, link: str) -> None:
    assert read_link(text).value == link


@pytest.mark.parametrize(
    "text",
    [
        *(
            "javascript:alert(1)",
            "JaVaScRiPt://example.org/%0aalert(1)",
            "data:text/html,x",
            "ftp://example.org",
        ),
        *("see our website", "example", "https://", "https://user:pw@example.org", "https://exa mple", "//"),
        *("file:///etc/passwd", "https://127.0.0.1/a", "http://[::1]/", "https://example.org:99999/"),
    ],
)
def test_what_is_no_link_is_refused(text: str) -> None:
    assert read_link(text).value is None


def test_an_email_in_the_column_for_the_web() -> None:
    read = read_link("ann@example.org")
    assert read.value is None
    assert read.issue is not None
    assert "e-mail" in read.issue.what


def test_emails() -> None:
    assert read_emails("ann@example.org; bob@example.org").value == ("ann@example.org", "bob@example.org")
    assert read_emails("Ann <ann.o'neil@example.org>").value == ("ann.o'neil@example.org",)
    assert read_emails("ann at example").value is None
    assert read_emails("ann at example").issue is not None
    assert read_emails("n/a").issue is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("4/12/2025", date(2025, 12, 4)),
        ("04.12.25", date(2025, 12, 4)),
        ("2025-12-04", date(2025, 12, 4)),
        ("2025-12-04T10:00:00Z", date(2025, 12, 4)),
        ("4th December 2025", date(2025, 12, 4)),
        ("Thursday 4 Dec 2025", date(2025, 12, 4)),
        ("4-Dec-25", date(2025, 12, 4)),
        ("December 4, 2025", date(2025, 12, 4)),
        ("04/12/2025 00:00", date(2025, 12, 4)),
        ("45995", date(2025, 12, 4)),
        ("12/25/2025", None),
        ("31/02/2025", None),
        ("soon", None),
        ("2025", None),
    ],
)
def test_dates(text: str, day: date | None) -> None:
    read = read_date(text)
    assert read.value == day
    assert (read.issue is None) == (day is not None and text != "45995")


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("<p>Tea &amp; <b>cake</b></p><p>All welcome</p>", "Tea & cake\nAll welcome"),
        ("&lt;p&gt;Tea&lt;/p&gt;", "Tea"),
        ("<script>alert(1)</script>Tea", "Tea"),
        ("<ul><li>Tea<li>Cake</ul>", "- Tea\n- Cake"),
        ("ages < 5 and > 2", "ages < 5 and > 2"),
        ("Ann <ann@example.org>", "Ann ann@example.org"),
        ("Tea\u00a0and\u200b cake", "Tea and cake"),
        ("Tea\x00and\x07cake", "Tea and cake"),
        ("Cafe\u0301", "Café"),
        ("SOHAM VILLAGE HALL", "SOHAM VILLAGE HALL"),
        ("one\r\ntwo\n\n\n\nthree", "one\ntwo\n\nthree"),
    ],
)
def test_text(text: str, clean: str) -> None:
    assert clean_text(text).text == clean


def test_what_was_taken_out_of_a_text_is_counted() -> None:
    read = clean_text("<b>Tea</b>\x00\x01 caf\ufffd")
    assert (read.tags, read.controls, read.unreadable) == (2, 2, 1)
    assert read.issue is not None
    assert "2 HTML tags and 2 control characters" in read.issue.what
    assert clean_text("Tea").issue is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ring Ann on 01353 720123 or 07700 900123.", ["01353 720123", "07700 900123"]),
        ("01353 720123 07700 900123", ["01353 720123", "07700 900123"]),
        ("Call +44 1353 720123", ["+44 1353 720123"]),
        ("Write to ann.b@example.org, or ring", ["ann.b@example.org"]),
        ("ann [at] example [dot] org", ["ann [at] example [dot] org"]),
        ("tel:(01353) 720123", ["(01353) 720123"]),
        ("01353 720123/4 (Ann)", ["01353 720123"]),
        ("Tel01353720123now", ["01353720123"]),
        ("from Dublin +353 1 676 6222", ["+353 1 676 6222"]),
        ("Registered charity 1104951, company 01234567", []),
        ("On 01/02/2026 at 09:00-17:00, £1000 or 0.50p", []),
        ("CB7 5HJ, UPRN 010023456789", []),
        ("Rooms 01 02 03 04 05", []),
        ("2026-01-05 10:00:00", []),
        ("meet @ the hall", []),
    ],
)
def test_ways_to_reach_a_person_are_found(text: str, found: list[str]) -> None:
    assert [one.words for one in find_personal(text)] == found
    assert all(text[one.start : one.end] == one.words for one in find_personal(text))
    assert not find_personal(mask_personal(text))


@given(st.text(max_size=60) | st.text("0123456789 ()+-/.@£<>&;:,abn", max_size=60))
@settings(max_examples=150, deadline=None)
def test_no_cell_makes_an_error(text: str) -> None:
    for read in (read_money, read_phones, read_yes_no, read_ages, read_link, read_emails, read_date):
        result = read(text)
        assert result.issue is None or (result.issue.what and result.issue.todo)
    assert not [one for one in clean_text(text).text if one != "\n" and category(one) in ("Cc", "Cs", "Co")]
    find_personal(text)


@pytest.mark.parametrize("piece", ["0", "0 ", "a@", "<a ", "&amp;", "£1-", "(0", "a.", "1-", "<", "under "])
def test_long_cells_end(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    for read in (read_money, read_phones, read_yes_no, read_ages, read_link, read_emails, read_date):
        read(text)
    clean_text(text)
    find_personal(text)
