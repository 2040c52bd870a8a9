/** The ground of the map, from our own data: land, outlines, and the names people use. */
import { NamesLayer } from "./labels.js";
import { credit, fetchJson, showNote, wishToSee, WISH } from "./view.js";

const GROUND_Z = 150;
const OUTLINES_Z = 350;
const NAMES_Z = 450;
// An outline bigger than this (in square degrees) is part of the ground even where no districts were loaded.
const BROAD = 0.05;
const CLOSE_TYPES = new Set(["parish", "ward"]);
const CLOSE_ZOOM = 12;

/** `groups.names` and `groups.outlines` are what the layer control can switch off. */
export function drawBackdrop(map, { url }, groups) {
  for (const [name, z] of [["ground", GROUND_Z], ["outlines", OUTLINES_Z], ["names", NAMES_Z]]) {
    map.createPane(name).style.zIndex = z;
    map.getPane(name).style.pointerEvents = "none";
  }
  hideUnderStreets(map);
  return fillGround(map, url, groups);
}

async function fillGround(map, url, groups) {
  try {
    const { features, attribution = [] } = await fetchJson(new URL(url, location.origin));
    const areas = features.filter((feature) => feature.properties.feature === "area");
    drawAreas(map, areas, groups.outlines);
    const settlements = features.filter((feature) => feature.properties.feature === "settlement");
    new NamesLayer(settlements, broadAreas(areas)).addTo(groups.names);
    const credits = [...attribution, ...features.map((feature) => feature.properties.attribution)];
    for (const text of credits) if (text) credit(map, text);
  } catch (error) {
    showNote(map, "backdrop", `The background of the map did not load. ${error.message}`, () => fillGround(map, url, groups));
  }
}

/** Districts if we have them; else the county and the broadest patches. */
function broadAreas(areas) {
  const districts = areas.filter((area) => area.properties.type === "district");
  if (districts.length) return districts;
  return areas.filter((area) => area.properties.type === "county" || size(area) > BROAD);
}

function size(area) {
  const bounds = L.geoJSON(area).getBounds();
  return (bounds.getEast() - bounds.getWest()) * (bounds.getNorth() - bounds.getSouth());
}

function drawAreas(map, areas, group) {
  const broad = broadAreas(areas);
  const land = addOutlines(map, broad, "ground", "map-land");
  addOutlines(map, broad, "outlines", "map-outline");
  const close = L.layerGroup();
  addOutlines(close, areas.filter((area) => CLOSE_TYPES.has(area.properties.type)), "outlines", "map-outline-close");
  const showClose = () => (map.getZoom() >= CLOSE_ZOOM ? group.addLayer(close) : group.removeLayer(close));
  map.on("zoomend", showClose);
  showClose();
  wishToSee(map, WISH.backdrop, land.getBounds());
}

function addOutlines(target, areas, pane, className) {
  const renderer = L.svg({ pane, padding: 0.4 });
  return L.geoJSON(areas, { pane, interactive: false, style: { renderer, className } }).addTo(target);
}

/** Street pictures carry their own land and names. */
function hideUnderStreets(map) {
  const streets = (on) => (event) => {
    if (event.layer instanceof L.TileLayer) map.getContainer().classList.toggle("map-streets", on);
  };
  map.on("layeradd", streets(true));
  map.on("layerremove", streets(false));
}
