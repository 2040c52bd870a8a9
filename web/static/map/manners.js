/** How the map behaves on a page: it names itself, lets the page scroll, and obeys the keyboard. */
import { iconButton } from "./controls.js";
import { nameDrawings } from "./icons.js";
import { lookAgain, viewOf } from "./view.js";

const calm = matchMedia("(prefers-reduced-motion: reduce)");
const HINT_MS = 1800;
const SIDEWAYS_PX = 24;
const HOUSE = "M4 11l8-7 8 7M6 9.500V20h12V9.500M10 20v-6h4v6";

L.Map.mergeOptions(
  calm.matches ? { zoomAnimation: false, fadeAnimation: false, markerZoomAnimation: false, inertia: false } : {},
);

/** Must run before the other parts: it hands them the words for the kinds. */
export function prepareMap(map, { kinds }) {
  const view = viewOf(map);
  for (const { code, label } of kinds) view.kinds.set(code, label);
  nameDrawings(kinds);
  view.frame.querySelector(".map-plain")?.remove();
  nameMap(map);
  letPageScroll(map);
  noticeMoves(map);
  closeByEscape(map);
  offerStart(map);
  new ResizeObserver(() => map.invalidateSize({ pan: false })).observe(map.getContainer());
}

function nameMap(map) {
  const box = map.getContainer();
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", "Map. Arrow keys move it, plus and minus zoom.");
  const credit = document.createElement("a");
  credit.href = "https://leafletjs.com";
  credit.textContent = "Leaflet";
  map.attributionControl.setPrefix(credit.outerHTML);
}

/** Leaflet hears Escape only while the map itself has the focus, not a pin or a button on it. */
function closeByEscape(map) {
  map.getContainer().addEventListener("keydown", ({ key }) => key === "Escape" && map.closePopup());
}

/** Once the visitor has taken hold of the map, late data no longer moves it. */
function noticeMoves(map) {
  const moved = () => {
    viewOf(map).moved = true;
  };
  for (const name of ["pointerdown", "wheel", "keydown"]) {
    map.getContainer().addEventListener(name, moved, { passive: true, capture: true });
  }
}

/** One finger and a plain wheel belong to the page. Two fingers, Ctrl and wheel, or a focused map move the map. */
function letPageScroll(map) {
  const box = map.getContainer();
  const hint = makeHint(viewOf(map).frame);
  box.addEventListener(
    "pointerdown",
    (event) => (event.pointerType === "touch" ? map.dragging.disable() : map.dragging.enable()),
    { capture: true },
  );
  box.addEventListener(
    "wheel",
    (event) => {
      const mine = event.ctrlKey || event.metaKey || box.contains(document.activeElement);
      if (mine) map.scrollWheelZoom.enable();
      else map.scrollWheelZoom.disable();
      if (!mine) hint("To zoom, hold Ctrl and scroll, or click the map first");
    },
    { capture: true, passive: true },
  );
  adviseTwoFingers(box, hint);
}

/** Up and down is a page being read; one finger going sideways wants the map to move. */
function adviseTwoFingers(box, hint) {
  let from = null;
  box.addEventListener("touchstart", (event) => (from = event.touches[0]), { passive: true });
  box.addEventListener(
    "touchmove",
    ({ touches }) => {
      if (touches.length !== 1 || !from) return;
      const across = Math.abs(touches[0].clientX - from.clientX);
      if (across > SIDEWAYS_PX && across > Math.abs(touches[0].clientY - from.clientY)) {
        hint("Use two fingers to move the map");
      }
    },
    { passive: true },
  );
}

function makeHint(frame) {
  const box = document.createElement("p");
  box.className = "map-hint";
  box.hidden = true;
  // Only for hands on a wheel or a screen: a screen reader's user is never in this trap.
  box.setAttribute("aria-hidden", "true");
  frame.append(box);
  let timer = 0;
  return (words) => {
    box.textContent = words;
    box.hidden = false;
    clearTimeout(timer);
    timer = setTimeout(() => (box.hidden = true), HINT_MS);
  };
}

function offerStart(map) {
  const words = viewOf(map).place ? "Back to my place" : "Back to the first view";
  iconButton(map, "map-start", HOUSE, words, () => lookAgain(map, { animate: !calm.matches }), "topleft");
}
