/** What the page asked its map to show, where the map looks, and where it says things in words. */

const views = new WeakMap();

// Which wish decides where the map looks first: the higher one wins, until the visitor moves the map.
// Clear of the buttons in the corners.
export const ROOM = { paddingTopLeft: [52, 26], paddingBottomRight: [52, 30] };
export const WISH = { backdrop: 1, entries: 2, point: 3, shape: 4, place: 5, bounds: 6 };

/** Reads the section round the map once; the same object for every part of that map. */
export function viewOf(map) {
  if (!views.has(map)) views.set(map, readView(map));
  return views.get(map);
}

function readView(map) {
  const section = map.getContainer().closest("[data-view]");
  const asked = JSON.parse(section.dataset.view);
  return {
    ...asked,
    section,
    frame: section.querySelector(".map-frame"),
    status: section.querySelector(".map-status"),
    kinds: new Map(),
    firstLook: null,
    wish: 0,
    moved: false,
    pins: new Map(),
    // Set by the parts of these names, where a map has them.
    entries: null,
    coverage: null,
  };
}

/** Tells the names layer where pins are, so that names keep clear of them. `whose` tells the askers apart. */
export function keepClear(map, whose, latlngs) {
  viewOf(map).pins.set(whose, latlngs);
  map.fire("pinsdrawn");
}

/** Writes once, in small letters under the map, whom a part of it comes from. */
export function credit(map, text) {
  const { section } = viewOf(map);
  const line = section.querySelector(".map-credit") ?? section.appendChild(document.createElement("p"));
  line.className = "map-credit";
  if (!line.textContent.includes(text)) line.textContent = [line.textContent, text].filter(Boolean).join(" · ");
}

export function kindLabel(map, kind) {
  return viewOf(map).kinds.get(kind) ?? "Place";
}

/** Points the map at `bounds`, unless something more important already has, or the visitor has moved it. */
export function wishToSee(map, wish, bounds, { maxZoom = 14 } = {}) {
  const view = viewOf(map);
  if (view.moved || wish < view.wish || !bounds.isValid()) return;
  view.wish = wish;
  view.firstLook = { bounds, maxZoom };
  lookAgain(map);
}

/** Back to where the map looked first. */
export function lookAgain(map, options = { animate: false }) {
  const { firstLook } = viewOf(map);
  if (firstLook) map.fitBounds(firstLook.bounds, { ...ROOM, maxZoom: firstLook.maxZoom, ...options });
}

/** Says one sentence under the map and to a screen reader; saying the same again is silent. */
export function say(map, sentence) {
  const { status } = viewOf(map);
  if (status.textContent !== sentence) status.textContent = sentence;
}

/**
 * Lays a note over the map: `name` tells notes apart, a new one of the same name replaces the old.
 * `again` adds a button that takes the note away and tries once more.
 */
export function showNote(map, name, sentence, again = null) {
  hideNote(map, name);
  const note = document.createElement("div");
  note.className = "map-note";
  note.dataset.note = name;
  note.setAttribute("role", "status");
  note.append(Object.assign(document.createElement("p"), { textContent: sentence }));
  if (again) note.append(retryButton(map, name, again));
  viewOf(map).frame.append(note);
  return note;
}

export function hideNote(map, name) {
  for (const note of viewOf(map).frame.querySelectorAll(".map-note")) {
    if (note.dataset.note === name) note.remove();
  }
}

function retryButton(map, name, again) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "map-button";
  button.textContent = "Try again";
  button.addEventListener("click", () => {
    hideNote(map, name);
    map.getContainer().focus({ preventScroll: true });
    again();
  });
  return button;
}

/** JSON from one of our own addresses. What goes wrong is thrown as an Error whose message a person can read. */
export async function fetchJson(url, signal) {
  let response;
  try {
    response = await fetch(url, { signal, headers: { Accept: "application/json" } });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error(
      navigator.onLine ? "We could not reach the directory just now." : "You seem to be offline.",
      { cause: error },
    );
  }
  if (!response.ok) throw new Error(await plainReason(response));
  return response.json();
}

async function plainReason(response) {
  const problem = await response.json().catch(() => null);
  return problem?.detail ?? "The directory could not answer just now.";
}
