/** The small window of a pin: what is there, in text nodes only, with focus led in and back. */
import { kindIcon } from "./icons.js";
import { describe, isSure } from "./markers.js";
import { kindLabel, viewOf } from "./view.js";

const ABOUT = {
  sector: "About here: we know only part of the postcode.",
  outcode: "About here: we know only the first part of the postcode.",
  place: "About here: we know only the town or village.",
};

const OTHER = "Near you, but it says it serves other places.";

export const aboutWords = (precision) => ABOUT[precision] ?? "";

/**
 * `findMarker(item)` gives the marker to return to: the one that opened may have been drawn anew.
 * The map fires `entryopen` (with the `slug` when it is about one) and `entryclose`. `keepFocus` is for a window that nobody just asked for;
 * of several entries, `slug` is the one that was.
 */
export function openPopup(map, item, findMarker, { keepFocus = false, slug = null } = {}) {
  const popup = L.popup({
    className: "map-popup",
    // A window that comes back with the page finds the map where it was left.
    autoPan: !keepFocus,
    closeButton: false,
    minWidth: 180,
    maxWidth: Math.min(300, map.getSize().x - 120),
    maxHeight: Math.max(140, map.getSize().y - 110),
    offset: [0, -10],
    // Clear of the buttons in the corner.
    autoPanPaddingTopLeft: [60, 16],
    autoPanPaddingBottomRight: [16, 28],
  });
  const content = fill(map, item, slug, () => map.closePopup(popup));
  popup.setLatLng([item.lat, item.lon]).setContent(content).openOn(map);
  content.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    map.closePopup(popup);
  });
  // Closed by keyboard or by its button, the focus goes back; after a click elsewhere it stays there.
  // Leaflet tells of the closing when the window may have left the document already, so we keep count.
  let inside = false;
  content.addEventListener("focusin", () => (inside = true));
  content.addEventListener("focusout", () => (inside = false));
  popup.on("remove", () => {
    map.fire("entryclose", { item });
    const back = inside || content.contains(document.activeElement);
    if (back) (findMarker(item)?.getElement() ?? map.getContainer()).focus({ preventScroll: true });
  });
  map.fire("entryopen", { item, popup, slug: slug ?? (item.count === 1 ? item.entries[0].slug : null) });
  if (!keepFocus) content.querySelector("a").focus({ preventScroll: true });
}

function fill(map, item, slug, close) {
  const box = document.createElement("div");
  box.setAttribute("role", "dialog");
  box.setAttribute("aria-label", describe(map, item));
  box.append(closeButton(close));
  if (item.type === "entry") box.append(...oneEntry(map, item.entries[0]));
  else box.append(...severalEntries(map, item, slug));
  return box;
}

function oneEntry(map, entry) {
  const name = textBox("p", "map-popup-name", "");
  name.append(entryLink(entry));
  const kind = textBox("p", "map-popup-kind", "");
  kind.append(kindIcon(entry.kind), kindLabel(map, entry.kind));
  const parts = [name, kind];
  const { place } = viewOf(map);
  if (entry.serves === false) parts.push(textBox("p", "map-popup-other", OTHER));
  else if (place) parts.push(textBox("p", "map-popup-here", `Serves ${place[2]}`));
  if (!isSure(entry.precision)) parts.push(textBox("p", "map-popup-about", aboutWords(entry.precision)));
  // Shown when the area it serves has been drawn.
  parts.push(Object.assign(textBox("p", "map-popup-serves", "The shaded part is the area it serves."), { hidden: true }));
  parts.push(...listLinks([entry]));
  return parts;
}

function severalEntries(map, item, slug) {
  const where = item.sameSpot ? "at this spot" : "close together here";
  const list = document.createElement("ul");
  const asked = item.entries.filter((entry) => entry.slug === slug);
  for (const entry of new Set([...asked, ...item.entries])) {
    const row = document.createElement("li");
    row.classList.toggle("is-chosen", entry.slug === slug);
    const kind = textBox("span", "map-popup-kind", kindLabel(map, entry.kind));
    row.append(kindIcon(entry.kind), entryLink(entry), kind);
    if (entry.serves === false) row.append(textBox("span", "map-popup-other", OTHER));
    list.append(row);
  }
  const parts = [textBox("p", "map-popup-name", `${item.count} places ${where}`), list];
  const unnamed = item.count - item.entries.length;
  if (unnamed > 0) parts.push(textBox("p", "map-popup-about", `and ${unnamed} more, all in the list`));
  if (!item.sameSpot) parts.push(zoomButton(map, item));
  return parts;
}

/** The way from a pin to its card, when this page of the list has it. */
function listLinks(entries) {
  const card = entries.map((entry) => document.getElementById(`entry-${entry.slug}`)).find(Boolean);
  if (!card) return [];
  const link = textBox("a", "", "See it in the list");
  link.href = `#${card.id}`;
  link.addEventListener("click", (event) => {
    event.preventDefault();
    card.scrollIntoView({ block: "center" });
    card.querySelector("a").focus({ preventScroll: true });
  });
  const line = textBox("p", "map-popup-list", "");
  line.append(link);
  return [line];
}

function zoomButton(map, item) {
  const button = textBox("button", "map-button", "Zoom in here");
  button.type = "button";
  button.addEventListener("click", () => {
    map.getContainer().focus({ preventScroll: true });
    map.closePopup();
    map.fitBounds(item.bounds, { padding: [60, 60] });
  });
  return button;
}

function entryLink(entry) {
  const link = textBox("a", "", entry.name);
  link.href = `/entries/${encodeURIComponent(entry.slug)}`;
  // A name may run right to left; it must not turn the words beside it round.
  link.dir = "auto";
  link.dataset.slug = entry.slug;
  return link;
}

function closeButton(close) {
  const button = textBox("button", "map-popup-close", "×");
  button.type = "button";
  button.setAttribute("aria-label", "Close");
  button.addEventListener("click", close);
  return button;
}

function textBox(tag, className, text) {
  return Object.assign(document.createElement(tag), { className, textContent: text });
}
