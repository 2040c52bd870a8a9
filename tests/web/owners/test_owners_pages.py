"""The pages of people who run an entry: the same reply for all, and no way to another's entry."""

import re
from uuid import UUID

import pytest
from sqlalchemy import select

from api.accounts.dependencies import SESSION_COOKIE
from api.entries.service import get_draft
from api.models import Mail, Owner
from tests.conftest import Directory
from tests.factories import add
from tests.people import form_proof, sign_in

MAIL = {"kind": "email", "value": "keeper@choir.example", "public": False}
OURS = "https://here.example"


@pytest.fixture
def two(scratch: Directory) -> tuple[UUID, UUID]:
    with scratch.write() as session:
        return (
            add(session, name="Choir", contacts=[MAIL]).entry_id,
            add(session, name="Band").entry_id,
        )


def token_of(directory: Directory) -> str:
    with directory.write() as session:
        (mail,) = session.scalars(select(Mail)).all()
        assert mail.held == "a test system writes to nobody"
        return re.findall(rf"{OURS}/claim/link/([\w-]+)", mail.text)[0]


def test_from_the_link_to_a_change_and_no_further(scratch: Directory, two: tuple[UUID, UUID]) -> None:
    mine, other = two
    with scratch.client(public_url=OURS) as client:
        asked = [
            client.post(f"/claim/{slug}", headers={"Host": "evil.example"}, data={"email": "me@evil.example"})
            for slug in ("choir", "band")
        ]
        assert [reply.headers["location"] for reply in asked] == [
            "/claim/choir?done=sent",
            "/claim/band?done=sent",
        ]
        pages = [client.get(f"/claim/{slug}?done=sent").text for slug in ("choir", "band")]
        plain = [re.sub(r"(?i)choir|band|nonce=\"[^\"]*\"", "", page) for page in pages]
        assert plain[0] == plain[1]
        token = token_of(scratch)
        for _ in range(2):
            assert client.get(f"/claim/link/{token}").headers["Referrer-Policy"] == "same-origin"
        opened = client.post(f"/claim/link/{token}")
        assert opened.headers["location"] == f"/owner/{mine}"
        # It travels by https alone, which this client does not speak.
        cookie = opened.cookies[SESSION_COOKIE]
        client.cookies.clear()
        client.cookies.set(SESSION_COOKIE, cookie)
        proof = form_proof(scratch.settings(), cookie)
        assert client.get(f"/owner/{mine}").status_code == 200
        assert "keeper@choir.example" not in client.get(f"/owner/{mine}").text
        form = {"summary": "Ours", "version": "1", "csrf": proof}
        assert client.post(f"/owner/{mine}", data=form | {"csrf": ""}).status_code == 403
        assert client.post(f"/owner/{mine}", data=form).headers["location"].endswith("?done=proposed")
        for path in (f"/owner/{other}", f"/owner/{other}/still-right"):
            assert client.post(path, data=form).status_code == 403
        for path in (
            f"/owner/{other}",
            "/curate",
            "/curate/checks",
            f"/curate/checks/{mine}",
            "/curate/owners",
        ):
            assert client.get(path).status_code in (403, 404), path
        confirm = client.post(f"/owner/{mine}/still-right", data={"csrf": proof})
        assert confirm.headers["location"].endswith("?done=checked")
    with scratch.write() as session:
        assert get_draft(session, other).version == 1
        assert get_draft(session, mine).draft.summary is None
        assert {check.by for check in get_draft(session, mine).draft.checks} == {"The people who run it"}


def test_a_coordinator_trusts_and_ends(scratch: Directory, two: tuple[UUID, UUID]) -> None:
    with scratch.client(public_url=OURS) as client:
        client.post("/claim/choir")
        client.post(f"/claim/link/{token_of(scratch)}")
        with scratch.write() as session:
            owner_id = session.scalars(select(Owner.id)).one()
        proof = sign_in(client, scratch, "curator")
        assert (
            client.post(f"/curate/owners/{owner_id}", data={"what": "trust", "csrf": proof}).status_code
            == 403
        )
        proof = sign_in(client, scratch, "coordinator")
        assert "keeper@choir.example" in client.get("/curate/owners").text
        for what in ("trust", "end"):
            form = {"what": what, "csrf": proof}
            assert client.post(f"/curate/owners/{owner_id}", data=form).status_code == 303
        assert client.post(f"/curate/owners/{owner_id}", data=form).status_code == 404
    with scratch.write() as session:
        owner = session.scalars(select(Owner)).one()
        assert (owner.trusted, owner.ended_by) == (True, "Coordinator")


def test_without_an_address_of_ours_no_link_is_offered(scratch: Directory, two: tuple[UUID, UUID]) -> None:
    with scratch.client() as client:
        assert "cannot send links" in client.get("/claim/choir").text
        client.post("/claim/choir")
        assert client.get("/claim/none").status_code == 404
    with scratch.write() as session:
        assert session.scalars(select(Mail)).all() == []
