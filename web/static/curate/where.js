// The editor's map: the true spot, what everyone sees of it, and the shapes of where an entry serves.
import { iconButton } from "../map/controls.js";
import { keepClear, say, viewOf, wishToSee, WISH } from "../map/view.js";

const SPOT_ZOOM = 15;
const SQUARE_M = 50;
const PIN = "M12 21s-7-6.200-7-11.500A7 7 0 0 1 19 9.500C19 14.800 12 21 12 21z";
const form = document.querySelector("#edit-form");

export function editPlace(map) {
  new Spot(map);
  new Shapes(map);
}

/** The pin only curators see, and beside it what everyone sees at the chosen privacy. */
class Spot {
  #map;
  #layer;
  #spot = null;
  #putting = false;

  constructor(map) {
    this.#map = map;
    this.#layer = L.layerGroup().addTo(map);
    const given = document.querySelector(".edit-map").dataset.spot;
    if (given) this.#show(JSON.parse(given), { look: true });
    document.addEventListener("spotfound", ({ detail }) => this.#show(detail, { look: true }));
    form.querySelector("#privacy").addEventListener("change", () => this.#spot && this.#show(this.#spot, {}));
    iconButton(map, "map-put-pin", PIN, "Put the pin where you press next", () => this.#begin(), "topleft");
    map.on("click", ({ latlng }) => this.#putting && this.#put(latlng));
  }

  #begin() {
    this.#putting = true;
    this.#map.getContainer().classList.add("is-putting");
    say(this.#map, "Press the map where it is.");
  }

  #put({ lat, lng }) {
    this.#putting = false;
    this.#map.getContainer().classList.remove("is-putting");
    const field = form.elements["place.point"];
    field.value = `${lat.toFixed(6)}, ${lng.toFixed(6)}`;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    this.#show({ lon: lng, lat, words: "The spot you pressed.", public: { exact: [lng, lat] } }, {});
    say(this.#map, "The pin is where you pressed. Save to keep it.");
  }

  #show(spot, { look }) {
    this.#spot = spot;
    this.#layer.clearLayers();
    if (spot.lon === null) return;
    const here = L.latLng(spot.lat, spot.lon);
    const level = form.querySelector("[name=privacy]:checked")?.value ?? "exact";
    this.#showPublic(level, spot.public[level]);
    const pin = L.marker(here, { icon: pinIcon("edit-pin"), draggable: true, autoPan: true, pmIgnore: true, keyboard: false });
    pin.on("dragend", () => this.#put(pin.getLatLng()));
    pin.addTo(this.#layer);
    pin.getElement().setAttribute("role", "img");
    pin.getElement().setAttribute("aria-label", "The true spot. Type it in the box to move it by keyboard.");
    keepClear(this.#map, "spot", [here]);
    if (look) wishToSee(this.#map, WISH.point, here.toBounds(SQUARE_M * 12), { maxZoom: SPOT_ZOOM });
  }

  #showPublic(level, point) {
    if (!point) return;
    const seen = L.latLng(point[1], point[0]);
    const quiet = { interactive: false, pmIgnore: true, className: "edit-public" };
    if (level === "street") L.rectangle(seen.toBounds(SQUARE_M * 2), quiet).addTo(this.#layer);
    L.circleMarker(seen, { ...quiet, radius: 9 }).addTo(this.#layer);
  }
}

function pinIcon(className) {
  return L.divIcon({ className, iconSize: [26, 26], iconAnchor: [13, 26], html: document.createElement("span") });
}

/** Shapes are drawn and changed on the map; what is saved is the text of their row. */
class Shapes {
  #map;
  #rows = new Map();

  constructor(map) {
    this.#map = map;
    map.pm.setGlobalOptions({ snappable: false, allowSelfIntersection: true, pathOptions: { className: "map-shape" } });
    map.pm.addControls({
      position: "topright",
      drawMarker: false,
      drawCircleMarker: false,
      drawPolyline: false,
      drawCircle: false,
      drawText: false,
      dragMode: false,
      rotateMode: false,
      cutPolygon: false,
    });
    nameButtons(map);
    map.on("pm:create", ({ layer }) => this.#adopt(layer));
    this.#readAll();
    form.addEventListener("input", () => this.#readAll());
    const drawn = L.featureGroup([...this.#rows.values()].map(({ group }) => group));
    if (this.#rows.size) wishToSee(map, WISH.shape, drawn.getBounds(), { maxZoom: SPOT_ZOOM });
  }

  /** A shape that was just drawn gets a row, or the first one that is still empty. */
  #adopt(layer) {
    const text = JSON.stringify(layer.toGeoJSON(6).geometry);
    layer.remove();
    const empty = textareas().find((area) => area.value.trim() === "");
    if (empty) {
      empty.value = text;
      empty.dispatchEvent(new Event("input", { bubbles: true }));
    } else {
      document.dispatchEvent(new CustomEvent("shapedrawn", { detail: { geojson: text } }));
    }
    say(this.#map, "The shape is in the list below the map. Save to keep it.");
  }

  #readAll() {
    const now = new Set(textareas());
    for (const [area, { group }] of this.#rows) {
      if (now.has(area)) continue;
      group.remove();
      this.#rows.delete(area);
    }
    for (const area of now) this.#read(area);
  }

  #read(area) {
    const held = this.#rows.get(area);
    if (held?.text === area.value) return;
    held?.group.remove();
    this.#rows.delete(area);
    const group = asLayer(area.value);
    if (!group) return;
    group.addTo(this.#map);
    group.on("pm:edit pm:update", () => this.#write(area, group));
    group.on("pm:remove", ({ layer }) => {
      group.removeLayer(layer);
      this.#write(area, group);
    });
    this.#rows.set(area, { group, text: area.value });
  }

  #write(area, group) {
    const shapes = group.getLayers().map((layer) => layer.toGeoJSON(6).geometry);
    area.value = shapes.length ? JSON.stringify(joined(shapes)) : "";
    const held = this.#rows.get(area);
    if (held) held.text = area.value;
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

function textareas() {
  return [...form.querySelectorAll('[data-rows="coverage"] textarea[name$=".shape"]')];
}

/** One layer a polygon, so that each can be changed by itself. */
function asLayer(text) {
  try {
    const shape = JSON.parse(text);
    const parts = shape.type === "MultiPolygon" ? shape.coordinates.map((coordinates) => ({ type: "Polygon", coordinates })) : [shape];
    const group = L.featureGroup();
    for (const part of parts) L.geoJSON(part, { style: { className: "map-shape" } }).eachLayer((layer) => group.addLayer(layer));
    return group.getLayers().length ? group : null;
  } catch {
    return null;
  }
}

function joined(shapes) {
  if (shapes.length === 1) return shapes[0];
  const polygons = shapes.flatMap(({ type, coordinates }) => (type === "MultiPolygon" ? coordinates : [coordinates]));
  return { type: "MultiPolygon", coordinates: polygons };
}

/** The plug-in's buttons are links without a name. */
function nameButtons(map) {
  for (const button of map.getContainer().querySelectorAll(".leaflet-pm-toolbar .leaflet-buttons-control-button")) {
    const words = button.parentElement.title || button.querySelector("[title]")?.title || button.title;
    if (words) button.setAttribute("aria-label", words);
  }
}
