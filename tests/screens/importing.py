"""The pictures of docs/importing.md: one list of a parish on its way in, a year later again, and undone."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Page

from ingest.example_people import FILE
from tests.screens.saving import ROOT, save_picture

LISTS: Final = Path(__file__).parent / "lists"
WHO: Final = "admin@example.org"
WIDTH, MOST_HIGH, PHONE, MARGIN = 960, 1000, 360, 16


def picture_an_import(browser: Browser, address: str, home: Path) -> None:
    _load_postcodes(home)
    page = browser.new_page(viewport={"width": WIDTH, "height": 800}, reduced_motion="reduce")
    _sign_in(page, address, home)
    _hand_in(page, address, "clubs_2025.csv", name="parish clubs", picture="import-1-hand-in")
    _save(page, "import-2-columns")
    page.get_by_label("Coffee morning").select_option("drop_in")
    page.get_by_label("Lunch club").select_option("food")
    page.get_by_label("Its licence").fill("OGL v3")
    page.get_by_label("Who made it, as they want to be named").fill("The parish council")
    page.locator("h1").click()
    _save(page, "import-3-whose", of="section:has(#words)", to=".sides")
    page.get_by_role("button", name="Show me what would happen").click()
    _wait_for_work(page)
    _save(page, "import-4-would-happen")
    _show(page, "to look at")
    _save(page, "import-5-look-at", of=".tabs", to=".queue")
    _show(page, "refused")
    page.set_viewport_size({"width": PHONE, "height": 800})
    _save(page, "import-phone")
    page.set_viewport_size({"width": WIDTH, "height": 800})
    page.get_by_role("button", name="Bring it in").click()
    _wait_for_work(page)
    _save(page, "import-6-done")
    _hand_in(page, address, "clubs_2026.csv", read_as="parish-clubs")
    _wait_for_work(page)
    _save(page, "import-7-next-year")
    _show(page, "gone from the list")
    _save(page, "import-8-gone", of=".tabs", to="section:has(#gone)")
    page.get_by_role("button", name="Bring it in").click()
    _wait_for_work(page)
    page.get_by_role("link", name="See this import").click()
    page.get_by_text("Undo this import").click()
    _save(page, "import-9-undo")
    page.close()


def _load_postcodes(home: Path) -> None:
    """Invented ones, so that the places of the list are found."""
    command = [sys.executable, "-m", "web.cli", "gazetteer", "load", str(LISTS / "postcodes.csv")]
    subprocess.run(command, cwd=ROOT, env=os.environ | {"HEREABOUTS_HOME": str(home)}, check=True)


def _sign_in(page: Page, address: str, home: Path) -> None:
    page.goto(f"{address}/sign-in")
    page.get_by_label("E-mail address").fill(WHO)
    page.get_by_label("Password").fill(json.loads((home / FILE).read_text(encoding="utf-8"))[WHO])
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("link", name="Imports").wait_for()


def _hand_in(
    page: Page, address: str, file: str, *, read_as: str = "", name: str = "", picture: str | None = None
) -> None:
    page.goto(f"{address}/curate/imports")
    page.get_by_label("The file").set_input_files(LISTS / file)
    page.get_by_label("What list is it?").select_option(read_as)
    page.locator("#name").fill(name)
    if picture:
        _save(page, picture)
    page.get_by_role("button", name="Look at it").click()
    _wait_for_work(page)


def _wait_for_work(page: Page) -> None:
    page.wait_for_url("**/imports/files/**")
    page.locator("[data-progress]").wait_for(state="detached")
    page.wait_for_load_state("networkidle")


def _show(page: Page, rows: str) -> None:
    page.get_by_role("navigation", name="Rows by what becomes of them").get_by_role("link", name=rows).click()
    page.wait_for_url("**show=**")
    page.locator("[aria-current]", has_text=rows).wait_for()
    page.wait_for_load_state("networkidle")


def _save(page: Page, name: str, *, of: str = "main", to: str | None = None) -> None:
    """That part of the page, or all from it to the end of another."""
    page.mouse.move(0, 0)
    page.evaluate("scrollTo(0, 0)")
    first = page.locator(of).first.bounding_box()
    last = page.locator(to or of).first.bounding_box()
    assert first is not None
    assert last is not None
    margin = MARGIN if to else 0
    top = first["y"] - margin
    high = min(last["y"] + last["height"] + margin - top, MOST_HIGH)
    width = page.viewport_size["width"] if page.viewport_size else WIDTH
    picture = page.screenshot(full_page=True, clip={"x": 0, "y": top, "width": width, "height": high})
    save_picture(picture, name)
