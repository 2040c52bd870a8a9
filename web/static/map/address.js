/** Where the map looks, and what is open on it, in the page's address: to come back to, and to share. */
import { viewOf } from "./view.js";

const WAIT_MS = 250;
const FORM = /^#map=([\d.]+)\/(-?[\d.]+)\/(-?[\d.]+)(?:\/([\w-]+))?$/;

/** Written only once the visitor has taken hold of the map: a first view is in the address already. */
export function keepViewInAddress(map) {
  const view = viewOf(map);
  let open = null;
  let timer = 0;
  restore(map, (slug) => (open = slug));
  const write = () => {
    clearTimeout(timer);
    timer = setTimeout(() => view.moved && history.replaceState(history.state, "", addressOf(map, open)), WAIT_MS);
  };
  map.on("moveend", write);
  map.on("entryopen", ({ item, slug }) => {
    open = slug ?? item.entries[0]?.slug;
    write();
  });
  map.on("entryclose", () => {
    open = null;
    write();
  });
}

function addressOf(map, open) {
  const { lat, lng } = map.getCenter();
  const parts = [map.getZoom(), lat.toFixed(4), lng.toFixed(4), ...(open ? [open] : [])];
  return `#map=${parts.join("/")}`;
}

function restore(map, opened) {
  const found = location.hash.match(FORM);
  if (!found) return;
  const [, zoom, lat, lon, slug] = found;
  viewOf(map).moved = true;
  map.setView([Number(lat), Number(lon)], Number(zoom), { animate: false });
  if (!slug) return;
  map.once("entriesdrawn", () => {
    const { entries } = viewOf(map);
    const group = entries.find(slug);
    if (!group) return;
    opened(slug);
    entries.open(group, { keepFocus: true });
  });
}
