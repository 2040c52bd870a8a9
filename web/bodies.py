"""How much a form may send: looked at before anything of it is read."""

from collections.abc import AsyncIterator
from typing import Annotated, Any, Final

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile

from api.accounts.dependencies import SAFE_METHODS, read_form
from api.errors import HereaboutsError

# The other fields of the form, and what stands between them.
ROOM: Final = 200_000
# So much is read and thrown away, so that a browser gets to see the answer.
_PATIENCE: Final = 4


class TooLarge(HereaboutsError):
    status = 413
    title = "Too large"


def at_most(most_bytes: int, words: str) -> Any:
    """A dependency of routes that read a file: it must stand before what reads the form, and the route itself
    may ask for no field. It closes the form's files in the end. Raises TooLarge with these words."""

    async def check(request: Request) -> AsyncIterator[None]:
        given = request.headers.get("Content-Length", "")
        small = given.isdecimal() and int(given) <= most_bytes + ROOM
        if request.method not in SAFE_METHODS and not small:
            await _read_away(request, most_bytes * _PATIENCE)
            raise TooLarge(words)
        try:
            yield
        finally:
            await request.close()

    return Depends(check, scope="function")


async def _read_away(request: Request, most_bytes: int) -> None:
    async for piece in request.stream():
        most_bytes -= len(piece)
        if most_bytes < 0:
            break


Form = Annotated[FormData, Depends(read_form)]


def text_of(form: FormData, name: str, *, most: int = 2_000) -> str:
    given = form.get(name)
    return given.replace("\x00", "").strip()[:most] if isinstance(given, str) else ""


def file_of(form: FormData, name: str) -> UploadFile | None:
    """None when no file was chosen."""
    given = form.get(name)
    return given if isinstance(given, UploadFile) and given.filename else None
