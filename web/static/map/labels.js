/** Names of settlements and areas that appear by rank and zoom and never lie on each other. */
import { viewOf } from "./view.js";

// A settlement of this rank (1 city, 2 town, 3 village, 4 hamlet) is named from this zoom on.
const FROM_ZOOM = { 1: 6, 2: 8.5, 3: 10.5, 4: 12 };
const AREAS_FROM = 8.5;
const AREAS_UNTIL = 11;
const MARGIN_PX = 5;
const GAP_PX = 7;
const PIN_PX = 19;
const DOT_PX = 4;
const ruler = document.createElement("canvas").getContext("2d");

export const NamesLayer = L.Layer.extend({
  initialize(settlements, areas) {
    this._names = [
      ...settlements.map(fromSettlement).sort((a, b) => a.rank - b.rank || b.name.length - a.name.length),
      ...areas.filter((area) => area.properties.type !== "county").map(fromArea),
    ];
  },

  onAdd(map) {
    this._box = L.DomUtil.create("div", "map-names leaflet-zoom-hide", map.getPane("names"));
    // The same names stand in the list and the place search; read out here they would be noise.
    this._box.setAttribute("aria-hidden", "true");
    this._draw();
    return this;
  },

  onRemove() {
    this._box.remove();
  },

  getEvents() {
    return { moveend: this._draw, viewreset: this._draw, resize: this._draw, pinsdrawn: this._draw };
  },

  _draw() {
    const map = this._map;
    const zoom = map.getZoom();
    const seen = map.getBounds().pad(0.15);
    const pins = [...viewOf(map).pins.values()].flat();
    const frame = frameOf(map);
    const closed = cornersOf(map);
    const taken = pins.map((pin) => squareRound(map.latLngToLayerPoint(pin), PIN_PX));
    const labels = [];
    const drawn = [];
    for (const name of this._names) {
      if (zoom < name.from || zoom > name.until || !seen.contains(name.latlng)) continue;
      const at = map.latLngToLayerPoint(name.latlng);
      if (name.style !== "area" && labels.some((label) => label.contains(at))) continue;
      const spot = findRoom(name, at, taken, closed, frame);
      if (!spot) continue;
      labels.push(spot.ground);
      taken.push(spot.ground, squareRound(at, DOT_PX));
      drawn.push(element(name, at, spot.side));
    }
    this._box.replaceChildren(...drawn);
  },
});

/** What can be seen, in the points of the layer. */
function frameOf(map) {
  const topLeft = map.containerPointToLayerPoint([0, 0]);
  return L.bounds(topLeft, topLeft.add(map.getSize()));
}

/** The ground of the buttons, of the scale and of the visitor's place: no name fits there. */
function cornersOf(map) {
  const box = map.getContainer();
  const { left, top } = box.getBoundingClientRect();
  return [...box.querySelectorAll(".leaflet-control, .map-place-name")].map((control) => {
    const ground = control.getBoundingClientRect();
    const from = map.containerPointToLayerPoint([ground.left - left, ground.top - top]);
    return L.bounds(from, from.add([ground.width, ground.height]));
  });
}

function squareRound(at, half) {
  return L.bounds(at.subtract([half, half]), at.add([half, half]));
}

/** The side of the dot where the name fits whole; a city's name is shown even where it is covered in part. */
function findRoom(name, at, taken, closed, frame) {
  const sides = name.style === "area" ? ["middle"] : ["right", "left", "above", "below", "over", "under"];
  const spots = sides
    .map((side) => ({ side, ground: groundOf(name, at, side) }))
    .filter(({ ground }) => frame.contains(ground) && !closed.some((control) => overlap(ground, control)));
  if (!spots.length) return null;
  for (const spot of spots) spot.covered = taken.reduce((sum, other) => sum + overlap(spot.ground, other), 0);
  const best = spots.reduce((a, b) => (b.covered < a.covered ? b : a));
  return best.covered === 0 || name.rank === 1 ? best : null;
}

function overlap(a, b) {
  const width = Math.min(a.max.x, b.max.x) - Math.max(a.min.x, b.min.x);
  const height = Math.min(a.max.y, b.max.y) - Math.max(a.min.y, b.min.y);
  return width > 0 && height > 0 ? width * height : 0;
}

function fromSettlement({ geometry, properties }) {
  const { name, rank } = properties;
  const [lon, lat] = geometry.coordinates;
  const px = { 1: 16, 2: 13.5, 3: 12, 4: 11 }[rank] ?? 11;
  return { name, rank, latlng: L.latLng(lat, lon), from: FROM_ZOOM[rank] ?? 12, until: 99, px, style: `rank-${rank}` };
}

function fromArea(area) {
  const center = L.geoJSON(area).getBounds().getCenter();
  return { name: area.properties.name, rank: 9, latlng: center, from: AREAS_FROM, until: AREAS_UNTIL, px: 15, style: "area" };
}

function groundOf(name, at, side) {
  const width = textWidth(name);
  const half = name.px * 0.7;
  const left = { right: at.x + GAP_PX, left: at.x - GAP_PX - width }[side] ?? at.x - width / 2;
  const middle = at.y + ({ above: -name.px, below: name.px, over: -name.px - PIN_PX, under: name.px + PIN_PX }[side] ?? 0);
  return L.bounds([left - MARGIN_PX, middle - half - 1], [left + width + MARGIN_PX, middle + half + 1]);
}

function textWidth(name) {
  if (name.width === undefined) {
    ruler.font = `${name.rank <= 2 ? 600 : 400} ${name.px}px system-ui, sans-serif`;
    const spacing = name.style === "area" ? name.name.length * 3.5 : 0;
    name.width = ruler.measureText(name.style === "area" ? name.name.toUpperCase() : name.name).width + spacing;
  }
  return name.width;
}

function element(name, at, side) {
  const box = document.createElement("span");
  box.className = `map-name map-name-${name.style}`;
  box.append(Object.assign(document.createElement("span"), { textContent: name.name }));
  box.dataset.side = side;
  L.DomUtil.setPosition(box, at);
  return box;
}
