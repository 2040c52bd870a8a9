"""The words of the field: which say little in a name, which tell two things apart, which are short forms."""

from typing import Final

# Joining words and legal forms: they are no part of a name's meaning.
SILENT: Final = frozenset(
    "the of and for in at a an to on by with your our s cic ltd limited charity cio inc incorporated "
    "registered reg company uk".split()
)
# Half of all names have one of these, and lists drop and add them at will.
EMPTY: Final = frozenset(
    "group club association society project scheme service trust organisation committee team programme "
    "initiative partnership network local new meeting session class".split()
)
# Common, but not said for nothing.
DULL: Final = frozenset(
    "community hub council parish town city village district branch support centre social friend open st "
    "resident volunteer voluntary help helper public cambridgeshire fenland huntingdonshire county area "
    "region people".split()
)
# What a thing does or where it meets: many different things are called just this.
PLAIN: Final = frozenset(
    "coffee morning lunch luncheon tea craft choir singing yoga pilates tai chi bingo dance exercise "
    "toddler baby playgroup library hall church warm space foodbank food bank fridge larder pantry "
    "walking walk art knitting knit natter gardening garden book reading youth drop cafe memory dementia "
    "carer chair fitness keep fit film game board quiz history photography sewing play stay parent mother "
    "evening afternoon breakfast supper women men lady girl boy child young older senior over under "
    "timebank time minibus car transport dial ride aid mutual care good neighbour neighbourhood day "
    "pavilion room house school methodist baptist school recreation ground sport football cricket bowl "
    "tennis repair share shed allotment institute digital computer advice benefit welfare shop charity "
    "job work health wellbeing visiting befriending wheelchair mobility equipment loan hire tool toy "
    "museum pub arm".split()
)
# Short forms, written out.
SHORT_FORMS: Final[dict[str, str]] = {
    "assoc": "association",
    "assn": "association",
    "soc": "society",
    "comm": "community",
    "ctr": "centre",
    "cntr": "centre",
    "center": "centre",
    "grp": "group",
    "yth": "youth",
    "vol": "voluntary",
    "vols": "volunteer",
    "rec": "recreation",
    "vh": "village hall",
    "ch": "church",
    "meth": "methodist",
    "lib": "library",
    "hse": "house",
    "telephone": "phone",
    "cambs": "cambridgeshire",
    "hunts": "huntingdonshire",
    "fifties": "50s",
    "sixties": "60s",
    "seventies": "70s",
    "first": "1st",
    "second": "2nd",
    "third": "3rd",
    "u3a": "university 3rd age",
    "wi": "womens institute",
    "cab": "citizens advice",
    "bureau": "",
    "rbl": "royal british legion",
    "rvs": "royal voluntary service",
    "wrvs": "royal voluntary service",
    "nhw": "neighbourhood watch",
    "pc": "parish council",
    "fc": "football club",
    "cc": "cricket club",
    "n": "and",
    "luncheon": "lunch",
    "organization": "organisation",
    "program": "programme",
    "mums": "mother",
    "mum": "mother",
    "gents": "men",
    "ladies": "women",
    "lady": "women",
    "woman": "women",
    "man": "men",
    "kids": "child",
    "children": "child",
    "childrens": "child",
    "seniors": "senior",
    "tots": "toddler",
    "coop": "cooperative",
    "mornings": "morning",
    "foodbank": "food bank",
    "timebank": "time bank",
    "timebanking": "time bank",
    "scouting": "scout",
    "fb": "food bank",
    "dropin": "drop in",
    "babies": "baby",
    "neighbors": "neighbour",
}
# Two names with a different one of the same row mean two different things.
EITHER_OR: Final[dict[str, frozenset[str]]] = {
    "days of the week": frozenset("monday tuesday wednesday thursday friday saturday sunday".split()),
    "times of day": frozenset("morning afternoon evening night".split()),
    "sections": frozenset(
        "squirrel beaver cub scout explorer rainbow brownie guide ranger cadet badger".split()
    ),
    "men and women": frozenset("men women".split()),
    "boys and girls": frozenset("boy girl".split()),
    "ages": frozenset("baby toddler junior youth teen teenager adult senior under over".split()),
    "levels": frozenset("beginner intermediate advanced improver".split()),
    "sides": frozenset("north south east west".split()),
    "languages": frozenset("polish lithuanian romanian portuguese ukrainian bengali english".split()),
}
# Of these one side alone is enough to doubt: "Ely Art Society" and "Ely Art Society Youth".
TELLING_ALONE: Final = frozenset({"sections", "men and women", "ages"})
# Village names that are everyday words too: read as one only where one would be named.
EVERYDAY_PLACES: Final = frozenset(
    {"over", "reach", "eye", "march", "sandy", "wendy", "perry", "elm", "bury"}
)
