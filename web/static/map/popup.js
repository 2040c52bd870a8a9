/** The small window of a pin: what is there, in text nodes only, with focus led in and back. */
import { kindIcon } from "./icons.js";
import { describe, isSure } from "./markers.js";
import { kindLabel } from "./view.js";

const ABOUT = {
  sector: "About here: we know only part of the postcode.",
  outcode: "About here: we know only the first part of the postcode.",
  place: "About here: we know only the town or village.",
};

export const aboutWords = (precision) => ABOUT[precision] ?? "";

/** `findMarker(item)` gives the marker to return to: the one that opened may have been drawn anew. */
export function openPopup(map, item, findMarker) {
  const popup = L.popup({
    className: "map-popup",
    closeButton: false,
    minWidth: 180,
    maxWidth: Math.min(300, map.getSize().x - 120),
    maxHeight: Math.max(140, map.getSize().y - 110),
    offset: [0, -10],
    // Clear of the buttons in the corner.
    autoPanPaddingTopLeft: [60, 16],
    autoPanPaddingBottomRight: [16, 28],
  });
  const content = fill(map, item, () => map.closePopup(popup));
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
    const back = inside || content.contains(document.activeElement);
    if (back) (findMarker(item)?.getElement() ?? map.getContainer()).focus({ preventScroll: true });
  });
  content.querySelector("a").focus({ preventScroll: true });
  return popup;
}

function fill(map, item, close) {
  const box = document.createElement("div");
  box.setAttribute("role", "dialog");
  box.setAttribute("aria-label", describe(map, item));
  box.append(closeButton(close));
  if (item.type === "entry") box.append(...oneEntry(map, item.entries[0]));
  else box.append(...severalEntries(map, item));
  return box;
}

function oneEntry(map, entry) {
  const name = textBox("p", "map-popup-name", "");
  name.append(entryLink(entry));
  const kind = textBox("p", "map-popup-kind", "");
  kind.append(kindIcon(entry.kind), kindLabel(map, entry.kind));
  const parts = [name, kind];
  if (entry.serves === false) parts.push(textBox("p", "map-popup-about", "Near, but it says it serves other places."));
  if (!isSure(entry.precision)) parts.push(textBox("p", "map-popup-about", aboutWords(entry.precision)));
  return parts;
}

function severalEntries(map, item) {
  const where = item.sameSpot ? "at this spot" : "close together here";
  const list = document.createElement("ul");
  for (const entry of item.entries) {
    const row = document.createElement("li");
    const kind = textBox("span", "map-popup-kind", kindLabel(map, entry.kind));
    row.append(kindIcon(entry.kind), entryLink(entry), kind);
    list.append(row);
  }
  const parts = [textBox("p", "map-popup-name", `${item.count} places ${where}`), list];
  const unnamed = item.count - item.entries.length;
  if (unnamed > 0) parts.push(textBox("p", "map-popup-about", `and ${unnamed} more, all in the list`));
  if (!item.sameSpot) parts.push(zoomButton(map, item));
  return parts;
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
