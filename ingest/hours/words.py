"""The words of opening times: days, parts of the day, exceptions, and the notes that stand beside them."""

from typing import Final

from api.entries.sessions import DAY_NAMES, DAYS

_SHORT_DAYS: Final = (
    "mon mons mo",
    "tue tues tu",
    "wed weds",
    "thu thur thurs th",
    "fri fris fr",
    "sat sats sa",
    "sun suns su",
)
# Slips met on notice boards. Others that come near the name of a day make us unsure.
_SLIPS: Final = (
    "munday modnay mondy",
    "tueday tuseday tuesady teusday tuesdy",
    "wednsday wednseday wendesday wensday wedensday wednesay wendsday wedneday",
    "thrusday thurday thursay thirsday thurdsay",
    "firday fridy",
    "saterday satuday sartuday saturaday staurday",
    "sundy",
)
DAY_OF: Final[dict[str, str]] = {
    word: code
    for code, name, short, slips in zip(DAYS, DAY_NAMES, _SHORT_DAYS, _SLIPS, strict=True)
    for full in [name.lower(), *slips.split()]
    for word in [full, f"{full}s", f"{full}'s", f"{full}s'", *short.split()]
}
WEEKDAYS: Final = DAYS[:5]
WEEKEND: Final = DAYS[5:]
DAY_GROUPS: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys(
        ("daily", "every day", "everyday", "all week", "7 days a week", "seven days a week", "7 days"), DAYS
    ),
    **dict.fromkeys(("every day of the week", "all days", "seven days", "each day"), DAYS),
    **dict.fromkeys(("weekdays", "weekday", "every weekday", "week days", "m - f"), WEEKDAYS),
    **dict.fromkeys(("weekends", "weekend", "every weekend"), WEEKEND),
}
NTH_OF: Final = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": -1, "final": -1}
MONTHS: Final = (
    "january february march april may june july august september october november december".split()
)
MONTH_OF: Final[dict[str, int]] = {
    **{name: number for number, name in enumerate(MONTHS, 1)},
    **{name[:3]: number for number, name in enumerate(MONTHS, 1)},
    "sept": 9,
}
# Words too: only a month with a capital letter.
MONTHS_AND_WORDS: Final = frozenset({"may", "march", "mar"})
OF_THE_MONTH: Final = (
    "of the month",
    "of month",
    "in the month",
    "of each month",
    "of every month",
    "in each month",
    "in every month",
    "each month",
    "every month",
    "per month",
    "a month",
    "of the calendar month",
    "in month",
)
MONTHLY: Final = ("monthly", "once a month", "once per month", "every month", "each month")
# (words, weeks between)
EVERY_WEEKS: Final[dict[str, int]] = {
    **dict.fromkeys(("weekly", "every week", "each week", "once a week"), 1),
    **dict.fromkeys(("every other", "every other week", "every second week", "every 2nd week"), 2),
    **dict.fromkeys(("alternate", "alternate weeks", "on alternate", "alternating weeks"), 2),
    **dict.fromkeys(("fortnightly", "every fortnight", "once a fortnight", "each fortnight"), 2),
    **dict.fromkeys(("every two weeks", "every 2 weeks", "2 weekly", "two weekly"), 2),
    **dict.fromkeys(("every three weeks", "every 3 weeks", "3 weekly", "three weekly"), 3),
    **dict.fromkeys(("every third week", "every 3rd week"), 3),
    **dict.fromkeys(("every four weeks", "every 4 weeks", "4 weekly", "four weekly"), 4),
    **dict.fromkeys(("every fourth week", "every 4th week"), 4),
}

# A part of the day, with the minutes since midnight in which something in it starts.
MORNING, AFTERNOON, EVENING, LUNCH = (300, 719), (720, 1079), (960, 1439), (660, 839)
ANY_TIME: Final = (0, 1439)
PARTS: Final[dict[str, tuple[int, int]]] = {
    **dict.fromkeys(("morning", "mornings", "am", "early morning", "late morning"), MORNING),
    **dict.fromkeys(("afternoon", "afternoons", "pm", "early afternoon", "late afternoon"), AFTERNOON),
    **dict.fromkeys(("evening", "evenings", "eve", "eves", "early evening", "early evenings"), EVENING),
    **dict.fromkeys(("late evening", "night", "nights"), EVENING),
    **dict.fromkeys(("lunchtime", "lunchtimes", "lunch", "lunch time"), LUNCH),
    **dict.fromkeys(("all day", "daytime", "day time", "during the day", "in the daytime"), ANY_TIME),
}
ALL_DAY_AND_NIGHT: Final = (
    "24 / 7",
    "24 hours a day",
    "24 hours per day",
    "24 hours",
    "24 hour",
    "24 hrs a day",
    "24 hrs",
    "24 hr",
    "always open",
    "open all hours",
    "around the clock",
    "round the clock",
    "365 days a year",
    "365 days",
)

CLOSED: Final = ("closed all day", "closed", "shut", "not open")
FOR_LUNCH: Final = ("for lunch", "at lunch", "at lunchtime", "lunch", "between", "from", "for a lunch break")
EXCEPT: Final = (
    *("except for", "except on", "except in", "except", "excluding", "excl", "exc", "apart from"),
    *("other than", "but not", "not including", "not on", "not in", "not during", "not", "excepting"),
    *(
        f"no {what}{ending}"
        for what in ("session", "meeting", "class", "group", "club")
        for ending in ("", "s")
    ),
    *("no meetings on", "does not meet", "doesn't meet", "do not meet", "we do not meet"),
)
BETWEEN_EXCEPT_AND_DAY: Final = frozenset({"on", "in", "during", "the", "over", "for", "at", "all", "any"})
OCCASIONS: Final = (
    *(
        "bank holidays",
        "bank holiday",
        "bank hols",
        "bank hol",
        "bank holiday mondays",
        "bank holiday monday",
    ),
    *("public holidays", "public holiday", "public hols", "national holidays", "statutory holidays"),
    *("school holidays", "school holiday", "school hols", "summer holidays", "summer holiday", "holidays"),
    *("half term", "half terms", "half term week", "easter", "easter sunday", "easter monday", "good friday"),
    *("christmas", "christmas day", "christmas eve", "christmas week", "xmas", "boxing day", "new year"),
    *("new year's day", "new years day", "new year's eve", "christmas period", "festive period"),
)
SEASONS: Final = ("summer", "winter", "spring", "autumn", "summer months", "winter months", "easter")
CONDITIONS: Final = (
    *("term time only", "term times only", "term time", "during term time", "in term time", "term times"),
    *("during term", "in term", "school term time", "school terms", "during school terms", "term only"),
    *("school holidays only", "during school holidays", "in school holidays", "in the school holidays"),
    *("during the school holidays", "holidays only", "during term time only", "school term time only"),
)
KNOWN_NOTES: Final = (
    *("other times by arrangement", "at other times by arrangement"),
    *("other times by appointment", "at other times by appointment", "appointment necessary"),
    *("booking essential", "booking required", "booking necessary", "booking only", "please book"),
    *("must be booked", "pre booking essential", "pre booked only", "book in advance", "bookings only"),
    *("drop in", "drop ins", "no need to book", "no booking needed", "no booking required", "just turn up"),
    *("no appointment needed", "no appointment necessary", "no booking necessary"),
    *("please ring first", "ring first", "please phone first", "phone first", "please call first"),
    *("call first", "please ring", "please call", "please phone", "ring to check", "phone to check"),
    *("weather permitting", "all welcome", "everyone welcome", "members only", "until further notice"),
    *("times may vary", "hours may vary", "may vary", "subject to change", "please check before travelling"),
    *("including bank holidays", "inc bank holidays", "incl bank holidays", "including christmas"),
)
# In the place of times: "Saturday by appointment".
ASKED_FOR: Final = (
    *("by appointment only", "by appointment", "appointment only", "appointments only", "by arrangement"),
    *("by prior arrangement", "on request", "by request"),
)
# Sentences that stand alone and hold no time: kept as they are.
LONE_NOTES: Final = (
    *("phone for details", "ring for details", "call for details", "contact for details", "see website"),
    *("contact us for times", "contact us", "please contact us", "contact for times", "phone for times"),
    *("please contact", "see our website", "check website", "please check our", "check our facebook page"),
    *("ring for times", "please ring for details", "see facebook"),
)
NOTHING: Final = frozenset(
    {"", "-", "--", "n/a", "na", "none", "null", "nil", "closed", "shut", "off", "no", "."}
)

# Little words without a meaning of their own here.
LITTLE: Final = frozenset("on at the every each a an of in is are and we our it there from with".split())
SILENT: Final = frozenset(
    "open opens opening hours hrs hr h times time meets meet meeting meetings held hold runs run sessions "
    "session days day only between start starts starting inclusive inc incl o'clock oclock usual "
    "regular regularly happens takes place".split()
)
SILENT_PHRASES: Final = (
    *("all year round", "all year", "a week", "per week"),
    *("throughout the year", "year round", "for lunch", "for a lunch break"),
)

# A number after one of these, or before one of those, is no time.
NO_TIME_AFTER: Final = frozenset(
    "age ages aged over under room year yr years tel telephone number no unit floor rooms grade "
    "stage tier group zone bus route ext".split()
)
NO_TIME_BEFORE: Final = frozenset(
    "years yrs yr year yo months mths month mth hours hour hrs hr mins minutes minute min p % people places "
    "spaces days day miles mile m km s + ish pence pounds pp per children adults".split()
)
STREETS: Final = frozenset("street road lane avenue drive terrace crescent".split())
# Words that change when something happens in a way we do not read. Any of them makes us unsure.
DOUBTFUL: Final = frozenset(
    "half quarter registration register entry sometimes occasional occasionally some most or either "
    "various varies vary varied varying tbc tba tbd provisional provisionally cancelled canceled "
    "suspended ended finished moved moving changed changes unless if when whenever week weeks month "
    "months odd even rota shift before after alternates alternating alternate twice thrice once quarterly "
    "annually yearly annual termly biweekly bimonthly bi penultimate full today tomorrow tonight this "
    "next until til till untill to temporarily longer previously formerly expected late early not no but "
    "arrive arrival except excluding other every previous following lent ramadan advent season seasonal "
    "dusk dawn sunrise sunset overnight emergencies emergency notice wk wks soon shortly possibly maybe "
    "probably hopefully approximately approx circa about flexible fortnight nearest ask first second "
    "third fourth fifth last final reopening reopens restarts restarting resumes postponed".split()
)
