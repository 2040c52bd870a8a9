"""HEAD: whoever asks so is told what GET would say, without what it would bring."""

from starlette.types import ASGIApp, Receive, Scope, Send


class AnswerHead:
    """Every address that answers GET answers HEAD, as HTTP wants. The server sends the reply's head alone."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "HEAD":
            scope = {**scope, "method": "GET"}
        await self.app(scope, receive, send)
