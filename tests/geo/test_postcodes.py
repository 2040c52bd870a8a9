"""Postcodes are read however they are typed, and nothing else is taken for one."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.gazetteer import read_codepoint
from geo.postcodes import (
    AREAS,
    PartialPostcode,
    Postcode,
    find_postcode_within,
    looks_like_postcode,
    parse_postcode,
    postcode_area,
    read_as_sector,
    suggest_repair,
)

LONDON = ["E1W", "N1C", "N1P", "W1A", "W1T", "EC1A", "EC4Y", "NW1W", "SE1P", "SW1A", "WC2H"]

plain_outcodes = st.builds(
    lambda area, district: f"{area}{district}", st.sampled_from(sorted(AREAS)), st.integers(0, 99)
)
outcodes = plain_outcodes | st.sampled_from(LONDON)
inwards = st.from_regex(r"[0-9][ABD-HJLNP-UW-Z]{2}", fullmatch=True)


def test_there_are_124_areas() -> None:
    assert len(AREAS) == 124
    assert {"AB", "BT", "CB", "PE", "SG", "ZE", "E", "WC"} <= AREAS


@pytest.mark.parametrize(
    "typed",
    [
        "cb75aa",
        "CB7 5AA",
        " cb7  5aa.",
        "ＣＢ７　５ＡＡ",
        "Cb7-5Aa",
        "cb7\u00a05aa",
        "CB 7 5AA",
        "CB7 5A A",
        "CB7,5AA",
        "(CB7 5AA)",
        "CB7\u200b5AA",
        "CB75 AA",
    ],
)
def test_whole_postcodes_however_typed(typed: str) -> None:
    assert parse_postcode(typed) == Postcode("CB7 5AA", "CB7", "CB7 5", "unit")


@pytest.mark.parametrize(
    ("typed", "text", "outcode", "sector"),
    [
        ("SW1A1AA", "SW1A 1AA", "SW1A", "SW1A 1"),
        ("e1w 1aa", "E1W 1AA", "E1W", "E1W 1"),
        ("m1 1ae", "M1 1AE", "M1", "M1 1"),
        ("b338th", "B33 8TH", "B33", "B33 8"),
        ("cr26xh", "CR2 6XH", "CR2", "CR2 6"),
        ("bt1 1aa", "BT1 1AA", "BT1", "BT1 1"),
        ("gir0aa", "GIR 0AA", "GIR", "GIR 0"),
    ],
)
def test_every_shape(typed: str, text: str, outcode: str, sector: str) -> None:
    assert parse_postcode(typed) == Postcode(text, outcode, sector)


@pytest.mark.parametrize(
    ("typed", "text", "outcode", "sector", "kind"),
    [
        ("CB7", "CB7", "CB7", None, "outcode"),
        (" sg8 ", "SG8", "SG8", None, "outcode"),
        ("SW1A", "SW1A", "SW1A", None, "outcode"),
        ("CB 25", "CB25", "CB25", None, "outcode"),
        ("cb7 5", "CB7 5", "CB7", "CB7 5", "sector"),
        ("cb257", "CB25 7", "CB25", "CB25 7", "sector"),
        ("CB7 5A", "CB7 5A", "CB7", "CB7 5", "sector"),
        ("cb75a", "CB7 5A", "CB7", "CB7 5", "sector"),
    ],
)
def test_parts(typed: str, text: str, outcode: str, sector: str | None, kind: str) -> None:
    found = parse_postcode(typed)
    assert isinstance(found, PartialPostcode)
    assert (found.text, found.outcode, found.sector, found.kind) == (text, outcode, sector, kind)


def test_an_outcode_typed_without_a_space_has_another_reading() -> None:
    partial = parse_postcode("CB75")
    assert isinstance(partial, PartialPostcode)
    other = read_as_sector(partial)
    assert other is not None
    assert other.sector == "CB7 5"
    sector = parse_postcode("CB7 5")
    assert isinstance(sector, PartialPostcode)
    assert read_as_sector(sector) is None


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "Ely",
        "March",
        "Soham",
        "CB",
        "7",
        "12345",
        "CB77 5AAA",
        "ZZ1 1ZZ",
        "CB7 5CI",
        "CB7 5AK",
        "CB7A 5AA",
        "CB01 5AA",
        "QQ1 1AA",
        "CB7 5AA 😀",
        "😀",
        "CB7\x005AA",
        "CB7 5AA\ud800",
        "52.33,0.34",
        "CB7 5AA CB7 5AB",
    ],
)
def test_what_is_not_a_postcode(typed: str) -> None:
    assert parse_postcode(typed) is None


def test_over_sixty_characters_is_nothing() -> None:
    assert parse_postcode("CB7 5AA" + " " * 53) is not None
    assert parse_postcode("CB7 5AA" + " " * 54) is None
    assert parse_postcode("C" * 10_000_000) is None
    assert not looks_like_postcode("CB7 5AA" * 100_000)
    assert suggest_repair("CB7 OAA" * 100_000) is None


@given(outcodes, inwards, st.sampled_from(["", " ", "  ", " - "]), st.booleans())
def test_every_well_formed_postcode_is_read(outcode: str, inward: str, gap: str, lower: bool) -> None:
    typed = f"{outcode}{gap}{inward}"
    found = parse_postcode(typed.lower() if lower else typed)
    assert found == Postcode(f"{outcode} {inward}", outcode, f"{outcode} {inward[0]}")
    assert looks_like_postcode(typed)
    assert suggest_repair(typed) is None


@given(st.text(max_size=80))
def test_any_text_is_answered_and_reading_is_stable(text: str) -> None:
    looks_like_postcode(text)
    found = parse_postcode(text)
    if found is not None:
        assert parse_postcode(found.text) == found


@given(st.text(alphabet="CBPESG01OI57AJH ", max_size=9))
def test_a_repair_is_a_postcode_and_only_mends_what_is_broken(text: str) -> None:
    repair = suggest_repair(text)
    if repair is not None:
        assert parse_postcode(text) is None
        assert parse_postcode(repair) is not None
        unmixed = str.maketrans("OI", "01")
        assert repair.replace(" ", "").translate(unmixed) == text.replace(" ", "").translate(unmixed)


@pytest.mark.parametrize(
    ("typed", "repair"),
    [
        ("CB7 OHJ", "CB7 0HJ"),
        ("CBI0 1AA", "CB10 1AA"),
        ("cb25 oaa", "CB25 0AA"),
        ("PEI5 8AA", "PE15 8AA"),
        ("0X1 1AA", "OX1 1AA"),
        ("1P1 1AA", "IP1 1AA"),
        ("CB7 O", "CB7 0"),
        ("CB7 5AA", None),
        ("CB77 5AAA", None),
        ("ZZ1 1ZZ", None),
        ("Soil", None),
        ("", None),
    ],
)
def test_repairs_offered(typed: str, repair: str | None) -> None:
    assert suggest_repair(typed) == repair


@pytest.mark.parametrize(
    "typed", ["CB77 5AAA", "ZZ1 1ZZ", "CB7 OHJ", "0X1 1AA", "C87 5AA", "CB7 5CI", "CAB7 5AA"]
)
def test_attempts_at_a_postcode(typed: str) -> None:
    assert looks_like_postcode(typed)


@pytest.mark.parametrize(
    "typed", ["Ely", "March", "St Ives", "", "😀", "A1 Sawtry", "12 High Street", "Paris", "Bury"]
)
def test_names_are_not_attempts(typed: str) -> None:
    assert not looks_like_postcode(typed)


@pytest.mark.parametrize(
    ("code", "area"),
    [("CB7 5HJ", "CB"), ("e1w", "E"), (" SG8", "SG"), ("GIR 0AA", "GIR"), ("7", ""), ("", "")],
)
def test_area_letters(code: str, area: str) -> None:
    assert postcode_area(code) == area


def test_a_postcode_inside_an_address() -> None:
    found = find_postcode_within("The Pavilion, 12 Fountain Lane, Soham cb7 5hj, Cambridgeshire")
    assert found is not None
    assert found.text == "CB7 5HJ"
    assert find_postcode_within("was CB1 1AA, now CB2 2BB").text == "CB2 2BB"  # type: ignore[union-attr]
    assert find_postcode_within("12 High Street, Soham") is None


def test_every_real_postcode_reads_as_itself(real_data: Path) -> None:
    for row in read_codepoint(real_data / "codepoint_open"):
        found = parse_postcode(row.postcode.replace(" ", "").lower())
        assert isinstance(found, Postcode)
        assert found.text == row.postcode
