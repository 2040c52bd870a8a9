"""Browsers in words their owner knows: "Firefox on Windows", not what it sends."""

from typing import Final

# The first that fits: most also call themselves by the names of others.
_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chromium", "Chromium"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_MACHINES: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "a Chromebook"),
    ("Windows", "Windows"),
    ("Macintosh", "a Mac"),
    ("Linux", "Linux"),
)


def browser_words(user_agent: str | None) -> str:
    sent = user_agent or ""
    browser = next((words for sign, words in _BROWSERS if sign in sent), "A browser")
    machine = next((words for sign, words in _MACHINES if sign in sent), None)
    return f"{browser} on {machine}" if machine else browser
