"""What every page route shares: the request's page, and routes that answer GET and HEAD."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse

from api.dependencies import AppSettings, Read
from api.face import service as face
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

    def typed(self, name: str) -> str:
        """What the visitor typed, as they typed it, so that a form can keep it."""
        return self.request.query_params.get(name, "")

    def show(self, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
        context["has_examples"] = self.has_examples
        if "preview" in context:
            context["address"] = public_address(self.request, self.settings)
        return render_page(self.request, self.settings, template, context, status=status)


async def get_page(request: Request, read: Read, settings: AppSettings) -> Page:
    return Page(request, settings, await face.has_examples(read))


ThisPage = Annotated[Page, Depends(get_page, scope="function")]


class PageRouter(APIRouter):
    """Routes that are pages: not in the API's description, and answering HEAD as link checkers expect."""

    def page(self, path: str) -> Callable[..., Any]:
        return self.api_route(
            path, methods=["GET", "HEAD"], response_class=HTMLResponse, include_in_schema=False
        )
