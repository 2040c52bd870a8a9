"""What every page route shares: the request's page, for everyone or for who is signed in, and its routes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse, RedirectResponse

from api.accounts.dependencies import SESSION_COOKIE, SignedIn, csrf_token
from api.dependencies import AppSettings, Read
from api.face import service as face
from api.permissions import Actor, Role
from api.settings import Settings
from web.rendering import render_page
from web.sharing.address import public_address


@dataclass(frozen=True)
class Page:
    """One page in the making; `has_examples` puts the banner on it."""

    request: Request
    settings: Settings
    has_examples: bool

    @property
    def nonce(self) -> str:
        return str(getattr(self.request.state, "nonce", ""))

    @property
    def address(self) -> str:
        """Where this page can be read again, as it stands on paper."""
        url = self.request.url
        return public_address(self.request, self.settings) + url.path + (f"?{url.query}" if url.query else "")

    def typed(self, name: str) -> str:
        """What the visitor typed, as they typed it, so that a form can keep it."""
        return self.request.query_params.get(name, "")

    def show(self, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
        context["has_examples"] = self.has_examples
        context["page_address"] = self.address
        if "preview" in context:
            context["address"] = public_address(self.request, self.settings)
        return render_page(self.request, self.settings, template, context, status=status)


@dataclass(frozen=True)
class SignedInPage(Page):
    """A page of someone who is signed in: it knows who, and gives every form its proof. Nobody keeps it."""

    actor: Actor

    @property
    def csrf(self) -> str:
        """For `<input type="hidden" name="csrf">` and, from scripts, the header `X-CSRF-Token`."""
        return csrf_token(self.settings, self.request.cookies.get(SESSION_COOKIE, ""))

    def show(self, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
        context |= {"actor": self.actor, "csrf": self.csrf, "rooms": rooms_for(self.actor)}
        page = super().show(template, status=status, **context)
        page.headers["Cache-Control"] = "no-store"
        return page


# What stands beside the desk: the address, its words, and the role it is for.
CURATE_ROOMS: Final[tuple[tuple[str, str, Role], ...]] = (
    ("/curate", "Desk", "curator"),
    ("/curate/entries", "Entries", "curator"),
    ("/curate/checks", "Checks", "navigator"),
    ("/curate/words", "Words", "curator"),
    ("/curate/notices", "Notices", "coordinator"),
    ("/curate/connectors", "Connectors", "coordinator"),
    ("/curate/areas", "Areas", "coordinator"),
    ("/curate/imports", "Imports", "coordinator"),
    ("/curate/people", "People", "coordinator"),
)


def rooms_for(actor: Actor) -> list[tuple[str, str]]:
    """(address, words) of the rooms they may enter."""
    return [(path, words) for path, words, role in CURATE_ROOMS if actor.has(role)]


async def get_page(request: Request, read: Read, settings: AppSettings) -> Page:
    return Page(request, settings, await face.has_examples(read))


ThisPage = Annotated[Page, Depends(get_page, scope="function")]


async def get_signed_in_page(
    request: Request, read: Read, settings: AppSettings, actor: SignedIn
) -> SignedInPage:
    return SignedInPage(request, settings, await face.has_examples(read), actor)


CuratePage = Annotated[SignedInPage, Depends(get_signed_in_page, scope="function")]


class PageRouter(APIRouter):
    """Routes that are pages: not in the API's description."""

    def page(self, path: str) -> Callable[..., Any]:
        return self.get(path, response_class=HTMLResponse, include_in_schema=False)

    def form(self, path: str) -> Callable[..., Any]:
        """Where a page's form is sent. It answers with a redirect, or with the page and what was wrong."""
        return self.post(path, response_class=HTMLResponse, include_in_schema=False)


def keep_secret(page: HTMLResponse) -> HTMLResponse:
    """A page whose address is a secret: nothing keeps it, and no other site hears of it."""
    page.headers["Cache-Control"] = "no-store"
    page.headers["Referrer-Policy"] = "same-origin"
    return page


def go_to(address: str) -> RedirectResponse:
    """After a form did its work: the next page by GET, so that loading it again sends nothing twice."""
    return RedirectResponse(address, status_code=303)
