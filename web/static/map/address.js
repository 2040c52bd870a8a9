/** Where the map looks, and what is open on it, in the page's address: to come back to, and to share. */
import { viewOf } from "./view.js";

const WAIT_MS = 250;
const SAME_PX = 2;
const FORM = /^#map=([\d.]+)\/(-?[\d.]+)\/(-?[\d.]+)(?:\/([\w-]+))?$/;

/** Written only once the visitor has taken hold of the map: a first view is in the address already. */
export function keepViewInAddress(map) {
  const view = viewOf(map);
  let open = null;
  let timer = 0;
  let written = restore(map, (slug) => (open = slug));
  const write = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (!view.moved || isThere(map, written, open)) return;
      written = { center: map.getCenter(), zoom: map.getZoom(), open };
      history.replaceState(history.state, "", addressOf(map, open));
    }, WAIT_MS);
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

/** Whole pixels move a view that was come back to by a hair: it keeps its address. */
function isThere(map, written, open) {
  if (!written || written.zoom !== map.getZoom() || written.open !== open) return false;
  return map.project(written.center).distanceTo(map.project(map.getCenter())) < SAME_PX;
}

/** The view the address asks for, as it was written; null when it asks for none. */
function restore(map, opened) {
  const found = location.hash.match(FORM);
  if (!found) return null;
  const [, zoom, lat, lon, slug] = found;
  viewOf(map).moved = true;
  map.setView([Number(lat), Number(lon)], Number(zoom), { animate: false });
  const written = { center: L.latLng(Number(lat), Number(lon)), zoom: Number(zoom), open: slug ?? null };
  if (!slug) return written;
  map.once("entriesdrawn", () => {
    const { entries } = viewOf(map);
    const group = entries.find(slug);
    if (!group) return;
    opened(slug);
    entries.open(group, { keepFocus: true });
  });
  return written;
}
