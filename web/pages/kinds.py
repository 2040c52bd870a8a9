"""The nine kinds of help: what each is, how it works, and every entry of it."""

from dataclasses import dataclass
from typing import Final

from starlette.datastructures import QueryParams
from starlette.responses import HTMLResponse

from api.dependencies import Now, Read
from api.entries.service import list_reach
from api.entries.vocabulary import KIND_WORDS
from api.errors import NotFound
from api.search.schemas import SearchParams
from api.search.service import find_entries
from api.taxonomy import service as taxonomy
from web.pages.page import PageRouter, ThisPage

router = PageRouter()


@dataclass(frozen=True)
class Guide:
    """How a kind of help works, in a few sentences, and what is good to ask before you go."""

    works: str
    ask: tuple[str, ...]


GUIDES: Final[dict[str, Guide]] = {
    "timebank": Guide(
        "You give an hour of something you can do: a lift, a chat, a bit of sewing. That earns you an hour "
        "of something you need. Every hour counts the same, whoever gives it. A broker keeps the tally and "
        "finds a good match.",
        (
            "What do people ask for most?",
            "Can I get help before I have given any?",
            "Where can I spend my hours?",
        ),
    ),
    "mutual_aid": Guide(
        "Neighbours help neighbours with small things: shopping, a prescription, a phone call. There is no "
        "form and nobody checks if you deserve it. You may ask, offer, or do both.",
        ("How do I ask if I am not online?", "Who will come?", "Is there something I could do in return?"),
    ),
    "drop_in": Guide(
        "You turn up at the time it says. Someone says hello and puts the kettle on. You can stay for five "
        "minutes or for all of it. At some, you can talk to a nurse or an adviser without booking.",
        ("Do I need to book?", "Is there parking, or a bus?", "May I bring someone with me?"),
    ),
    "micro_enterprise": Guide(
        "One person, or a very small team, who lives near you and works for themselves. You agree the hours "
        "and the price with them. Because it is small, the same person comes each time.",
        (
            "What do you charge, and are there extras?",
            "May I see your insurance and DBS certificate?",
            "What happens when you are ill or away?",
        ),
    ),
    "transport": Guide(
        "Volunteers and small charities run cars and minibuses for people who cannot use the bus. Most want "
        "you to book a day or more before. Each serves its own villages, so look by where you start from.",
        (
            "How far ahead must I book?",
            "What does it cost, there and back?",
            "Can you take a wheelchair, or help me to the door?",
        ),
    ),
    "group": Guide(
        "People who meet to share something: a walk, a hobby, an illness, a language. You can go along once "
        "to see if you like it.",
        ("Is there someone to look out for me the first time?", "Does it cost anything?"),
    ),
    "venue": Guide(
        "A building that is open to you without a reason: sit, read, get warm, ask a question.",
        ("When is there someone there to ask?", "Is there a step-free way in?"),
    ),
    "lending": Guide(
        "You borrow a thing instead of buying it, and bring it back. Some want a deposit or a small fee.",
        ("How long may I keep it?", "Is there a deposit?", "Can it be brought to me?"),
    ),
    "food": Guide(
        "Shared food in many forms: a box to collect, a fridge in a porch, a hot lunch in company. Some are "
        "for everyone, so that no good food is thrown away. A few ask for a referral.",
        ("Do I need to be referred?", "What should I bring?", "Can it be delivered?"),
    ),
}


@router.page("/kinds")
async def show_kinds(page: ThisPage, read: Read) -> HTMLResponse:
    return page.show("kinds/index.html", kinds=await taxonomy.list_kinds(read))


@router.page("/kinds/{kind}")
async def show_kind(kind: str, page: ThisPage, read: Read, now: Now) -> HTMLResponse:
    if kind not in KIND_WORDS:
        raise NotFound("There is no such kind of help here.")
    query = {"kind": kind, "sort": "name", "page": page.typed("page") or "1"}
    params = SearchParams.from_query(QueryParams(query))
    reply = await find_entries(read, params, now=now)
    return page.show(
        "kinds/kind.html",
        kind=KIND_WORDS[kind],
        guide=GUIDES[kind],
        params=params,
        reply=reply,
        reach=await list_reach(read, reply.items),
    )
