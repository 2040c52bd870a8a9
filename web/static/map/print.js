/** On paper the map shows the list: each pin has the number of its card. */
import { groupForScreen } from "./grouping.js";
import { keepClear, viewOf } from "./view.js";

const MARK_PX = 26;
const DIGIT_PX = 7;

export function prepareForPrint(map) {
  const printed = new PrintedView(map);
  addEventListener("beforeprint", () => printed.on());
  addEventListener("afterprint", () => printed.off());
  // Also where a page is only shown as it would be printed.
  const asPrint = matchMedia("print");
  asPrint.addEventListener("change", () => (asPrint.matches ? printed.on() : printed.off()));
  if (asPrint.matches) printed.on();
}

class PrintedView {
  #map;
  #marks = null;
  #before = null;

  constructor(map) {
    this.#map = map;
  }

  on() {
    const cards = [...document.querySelectorAll("#main .cards:not(.not-serving *) .card[data-slug]")];
    const points = cards.map(readPoint).filter(Boolean);
    if (this.#marks || !points.length) return;
    const map = this.#map;
    const view = viewOf(map);
    this.#before = { center: map.getCenter(), zoom: map.getZoom() };
    view.section.classList.add("map-printing");
    map.invalidateSize({ animate: false, pan: false });
    const reach = L.latLngBounds(points.map((point) => [point.lat, point.lon]));
    // The area, or the place and how far the visitor looks from it: what the list is about.
    if (view.firstLook) reach.extend(view.firstLook.bounds);
    map.fitBounds(reach, { animate: false, padding: [12, 12], maxZoom: 13 });
    const groups = setApart(map, groupForScreen(map, { points }));
    this.#marks = L.layerGroup(groups.map(numberMark)).addTo(map);
    keepClear(map, "print", groups.map((group) => L.latLng(group.lat, group.lon)));
    straighten(map);
  }

  off() {
    if (!this.#marks) return;
    this.#marks.remove();
    this.#marks = null;
    keepClear(this.#map, "print", []);
    viewOf(this.#map).section.classList.remove("map-printing");
    this.#map.invalidateSize({ animate: false, pan: false });
    this.#map.setView(this.#before.center, this.#before.zoom, { animate: false });
    straighten(this.#map);
  }
}

/** Names over their marks again: Leaflet centres them only when it zooms, and they are set in another size. */
function straighten(map) {
  map.eachLayer((layer) => layer.getTooltip()?.update());
}

function readPoint(card, at) {
  if (!card.dataset.point) return null;
  const [lon, lat] = card.dataset.point.split(",").map(Number);
  return { lon, lat, slug: String(at + 1) };
}

/** [1, 2, 3, 5] is "1–3, 5". */
function inRuns(numbers) {
  const runs = [];
  for (const number of numbers) {
    const run = runs.at(-1);
    if (run?.[1] === number - 1) run[1] = number;
    else runs.push([number, number]);
  }
  return runs.map(([from, to]) => (from === to ? `${from}` : to === from + 1 ? `${from}, ${to}` : `${from}–${to}`)).join(", ");
}

/** Joins marks whose numbers would cover each other. */
function setApart(map, groups) {
  const apart = [];
  for (const group of groups) {
    const near = apart.find((other) => cover(map, group, other));
    if (near) near.entries = [...near.entries, ...group.entries];
    else apart.push(group);
  }
  return apart.length < groups.length ? setApart(map, apart) : apart;
}

function cover(map, one, other) {
  const between = map.latLngToLayerPoint([one.lat, one.lon]).subtract(map.latLngToLayerPoint([other.lat, other.lon]));
  return Math.abs(between.y) < MARK_PX && Math.abs(between.x) < (width(one) + width(other)) / 2;
}

const width = (group) => MARK_PX + numbersOf(group).length * DIGIT_PX;

function numbersOf(group) {
  return inRuns(group.entries.map((entry) => Number(entry.slug)).sort((a, b) => a - b));
}

function numberMark(group) {
  const words = Object.assign(document.createElement("span"), { textContent: numbersOf(group) });
  const icon = L.divIcon({ className: "map-number", html: words, iconSize: [MARK_PX, MARK_PX] });
  // Over the mark of the visitor's place, which is a ring round them.
  return L.marker([group.lat, group.lon], { icon, keyboard: false, interactive: false, zIndexOffset: 1000 });
}
