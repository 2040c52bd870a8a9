/** Buttons on the map: one entry, several at one spot, or a cluster that zooms in. */
import { kindIcon } from "./icons.js";
import { kindLabel } from "./view.js";

const PIN_PX = 34;
const MOST_KINDS = 3;
const SURE = new Set(["exact", "postcode", undefined, null]);

/** True when we know the spot well enough for a filled pin. */
export const isSure = (precision) => SURE.has(precision);

// A real <button>, so that Enter and Space, focus and its ring work as everywhere else.
const ButtonIcon = L.Icon.extend({
  options: { className: "map-pin" },
  createIcon() {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...this.options.parts);
    this._setIconStyles(button, "icon");
    return button;
  },
  createShadow: () => null,
});

/** `item` is a group of ./grouping.js. `onOpen(item, marker)` runs on click, Enter and Space. */
export function makeMarker(map, item, onOpen) {
  const size = item.type === "cluster" ? clusterSize(item.count) : PIN_PX;
  const icon = new ButtonIcon({
    iconSize: [size, size],
    className: ["map-pin", `map-pin-${item.type}`, isHollow(item) && "map-pin-about", isOther(item) && "map-pin-other"]
      .filter(Boolean)
      .join(" "),
    parts: pinParts(item),
  });
  const marker = L.marker([item.lat, item.lon], { icon, keyboard: false, riseOnHover: true });
  marker.on("add", () => nameButton(map, marker, item));
  marker.on("click", () => onOpen(item, marker));
  return marker;
}

function nameButton(map, marker, item) {
  const button = marker.getElement();
  const words = describe(map, item);
  button.setAttribute("aria-label", words);
  button.title = words;
  if (item.type !== "cluster") {
    button.setAttribute("aria-haspopup", "dialog");
    button.dataset.slugs = item.entries.map((entry) => entry.slug).join(" ");
  }
  button.addEventListener("focus", () => marker.setZIndexOffset(1000));
  button.addEventListener("blur", () => marker.setZIndexOffset(0));
}

function isHollow(item) {
  return item.type === "entry" && !isSure(item.precision);
}

/** Near the visitor's place, but it serves other places. */
const isOther = (item) => item.type !== "cluster" && item.entries.every((entry) => entry.serves === false);

/** "Soham Wednesday drop-in, Drop-in"; "3 places at one spot: …"; "24 places. Zoom in". */
export function describe(map, item) {
  if (item.type === "cluster") return `${item.count} places close together. Zoom in`;
  if (item.type === "pile") {
    const names = item.entries.slice(0, 3).map((entry) => entry.name).join(", ");
    return `${item.count} places ${item.sameSpot ? "at one spot" : "close together"}: ${names}${item.count > 3 ? " and more" : ""}`;
  }
  const [entry] = item.entries;
  return `${entry.name}, ${kindLabel(map, entry.kind)}${isHollow(item) ? ", about here" : ""}${isOther(item) ? ". Near you, but serves other places" : ""}`;
}

function pinParts(item) {
  if (item.type === "entry") return [kindIcon(item.entries[0].kind)];
  const number = document.createElement("span");
  number.className = "map-pin-number";
  number.textContent = item.count.toLocaleString("en-GB");
  return item.type === "pile" ? [number, kindsRow(item)] : [number];
}

/** The kinds in a pile, small, the most frequent first. */
function kindsRow(item) {
  const counts = new Map();
  for (const { kind } of item.entries) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const kinds = [...counts.keys()].sort((a, b) => counts.get(b) - counts.get(a)).slice(0, MOST_KINDS);
  const row = document.createElement("span");
  row.className = "map-pin-kinds";
  row.append(...kinds.map(kindIcon));
  return row;
}

function clusterSize(count) {
  return Math.round(Math.min(64, 34 + 7 * Math.log10(count) ** 1.4));
}

/** A pin that is a picture, not a button: the entry's own page has words for it. */
export function makeStillPin(latlng, { kind, about, words }) {
  const icon = new ButtonIcon({ iconSize: [40, 40], parts: [kindIcon(kind)] });
  icon.createIcon = function createStill() {
    const box = document.createElement("div");
    box.append(...this.options.parts);
    this._setIconStyles(box, "icon");
    box.className += ` map-pin map-pin-still${about ? " map-pin-about" : ""}`;
    box.setAttribute("role", "img");
    box.setAttribute("aria-label", words);
    return box;
  };
  return L.marker(latlng, { icon, keyboard: false, interactive: false });
}
