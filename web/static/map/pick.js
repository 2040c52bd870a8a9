/** Choosing a spot: a click, or the middle of the map for those who use keys. It fills the boxes lon and lat of
 * the form round the map. */
import { makeStillPin } from "./markers.js";
import { say, viewOf, wishToSee, WISH } from "./view.js";

const DIGITS = 6;
const AROUND_M = 600;

export function offerPick(map) {
  const { section } = viewOf(map);
  const form = section.closest("form");
  const [lon, lat] = ["lon", "lat"].map((name) => form.elements.namedItem(name));
  let pin = null;
  const show = (latlng) => {
    pin?.remove();
    pin = latlng ? makeStillPin(latlng, { kind: "venue", about: false, words: "The spot you chose" }).addTo(map) : null;
    clear.hidden = !latlng;
    say(map, latlng ? "The spot is chosen. Click somewhere else to move it." : "");
  };
  const choose = (latlng) => {
    lon.value = latlng.wrap().lng.toFixed(DIGITS);
    lat.value = latlng.lat.toFixed(DIGITS);
    show(latlng);
    form.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const middle = makeButton("Choose the middle of the map", () => choose(map.getCenter()));
  const clear = makeButton("Take the spot away", () => {
    lon.value = lat.value = "";
    show(null);
    form.dispatchEvent(new Event("input", { bubbles: true }));
  });
  section.querySelector(".map-bar").append(middle, clear);
  map.on("click", ({ latlng }) => choose(latlng));
  const given = lon.value !== "" && lat.value !== "" ? L.latLng(Number(lat.value), Number(lon.value)) : null;
  show(given);
  if (given) wishToSee(map, WISH.point, given.toBounds(AROUND_M * 2), { maxZoom: 15 });
}

function makeButton(words, act) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "button button-quiet", textContent: words });
  button.addEventListener("click", act);
  return button;
}
