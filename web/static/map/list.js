/** Another search of the same page, without leaving the map: the list, the filters and the counts are exchanged. */
import { say, viewOf } from "./view.js";

// What of the page answers the search; each is exchanged for the new page's own.
const PARTS = ["#results", "#filters .filter-grid", "[data-kept]"];
let shown = null;
let asking = null;

/** Shows the search page of `address` in place. What cannot be had this way is opened as a page. */
export async function showInList(map, address, { remember = true } = {}) {
  asking?.abort();
  asking = new AbortController();
  const results = document.querySelector("#results");
  results.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(address, { signal: asking.signal, headers: { Accept: "text/html" } });
    if (!response.ok) throw new Error(`${response.status}`);
    exchange(map, new DOMParser().parseFromString(await response.text(), "text/html"));
    if (remember) history.pushState(null, "", address);
    shown = searchOf(location);
    await viewOf(map).entries?.ask(viewOf(map).dataUrl);
    map.fire("listchanged");
    say(map, `The list now says: ${document.querySelector("#results h1").textContent}.`);
  } catch (error) {
    if (error.name !== "AbortError") location.assign(address);
  } finally {
    results.removeAttribute("aria-busy");
  }
}

/** Going back and forward between searches shown in place shows them in place again. */
export function followHistory(map) {
  shown = searchOf(location);
  addEventListener("popstate", () => {
    if (searchOf(location) !== shown) showInList(map, location.href, { remember: false });
  });
}

const searchOf = ({ pathname, search }) => pathname + search;

function exchange(map, page) {
  const view = viewOf(map);
  const section = page.querySelector("[data-view]");
  if (!section || !page.querySelector("#results h1")) throw new Error("not a search page");
  for (const query of PARTS) {
    document.querySelector(query)?.replaceChildren(...imported(page.querySelector(query)));
  }
  view.section.querySelector(".map-kinds")?.remove();
  view.section.querySelector(".map-bar").after(...imported(section).filter((part) => part.matches?.(".map-kinds")));
  const { dataUrl, searchUrl, part } = JSON.parse(section.dataset.view);
  Object.assign(view, { dataUrl, searchUrl, part });
  document.title = page.title;
}

function imported(element) {
  return element ? [...element.childNodes].map((node) => document.importNode(node, true)) : [];
}
