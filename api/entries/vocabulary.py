"""The closed lists an entry is written with: kinds, delivery, cost, access facts, privacy, states."""

from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal[
    "timebank",
    "mutual_aid",
    "drop_in",
    "micro_enterprise",
    "transport",
    "group",
    "venue",
    "lending",
    "food",
]
Precision = Literal["exact", "postcode", "sector", "outcode", "place"]
# How far a point may be from the truth, in metres; the others are as good as exact.
ROUGHNESS_M: Final[dict[str, int]] = {"sector": 2_000, "outcode": 5_000, "place": 1_000}
Privacy = Literal["exact", "street", "area", "hidden"]
Delivery = Literal["in_person", "home_visit", "phone", "online"]
Cost = Literal["free", "donation", "paid", "varies"]
State = Literal["running", "paused", "closed"]
Stage = Literal["draft", "published", "archived"]
SessionPurpose = Literal["session", "staffed", "phone", "service"]
ContactKind = Literal["phone", "email", "web", "social", "post", "visit"]
LinkType = Literal["meets_at", "run_by", "part_of", "transport_to", "partner_of", "credits_at"]
CheckGroup = Literal["name", "contact", "times", "place", "audience", "cost"]
CheckHow = Literal["phoned", "visited", "emailed", "web_page", "owner_confirmed"]
CoverageHow = Literal["area", "radius", "shape"]
Scheme = Literal[
    "community_car",
    "dial_a_ride",
    "minibus",
    "tuk_tuk",
    "volunteer_driver",
    "wheelchair_accessible_vehicle",
    "scooter_loan",
]
FareType = Literal["flat", "per_mile", "donation", "free"]
AccessFact = Literal["step_free", "toilet", "hearing_loop", "parking", "quiet", "dementia_friendly", "dogs"]


@dataclass(frozen=True)
class KindWords:
    """How one kind is named to people: `label` for one, `plural` for many, `about` in a sentence."""

    code: Kind
    label: str
    plural: str
    about: str
    letter: str
    first_class: bool


KINDS: Final[tuple[KindWords, ...]] = (
    KindWords(
        "timebank",
        "Timebank",
        "Timebanks",
        "Neighbours swap an hour of help for an hour of help. No money changes hands.",
        "T",
        True,
    ),
    KindWords(
        "mutual_aid",
        "Mutual aid group",
        "Mutual aid groups",
        "People on a street or in a village who help each other with small things.",
        "M",
        True,
    ),
    KindWords(
        "drop_in",
        "Drop-in",
        "Drop-ins",
        "A place and time where you can turn up and talk to someone.",
        "D",
        True,
    ),
    KindWords(
        "micro_enterprise",
        "Micro-enterprise",
        "Micro-enterprises",
        "One person or a very small business giving care or help at home.",
        "E",
        True,
    ),
    KindWords(
        "transport",
        "Transport scheme",
        "Transport schemes",
        "Lifts, minibuses and dial-a-ride for people who have no other way to get there.",
        "R",
        True,
    ),
    KindWords(
        "group",
        "Group",
        "Groups",
        "People who meet to do something together or to support each other.",
        "G",
        False,
    ),
    KindWords(
        "venue",
        "Place to go",
        "Places to go",
        "Libraries, halls and hubs that are open to everyone.",
        "V",
        False,
    ),
    KindWords(
        "lending",
        "Lending pool",
        "Lending pools",
        "Things you can borrow: mobility scooters, tools, toys, equipment.",
        "L",
        False,
    ),
    KindWords(
        "food",
        "Food scheme",
        "Food schemes",
        "Food boxes, community fridges, lunch clubs and pantries.",
        "F",
        False,
    ),
)
KIND_WORDS: Final[dict[str, KindWords]] = {kind.code: kind for kind in KINDS}

ACCESS_LABELS: Final[dict[AccessFact, str]] = {
    "step_free": "Step-free",
    "toilet": "Accessible toilet",
    "hearing_loop": "Hearing loop",
    "parking": "Parking",
    "quiet": "Quiet space",
    "dementia_friendly": "Dementia-friendly",
    "dogs": "Dogs welcome",
}
DELIVERY_LABELS: Final[dict[Delivery, str]] = {
    "in_person": "In person",
    "home_visit": "In your home",
    "phone": "By phone",
    "online": "Online",
}
COST_LABELS: Final[dict[Cost, str]] = {
    "free": "Free",
    "donation": "By donation",
    "paid": "There is a charge",
    "varies": "Cost varies",
}
STATE_LABELS: Final[dict[State, str]] = {
    "running": "Running",
    "paused": "Stopped for now",
    "closed": "Closed",
}
CONTACT_KIND_LABELS: Final[dict[ContactKind, str]] = {
    "phone": "Phone",
    "email": "E-mail",
    "web": "Web page",
    "social": "Social media",
    "post": "Post",
    "visit": "In person",
}
CHECK_GROUP_LABELS: Final[dict[CheckGroup, str]] = {
    "name": "Name and purpose",
    "contact": "How to get in touch",
    "times": "Times",
    "place": "Place",
    "audience": "Who it is for",
    "cost": "Cost",
}
CHECK_HOW_LABELS: Final[dict[CheckHow, str]] = {
    "phoned": "by phone",
    "visited": "by a visit",
    "emailed": "by e-mail",
    "web_page": "on their web page",
    "owner_confirmed": "by the people who run it",
}
LINK_LABELS: Final[dict[LinkType, str]] = {
    "meets_at": "Meets at",
    "run_by": "Run by",
    "part_of": "Part of",
    "transport_to": "Can take you to",
    "partner_of": "Works with",
    "credits_at": "Time credits can be spent at",
}
LANGUAGE_LABELS: Final[dict[str, str]] = {
    "ar": "Arabic",
    "bg": "Bulgarian",
    "bn": "Bengali",
    "bsl": "British Sign Language",
    "en": "English",
    "fa": "Farsi",
    "hu": "Hungarian",
    "it": "Italian",
    "lt": "Lithuanian",
    "lv": "Latvian",
    "pa": "Punjabi",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "uk": "Ukrainian",
    "ur": "Urdu",
    "zh": "Chinese",
}
# After its due date an entry is `due`; this many months later it is `stale`.
STALE_AFTER_MONTHS: Final = 6
