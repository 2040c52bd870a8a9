"""What people say in plain words: days and parts of the day, kinds of help, languages, and the small words
that lead up to a place or a time."""

from typing import Final

from api.entries.sessions import DAY_NAMES
from api.entries.vocabulary import LANGUAGE_LABELS
from geo.gazetteer import fold_name

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_OF: Final = {
    **{name.lower(): day for name, day in zip(DAY_NAMES, DAYS, strict=True)},
    **{f"{name.lower()}s": day for name, day in zip(DAY_NAMES, DAYS, strict=True)},
    "tue": "tue",
    "tues": "tue",
    "weds": "wed",
    "wednsday": "wed",
    "thu": "thu",
    "thur": "thu",
    "thurs": "thu",
    "fri": "fri",
}
# Minutes since midnight. People's words, not the clock's: evening starts when children are home.
PARTS: Final = {
    "morning": (300, 720),
    "mornings": (300, 720),
    "afternoon": (720, 1020),
    "afternoons": (720, 1020),
    "evening": (1020, 1440),
    "evenings": (1020, 1440),
    "night": (1020, 1440),
    "nights": (1020, 1440),
    "lunchtime": (690, 840),
}
PART_NAMES: Final = {
    (300, 720): "in the morning",
    (720, 1020): "in the afternoon",
    (1020, 1440): "in the evening",
    (690, 840): "at lunchtime",
}
# Names of kinds that nobody uses for anything else; "carer" or "library" alone stay words.
KIND_PHRASES: Final = {
    "timebank": "timebank",
    "timebanks": "timebank",
    "time bank": "timebank",
    "time banks": "timebank",
    "timebanking": "timebank",
    "mutual aid": "mutual_aid",
    "mutual aid group": "mutual_aid",
    "mutual aid groups": "mutual_aid",
    "drop in": "drop_in",
    "drop ins": "drop_in",
    "dropin": "drop_in",
    "dropins": "drop_in",
    "micro enterprise": "micro_enterprise",
    "micro enterprises": "micro_enterprise",
    "microenterprise": "micro_enterprise",
    "taxi": "transport",
    "taxis": "transport",
    "minibus": "transport",
    "lift to": "transport",
    "lifts to": "transport",
    "ride to": "transport",
    "drive me": "transport",
    "dial a ride": "transport",
    "dialaride": "transport",
    "community transport": "transport",
    "community car": "transport",
    "hospital transport": "transport",
    "patient transport": "transport",
    "car scheme": "transport",
    "ring and ride": "transport",
    "library of things": "lending",
    "toy library": "lending",
    "lending pool": "lending",
    "food bank": "food",
    "foodbank": "food",
    "food banks": "food",
    "community fridge": "food",
    "food scheme": "food",
}
# What a ride must have room for: where it goes and what it is called then only help the order.
MUST_FIT: Final = frozenset({"wheelchair", "wheelchairs"})
# "Take my dad to hospital", "somebody to drive me to Ely": a ride, for one of these.
DRIVES: Final = frozenset("take takes taking drive drives driving get getting".split())
RIDERS: Final = frozenset(
    "me us him her them my our mum mums mother mothers dad dads father fathers nan nans gran grandma grandad "
    "husband wife partner son daughter sister brother aunt uncle friend neighbour kids children dog "
    "cat".split()
)
# "For a weekend" is how long, not when.
LASTS: Final = frozenset("day days weekend week weeks fortnight month months while bit".split())
# How its own speakers write it, since they may be the ones who ask.
OWN_NAMES: Final = {
    "polski": "pl",
    "polsku": "pl",
    "polskie": "pl",
    "русски": "ru",
    "русский": "ru",
    "українська": "uk",
    "українською": "uk",
    "romana": "ro",
    "romaneste": "ro",
    "lietuviu": "lt",
    "lietuviskai": "lt",
    "portugues": "pt",
    "български": "bg",
    "magyar": "hu",
    "magyarul": "hu",
    "latviski": "lv",
}
LANGUAGE_OF: Final = {
    fold_name(name): code
    for name, code in [*((label, code) for code, label in LANGUAGE_LABELS.items()), *OWN_NAMES.items()]
    if code != "en"
}
SPOKEN: Final = frozenset({"speaking", "speaker", "speakers", "spoken", "language"})
BEFORE_PLACE: Final = frozenset({"in", "near", "at", "around", "by", "from", "nr"})
# "New to Ely" says where somebody is; "a lift to Ely" where they want to go.
ARRIVED: Final = frozenset({"new", "moved", "moving"})
BEFORE_TIME: Final = frozenset(
    {"on", "a", "the", "in", "at", "every", "each", "this", "late", "open", "by", "or", "and"}
)
# Places here that are also everyday words: only read as a place after "in", "near" and the like.
WORDS_TOO: Final = frozenset(
    "over march reach wood welcome hope may stone bourn abbey newton park bridge hill end green church town "
    "city village court chapel moor sutton upton weston".split()
)
# What most things here may be called: alone it says something, beside another word it only helps the order.
FIT_ALL: Final = frozenset("group groups club clubs class classes session sessions service services".split())
