"""Turning templates into pages: one Jinja environment, its filters, and the context every page has."""

from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from api.accounts.dependencies import CSRF_FIELD, SESSION_COOKIE
from api.clock import london_now
from api.entries.vocabulary import (
    ACCESS_LABELS,
    CHECK_GROUP_LABELS,
    CHECK_HOW_LABELS,
    COST_LABELS,
    KIND_WORDS,
)
from api.settings import Settings
from web.assets import STATIC_FOLDER, import_map, static_url
from web.pages import words
from web.pages.contacts import contact_line
from web.pages.kind_facts import cost_words, describe_facts

TEMPLATE_FOLDER: Final = Path(__file__).parent / "templates"


@lru_cache
def kind_icon(kind: str, size: int = 28) -> Markup:
    """The kind's shape and letter as inline SVG, coloured by the style sheet; silent to a screen reader,
    because the kind's word always stands beside it."""
    if kind not in KIND_WORDS:
        return Markup()
    drawing = (STATIC_FOLDER / "icons" / f"{kind}.svg").read_text(encoding="utf-8")
    inside = drawing[drawing.index(">") + 1 : drawing.rindex("</svg>")]
    opening = (
        f'<svg class="kind-icon kind-{kind}" viewBox="0 0 32 32" width="{size}" height="{size}" '
        'aria-hidden="true" focusable="false">'
    )
    # Safe as markup: our own file, its name checked against a closed list.
    return Markup(opening + inside + "</svg>")


def csrf_field(csrf: str) -> Markup:
    """The hidden field that shows a form is ours."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(CSRF_FIELD, csrf)


@lru_cache
def get_environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATE_FOLDER),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(words.FILTERS)
    environment.globals.update(
        static_url=static_url,
        import_map=import_map,
        kind_icon=kind_icon,
        csrf_field=csrf_field,
        cost_words=cost_words,
        describe_facts=describe_facts,
        contact_line=contact_line,
        age_words=words.age_words,
        KIND_WORDS=KIND_WORDS,
        ACCESS_LABELS=ACCESS_LABELS,
        COST_LABELS=COST_LABELS,
        CHECK_GROUP_LABELS=CHECK_GROUP_LABELS,
        CHECK_HOW_LABELS=CHECK_HOW_LABELS,
    )
    return environment


def render_page(
    request: Request,
    settings: Settings,
    template: str,
    context: dict[str, Any],
    *,
    status: int = 200,
) -> HTMLResponse:
    """`context` needs `has_examples`; the nonce is the one the security headers name. A browser that may be
    signed in gets pages nobody keeps: they show more than others see."""
    signed_in = SESSION_COOKIE in request.cookies
    html = (
        get_environment()
        .get_template(template)
        .render(
            context,
            path=request.url.path,
            settings=settings,
            today=london_now().date(),
            nonce=getattr(request.state, "nonce", ""),
            signed_in=signed_in,
        )
    )
    headers = {"Cache-Control": "no-store"} if signed_in else None
    return HTMLResponse(html, status_code=status, headers=headers)
