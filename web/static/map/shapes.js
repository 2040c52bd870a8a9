/** The visitor's place and radius, the pin of one entry, and the outline of a coverage or an area. */
import { isSure, makeStillPin } from "./markers.js";
import { aboutWords } from "./popup.js";
import { fetchJson, keepClear, kindLabel, say, showNote, viewOf, wishToSee, WISH } from "./view.js";

const NEAR_M = 600;
// Under the pins: a name that hides what is there helps nobody.
const PLACE_NAME_Z = 595;
// How far the true spot may be from a pin we are not sure of.
const UNSURE_M = { sector: 1200, outcode: 5000, place: 1000 };

export function drawPlace(map) {
  const { place, bounds } = viewOf(map);
  if (bounds) wishToSee(map, WISH.bounds, L.latLngBounds([bounds[1], bounds[0]], [bounds[3], bounds[2]]), { maxZoom: 16 });
  if (!place) return;
  const [lon, lat, label, radius] = place;
  const around = L.latLng(lat, lon).toBounds((radius ?? NEAR_M) * 2);
  if (radius) L.circle([lat, lon], { radius, interactive: false, className: "map-radius" }).addTo(map);
  map.createPane("placename").style.zIndex = PLACE_NAME_Z;
  placeMarker([lat, lon], label).addTo(map);
  keepClear(map, "place", [L.latLng(lat, lon)]);
  wishToSee(map, WISH.place, around, { maxZoom: 15 });
}

function placeMarker(latlng, label) {
  const icon = L.divIcon({ className: "map-place", iconSize: [22, 22], html: document.createElement("span") });
  const marker = L.marker(latlng, { icon, keyboard: false, interactive: false });
  const words = Object.assign(document.createElement("span"), { textContent: label });
  marker.bindTooltip(words, { permanent: true, direction: "top", offset: [0, -12], pane: "placename", className: "map-place-name" });
  marker.on("add", () => {
    marker.getElement().setAttribute("role", "img");
    marker.getElement().setAttribute("aria-label", `Your place: ${label}`);
    marker.getTooltip().getElement()?.setAttribute("aria-hidden", "true");
  });
  return marker;
}

export function drawPoint(map) {
  const { point } = viewOf(map);
  if (!point) return;
  const [lon, lat, precision, kind] = point;
  const about = !isSure(precision);
  const words = `${kindLabel(map, kind)}${about ? ", about here" : ", here"}`;
  const radius = UNSURE_M[precision];
  if (radius) L.circle([lat, lon], { radius, interactive: false, className: "map-unsure" }).addTo(map);
  makeStillPin([lat, lon], { kind, about, words }).addTo(map);
  keepClear(map, "point", [L.latLng(lat, lon)]);
  if (about) say(map, aboutWords(precision));
  wishToSee(map, WISH.point, L.latLng(lat, lon).toBounds((radius ?? NEAR_M) * 2), { maxZoom: 12.5 });
}

function sayToo(map, sentence) {
  say(map, [viewOf(map).status.textContent, sentence].filter(Boolean).join(" "));
}

export async function drawShape(map) {
  const { shapeUrl, point, section } = viewOf(map);
  if (!shapeUrl) return;
  try {
    const shape = await fetchJson(new URL(shapeUrl, location.origin));
    const layer = L.geoJSON(shape, {
      interactive: false,
      style: { className: "map-shape" },
      pointToLayer: (_, latlng) => L.circleMarker(latlng, { radius: 4, interactive: false, className: "map-shape" }),
    }).addTo(map);
    const reach = layer.getBounds();
    if (point) reach.extend([point[1], point[0]]);
    wishToSee(map, WISH.shape, reach, { maxZoom: 14 });
    if (section.classList.contains("map-entry")) sayToo(map, "The shaded part is the area it serves.");
  } catch (error) {
    showNote(map, "shape", `The outline did not load. ${error.message}`, () => drawShape(map));
  }
}
