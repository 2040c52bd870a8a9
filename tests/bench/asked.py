"""What is searched for in the benchmarks: what people type, where they are, and what they choose."""

from typing import Any, Final

from starlette.datastructures import QueryParams

from api.search.schemas import SearchParams

PHRASES: Final = (
    "lonely", "someone to talk to", "coffee morning", "bereavement", "lift to hospital",
    "gardening help", "food parcel", "warm space", "dementia cafe", "carers group", "help with forms",
    "computer lessons", "walking group", "chair exercise", "toddler group", "mobility scooter",
    "mend a toaster", "debt advice", "lunch club", "befriending", "odd jobs", "home help", "sewing",
    "english lessons", "choir", "mens shed", "dog walking", "shopping and prescriptions", "anxiety",
    "stroke support", "library", "cooking", "falls", "volunteer", "young people", "art class", "lonley",
    "berevement group", "wheelchiar", "gardning",
)  # fmt: skip
PLACES: Final = (
    "Cambridge", "Peterborough", "Ely", "Wisbech", "March", "Huntingdon", "St Ives", "St Neots",
    "Soham", "Littleport", "Chatteris", "Whittlesey", "Ramsey", "Cambourne", "Sawston", "Linton",
    "Royston", "Newmarket", "Burwell", "Cottenham", "Histon", "Melbourn", "Yaxley",
    "Sutton, East Cambridgeshire", "Haddenham", "Waterbeach", "Godmanchester", "Sawtry", "CB7 5",
    "CB6 1", "CB1 2", "CB24 9", "PE15 8", "PE13 1", "PE29 3", "PE27 5", "PE19 1", "PE1 2", "CB4 1",
    "CB22 3",
)  # fmt: skip
FACETS: Final = (
    ("kind", "group"), ("need", "loneliness"), ("kind", "drop_in"), ("cost", "free"),
    ("need", "mental-health"), ("kind", "venue"), ("need", "caring"), ("access", "step_free"),
    ("kind", "micro_enterprise"),
)  # fmt: skip


def searches(count: int) -> list[SearchParams]:
    """That many searches with words, a place and a facet, no two alike for the first 360."""
    return [SearchParams.from_query(QueryParams(list(one.items()))) for one in search_queries(count)]


def search_queries(count: int) -> list[dict[str, Any]]:
    """The same as the parameters of an address."""
    made = []
    for number in range(count):
        name, value = FACETS[number % len(FACETS)]
        place = PLACES[(number * 7 + number // len(PLACES)) % len(PLACES)]
        made.append({"q": PHRASES[number % len(PHRASES)], "near": place, name: value})
    return made
