"""A frame on somebody else's page, and the page that builds it."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Frame, Page, Request

from tests.browser.site import wait_until

Visit = Callable[..., Page]
Neighbour = Callable[[str], str]


@pytest.fixture(scope="module")
def neighbour() -> Iterator[Neighbour]:
    """Another site: another port is another origin. `neighbour(html)` gives the address of such a page."""
    pages: list[str] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            number = self.path.strip("/")
            self.send_response(200 if number.isdigit() else 204)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            if number.isdigit():
                self.wfile.write(pages[int(number)].encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def publish(html: str) -> str:
        body = f'<!doctype html><html lang="en"><title>Elsewhere</title><h1>Elsewhere</h1>{html}'
        pages.append(body)
        return f"http://127.0.0.1:{server.server_port}/{len(pages) - 1}"

    yield publish
    server.shutdown()
    server.server_close()


def open_elsewhere(visit: Visit, site: str, url: str, **wishes: object) -> Page:
    parts = urlsplit(url)
    base = f"{parts.scheme}://{parts.netloc}"
    return visit(parts.path, base=base, hosts=(urlsplit(site).netloc,), **wishes)


def frame_of(page: Page) -> Frame:
    frame = page.locator("iframe").element_handle().content_frame()
    assert frame is not None
    frame.locator("h1").wait_for()
    return frame


def test_a_frame_shows_on_another_site_and_opens_entries_in_a_tab(
    visit: Visit, site: str, neighbour: Neighbour
) -> None:
    made = visit("/about").context.request.get(f"{site}/embed/code.json?near=Soham&title=Near+Soham").json()
    page = open_elsewhere(visit, site, neighbour(made["code"]))
    frame = frame_of(page)
    frame.locator(".map-pin").first.wait_for()
    assert frame.locator("h1").inner_text() == "Near Soham"
    assert frame.locator(".frame-list li").count() == 10
    with page.context.expect_page() as opened:
        frame.locator(".frame-list a").first.click()
    assert "/entries/" in opened.value.url
    opened.value.close()
    frame.locator(".map-pin[data-slugs]").first.click()
    # The map moves to show the whole window: who presses meanwhile misses what they see.
    frame.locator(".leaflet-pan-anim").wait_for(state="detached")
    with page.context.expect_page() as opened:
        frame.get_by_role("dialog").get_by_role("link").first.click()
    assert "/entries/" in opened.value.url
    opened.value.close()
    assert frame.url.startswith(f"{site}/embed/view"), "the frame itself stays where it was"
    assert page.context.cookies() == []


def test_a_visitor_looks_for_something_else_inside_the_frame(
    visit: Visit, site: str, neighbour: Neighbour
) -> None:
    src = f"{site}/embed/view?kind=transport&kind=drop_in&show=list&lock=q"
    page = open_elsewhere(visit, site, neighbour(f'<iframe src="{src}" width="600" height="600"></iframe>'))
    frame = frame_of(page)
    assert frame.get_by_label("What do you need?").count() == 0
    frame.get_by_label("Where?").fill("Soham")
    frame.get_by_label("What kind?").select_option("transport")
    frame.get_by_role("button", name="Find").click()
    frame.get_by_text("serve Soham", exact=False).first.wait_for()
    kinds = set(frame.locator(".frame-kind").all_inner_texts())
    assert {text.split(" · ")[0] for text in kinds} == {"Transport scheme"}


def test_no_other_page_of_ours_can_be_framed(visit: Visit, site: str, neighbour: Neighbour) -> None:
    paths = ("/", "/search?q=lonely", "/entries/soham-wednesday-drop-in", "/embed", "/offline")
    frames = "".join(f'<iframe src="{site}{path}"></iframe>' for path in paths)
    refusals = ("Refused to frame", "Framing", "frame-ancestors", "X-Frame-Options")
    page = open_elsewhere(visit, site, neighbour(frames), expected=refusals)
    wait_until(lambda: len(page.frames) == len(paths) + 1)
    wait_until(lambda: all(frame.url.startswith("chrome-error:") for frame in page.frames[1:]))


def test_without_javascript_a_frame_of_a_map_is_a_list(visit: Visit) -> None:
    page = visit("/embed/view?near=Soham&show=map", java_script_enabled=False)
    page.get_by_role("link", name="Soham Big Christmas Tea").wait_for()
    assert page.locator("h2").count() == 10
    assert not page.locator(".map-canvas").is_visible()


def test_frame_is_light(visit: Visit) -> None:
    asked: list[Request] = []

    def listen(page: Page) -> None:
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.send("Network.setCacheDisabled", {"cacheDisabled": True})
        page.on("requestfinished", lambda request: asked.append(request))

    def weight(path: str) -> int:
        asked.clear()
        visit(path, before=listen)
        return sum(request.sizes()["responseBodySize"] for request in asked)

    assert 4_000 < weight("/embed/view?near=Soham&show=list") < 20_000
    assert 50_000 < weight("/embed/view?near=Soham") < 110_000


def test_builder_follows_what_is_chosen_by_keyboard_alone(visit: Visit) -> None:
    page = visit("/embed", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_label("Title").focus()
    page.keyboard.type("Lifts")
    tab_to(page, "transport")
    page.keyboard.press("Space")
    tab_to(page, "accent")
    page.keyboard.type("#ffd98a")
    page.get_by_text("#ffd98a is too pale to read").wait_for()
    code = page.get_by_label("Copy this into the HTML of your page")
    wait_until(lambda: "title=Lifts" in code.input_value() and "kind=transport" in code.input_value())
    preview = page.frame_locator("#preview")
    preview.get_by_role("heading", name="Lifts", level=1).wait_for()
    wait_until(lambda: {"Transport scheme"} == set(preview.locator(".frame-kind").all_inner_texts()))
    tab_to(page, "", name="Copy the code")
    page.keyboard.press("Enter")
    page.get_by_text("Copied. Paste it into your page.").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == code.input_value()


def tab_to(page: Page, value: str, *, name: str = "") -> None:
    """Presses Tab until the focus is on a field of that value or name, or a button of that text."""
    here = (
        "([value, name]) => { const at = document.activeElement; return name ? at.textContent === name "
        ": at.value === value || at.name === value; }"
    )
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(here, [value, name]):
            return
    raise AssertionError(f"Tab never came to {value or name}")


def test_builder_works_without_javascript(visit: Visit) -> None:
    page = visit("/embed", java_script_enabled=False)
    page.get_by_label("Title").fill("Food near Ely")
    page.get_by_label("Food schemes").check()
    page.get_by_label("In, or serving, an area").select_option("ely")
    page.get_by_label("Lock: the place").check()
    page.get_by_label("Height in pixels").fill("500")
    page.get_by_role("button", name="Show preview").click()
    source = page.locator("#preview").get_attribute("src") or ""
    assert "area=ely" in source
    assert "kind=food" in source
    assert "lock=near" in source
    assert page.locator("#preview").get_attribute("height") == "500"
    preview = page.frame_locator("#preview")
    preview.get_by_role("heading", name="Food near Ely", level=1).wait_for()
    assert preview.get_by_label("Where?").count() == 0
