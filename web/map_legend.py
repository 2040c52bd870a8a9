"""What stands under a map in words: the kinds as links that narrow the search, and what each mark means."""

from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from api.entries.vocabulary import KIND_WORDS
from web.rendering import kind_icon

# Class of the sample, its text, and its meaning. `place` is shown only when the visitor gave a place.
_MARKS: Final = {
    "pile": ("3", "Several at one spot, or very close: press to see them"),
    "cluster": ("24", "Many: press to zoom in"),
    "about": ("", "Hollow: about here, we do not know the exact spot"),
    "serves": ("", "Shaded: the area that the chosen one serves"),
    "place": ("", "Your place, and how far you look from it"),
    "other": ("", "Faint with a broken ring: near you, but it serves other places"),
}
_NEED_A_PLACE: Final = {"place", "other"}


@dataclass(frozen=True, kw_only=True)
class KindChoice:
    """One kind in the legend: how many there are, and the address that chooses it or drops it again."""

    kind: str
    count: int
    chosen: bool
    url: str


def draw_legend(choices: tuple[KindChoice, ...], *, has_place: bool) -> Markup:
    """Links and words, so that it works before any script does; `choices` may be empty."""
    return _draw_kinds(choices) + _draw_marks(has_place)


def _draw_kinds(choices: tuple[KindChoice, ...]) -> Markup:
    items = Markup("").join(_draw_choice(choice) for choice in choices if choice.count or choice.chosen)
    if not items:
        return Markup("")
    return Markup(
        '<nav class="map-kinds" aria-label="Show only some kinds">'
        '<p class="map-kinds-title">Show only:</p><ul>{}</ul></nav>\n'
    ).format(items)


def _draw_choice(choice: KindChoice) -> Markup:
    label = KIND_WORDS[choice.kind].label
    chosen = Markup(' aria-current="true"') if choice.chosen else ""
    return Markup(
        '<li><a class="map-kind" href="{url}" data-kind="{kind}"{chosen}>{icon}'
        '<span>{label} <span class="count">{count:,}</span></span>{drop}</a></li>'
    ).format(
        url=choice.url,
        kind=choice.kind,
        chosen=chosen,
        icon=kind_icon(choice.kind, 20),
        label=label,
        count=choice.count,
        drop=Markup('<span class="visually-hidden">, chosen: take it out</span>') if choice.chosen else "",
    )


def _draw_marks(has_place: bool) -> Markup:
    sample = Markup(
        '<li><span class="map-sample map-sample-{name}" aria-hidden="true">{text}</span> '
        "<span>{words}</span></li>"
    )
    items = Markup("").join(
        sample.format(name=name, text=text, words=words)
        for name, (text, words) in _MARKS.items()
        if has_place or name not in _NEED_A_PLACE
    )
    return Markup(
        '<details class="map-legend"><summary>Marks and layers</summary>'
        '<ul class="map-marks">{}</ul></details>\n'
    ).format(items)
