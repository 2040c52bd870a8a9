"""Passwords that are guessed first: the words people begin with, and what they do to make them long enough.

No list of leaked passwords comes with the program: nearly all of those are shorter than we accept. What is
left of the long ones follows a few habits, and these are looked for: one or two favourite words with a year
or an exclamation mark behind them, letters swapped for figures, rows of the keyboard, and one piece again
and again.
"""

from itertools import pairwise
from typing import Final

# First names, teams, places, pets, bands and the words of log-in pages, as they lead the lists of the NCSC.
WORDS: Final = frozenset(
    """
    password passphrase passwort passw pass word secret letmein welcome hello login logon signin access
    admin administrator root user guest test testing tester demo example sample default temp temporary
    change changeme changethis please master system computer internet windows server office support
    manager director curator coordinator navigator hereabouts community council county england britain
    london cambridge cambridgeshire peterborough fenland soham ely huntingdon wisbech march norwich
    manchester liverpool arsenal chelsea tottenham everton rangers celtic newcastle sunderland united
    city town football rugby cricket baseball soccer hockey golf tennis swimming
    monday tuesday wednesday thursday friday saturday sunday january february april may june july august
    september october november december spring summer autumn winter christmas holiday sunshine
    rainbow butterfly flower princess prince queen king angel baby babygirl love lovely iloveyou loveyou
    mylove forever sweetheart honey sugar cookie chocolate banana orange apple cherry strawberry
    monkey dragon tiger lion eagle falcon panther shadow hunter killer ranger knight wizard
    superman batman spiderman pokemon starwars minecraft naruto matrix trustno samsung google
    facebook youtube twitter amazon microsoft iphone android
    michael jessica jennifer daniel thomas charlie george harry jack james joshua ashley amanda andrea
    andrew anthony barbara benjamin bailey buster brandon charlotte chris christopher claire david
    dennis diana edward elizabeth emily emma grace hannah isabella jackson jasmine jordan joseph justin
    karen kevin laura lauren lily linda lucy maggie margaret maria martin mary matthew maverick megan
    melissa michelle molly mustang nicholas nicole oliver olivia oscar patrick paul peter poppy rachel
    rebecca richard robert robin ruby samantha samuel sarah scott sophie stephen steven susan taylor
    tigger victoria vincent whatever william zoe
    blink coldplay eminem metallica nirvana oasis slipknot beatles abcdef asdf qwerty qwertz azerty zxcvbn
    mum mummy mother dad daddy father family home house money freedom friend friends happy lucky jesus
    god blessed heaven amazing awesome number one two three four five six seven eight nine ten the my
    our your this that is are it and you me new old big little best fc utd
    """.split()
)
# Said whole in every article about passwords.
PHRASES: Final = (
    "correcthorsebatterystaple",
    "threerandomwords",
    "tobeornottobe",
    "openssesame",
    "opensesame",
)
ROWS: Final = (
    "qwertyuiop", "asdfghjkl", "zxcvbnm", "qazwsxedcrfvtgbyhnujmikolp", "1qaz2wsx3edc4rfv5tgb6yhn",
    "1q2w3e4r5t6y7u8i9o0p", "abcdefghijklmnopqrstuvwxyz", "01234567890", "azertyuiop", "qwertzuiop",
)  # fmt: skip
_SWAPPED: Final = str.maketrans("013457@$!|", "oieastasil")
SHORTEST_RUN: Final = 4
FEWEST_LETTERS: Final = 5
MOST_WORDS: Final = 3


def is_common(password: str) -> bool:
    """Whether it is one of those a guesser tries before all others."""
    plain = "".join(password.casefold().split())
    if len(set(plain)) < FEWEST_LETTERS or _repeats(plain):
        return True
    body = _without_tail(plain)
    return any(_is_habit(text) for text in (plain, body, body.translate(_SWAPPED)))


def _is_habit(plain: str) -> bool:
    letters = "".join(letter for letter in plain if letter.isalpha())
    if any(phrase in letters for phrase in PHRASES):
        return True
    return not letters or _is_run(plain) or _is_run(letters) or _made_of_words(letters, MOST_WORDS)


def _without_tail(plain: str) -> str:
    """Without the year, the count or the mark that rules used to ask for, before or behind."""
    return plain.strip("0123456789!?.,-_#*@$£%&+ ")


def _repeats(plain: str) -> bool:
    """One piece again and again, such as "lampshadelampshade"."""
    return plain in (plain + plain)[1:-1]


def _is_run(plain: str) -> bool:
    """Keys that lie side by side, forwards or back, with hardly a jump between rows."""
    rows = [way for row in ROWS for way in (row, row[::-1])]
    jumps = sum(not any(one + other in row for row in rows) for one, other in pairwise(plain))
    return len(plain) >= SHORTEST_RUN and jumps * SHORTEST_RUN <= len(plain)


def _made_of_words(letters: str, most: int) -> bool:
    """Whether these are at most so many of the favourite words, one after the other."""
    if not letters:
        return True
    if not most:
        return False
    ends = (end for end in range(1, len(letters) + 1) if letters[:end] in WORDS)
    return any(_made_of_words(letters[end:], most - 1) for end in ends)
