/** Searching where the map looks: the part in view, its middle, or where the visitor's device is. */
import { toBbox } from "./answers.js";
import { iconButton } from "./controls.js";
import { showInList } from "./list.js";
import { hideNote, showNote, viewOf } from "./view.js";

const TARGET = "M12 2v4m0 12v4M2 12h4m12 0h4M12 6a6 6 0 1 0 0 12 6 6 0 0 0 0-12zm0 5v2m-1-1h2";
const LOCATE_ZOOM = 13;
const PATIENCE_MS = 10_000;
const STILL_GOOD_MS = 300_000;
const WHY_NOT = {
  1: "Your browser keeps your place to itself. You can allow it in its settings, or type a postcode.",
  2: "Your device does not know where it is just now. Type a postcode instead.",
  3: "Your device took too long to say where it is. Try again, or type a postcode.",
};

/** The address of the page's search with changes; null takes a name out. */
export function searchAddress(map, changes) {
  const url = new URL(viewOf(map).searchUrl, location.origin);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  return url.pathname + url.search;
}

// Three decimals are about 100 metres: near enough to search, not a doorstep.
const near = ({ lat, lng }) => `${lat.toFixed(3)},${lng.toFixed(3)}`;

export function offerSearchHere(map) {
  const { searchUrl, frame, section } = viewOf(map);
  if (!searchUrl) return;
  const part = link("map-search-part", "Search in this part of the map");
  const middle = link("map-search-middle", "Search from the middle of this map");
  part.hidden = true;
  frame.append(part);
  const ways = Object.assign(document.createElement("p"), { className: "map-ways" });
  ways.append(middle);
  section.querySelector(".map-legend").before(ways);
  const point = () => {
    const box = toBbox(map.getBounds()).map((degrees) => degrees.toFixed(4)).join(",");
    part.href = searchAddress(map, { bbox: box });
    part.hidden = !viewOf(map).moved;
    middle.href = searchAddress(map, { bbox: null, near: near(map.getCenter()) });
  };
  map.on("moveend", point);
  point();
  drawPart(map);
  part.addEventListener("click", async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    await showInList(map, part.href);
    if (part === document.activeElement) viewOf(map).status.focus({ preventScroll: true });
    part.hidden = true;
  });
}

/** The box that the list was narrowed to. */
function drawPart(map) {
  const box = L.layerGroup().addTo(map);
  const draw = () => {
    const { part } = viewOf(map);
    box.clearLayers();
    if (!part) return;
    const [west, south, east, north] = part;
    L.rectangle([[south, west], [north, east]], { interactive: false, className: "map-part" }).addTo(box);
  };
  map.on("listchanged", draw);
  draw();
}

function link(className, words) {
  return Object.assign(document.createElement("a"), { className, textContent: words });
}

/** The device is asked on a click only; where it is stays in the page until the visitor asks to search there. */
export function offerLocate(map) {
  if (!("geolocation" in navigator) || !window.isSecureContext) return;
  const marker = L.layerGroup().addTo(map);
  iconButton(map, "map-locate", TARGET, "Show where I am", () => {
    showNote(map, "here", "Asking your browser where you are…");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => showHere(map, marker, coords),
      ({ code }) => showNote(map, "here", WHY_NOT[code] ?? WHY_NOT[2]),
      { maximumAge: STILL_GOOD_MS, timeout: PATIENCE_MS },
    );
  });
}

function showHere(map, layer, { latitude, longitude, accuracy }) {
  const here = L.latLng(latitude, longitude);
  viewOf(map).moved = true;
  layer.clearLayers();
  L.circle(here, { radius: accuracy, interactive: false, className: "map-unsure" }).addTo(layer);
  L.marker(here, { icon: L.divIcon({ className: "map-here", iconSize: [20, 20] }), keyboard: false, interactive: false }).addTo(layer);
  map.setView(here, Math.max(map.getZoom(), LOCATE_ZOOM));
  hideNote(map, "here");
  const note = showNote(map, "here", "This is where your device says you are.");
  if (viewOf(map).searchUrl) {
    const search = link("map-button", "Search from here");
    search.href = searchAddress(map, { bbox: null, near: near(here) });
    note.append(search);
  }
}
