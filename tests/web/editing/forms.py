"""A form of a page, filled in and sent as a browser without scripts does it."""

from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Response

Fields = dict[str, list[str]]


class _Reader(HTMLParser):
    """Collects what a browser would send of the form with this id, or whose action ends so."""

    def __init__(self, form_id: str | None, action: str) -> None:
        super().__init__()
        self.form_id, self.action_end = form_id, action
        self.fields: Fields = {}
        self.action = ""
        self._inside = False
        self._outside_page = 0
        self._area: str | None = None
        self._text = ""
        self._select: str | None = None
        self._first_option: str | None = None
        self._chosen = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "template":
            self._outside_page += 1
        if self._outside_page:
            return
        if tag == "form" and self._is_it(given):
            self._inside, self.action = True, given.get("action", "")
        if not self._inside:
            return
        if tag == "input" and given.get("name"):
            kind = given.get("type", "text")
            if kind not in ("checkbox", "radio") or "checked" in given:
                self.fields.setdefault(given["name"], []).append(given.get("value", ""))
        elif tag == "textarea":
            self._area, self._text = given["name"], ""
        elif tag == "select":
            self._select, self._first_option, self._chosen = given["name"], None, False
        elif tag == "option" and self._select:
            if self._first_option is None:
                self._first_option = given.get("value", "")
            if "selected" in given:
                self._chosen = True
                self.fields.setdefault(self._select, []).append(given.get("value", ""))

    def _is_it(self, given: dict[str, str]) -> bool:
        if self.form_id is not None:
            return given.get("id") == self.form_id
        return given.get("action", "").endswith(self.action_end)

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "template":
            self._outside_page -= 1
        if tag == "form":
            self._inside = False
        if tag == "textarea" and self._area is not None:
            # A browser leaves out the first line end and sends the others as CR LF.
            text = self._text.removeprefix("\n").replace("\n", "\r\n")
            self.fields.setdefault(self._area, []).append(text)
            self._area = None
        if tag == "select" and self._select:
            if not self._chosen and self._first_option is not None:
                self.fields.setdefault(self._select, []).append(self._first_option)
            self._select = None


@dataclass
class Form:
    """What stands in the form now, and where it goes."""

    client: TestClient
    fields: Fields
    action: str

    @classmethod
    def of(cls, client: TestClient, path: str) -> "Form":
        reply = client.get(path)
        assert reply.status_code == 200, reply.text
        return cls.on(client, reply)

    @classmethod
    def on(
        cls, client: TestClient, reply: Response, form_id: str | None = "edit-form", action: str = ""
    ) -> "Form":
        reader = _Reader(form_id, action)
        reader.feed(reply.text)
        assert reader.action, "the page has no such form"
        return cls(client, reader.fields, reader.action)

    def value(self, name: str) -> str:
        return self.fields[name][-1]

    def send(self, button: str, changes: dict[str, Any] | None = None) -> Response:
        """Press a button; what comes back is not followed."""
        for name, value in (changes or {}).items():
            self.fields[name] = value if isinstance(value, list) else [value]
        reply: Response = self.client.post(self.action, data={**self.fields, "do": [button]})
        return reply

    def press(self, button: str, changes: dict[str, Any] | None = None) -> "Form":
        """Press a button that shows the form again."""
        reply = self.send(button, changes)
        assert reply.status_code in (200, 422), reply.text
        return Form.on(self.client, reply)
