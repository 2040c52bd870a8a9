/** What the shapes mean, under the map: closed at first, and never lying over what it explains. */
import { kindIcon } from "./icons.js";
import { viewOf } from "./view.js";

const SAMPLES = [
  ["map-sample-pile", "3", "Several places at one spot, or very close"],
  ["map-sample-cluster", "24", "Many places: press to zoom in"],
  ["map-sample-about", "", "Hollow: about here, not the exact spot"],
];

export function drawLegend(map) {
  const { dataUrl, kinds, section } = viewOf(map);
  if (!dataUrl) return;
  const box = document.createElement("details");
  box.className = "map-legend";
  const title = Object.assign(document.createElement("summary"), { textContent: "What the shapes mean" });
  const list = document.createElement("ul");
  for (const [code, label] of kinds) list.append(row(kindIcon(code), label));
  for (const [className, text, words] of SAMPLES) list.append(row(sample(className, text), words));
  box.append(title, list);
  section.querySelector(".map-bar").append(box);
}

function row(picture, words) {
  const item = document.createElement("li");
  item.append(picture, Object.assign(document.createElement("span"), { textContent: words }));
  return item;
}

function sample(className, text) {
  const picture = document.createElement("span");
  picture.className = `map-sample ${className}`;
  picture.textContent = text;
  picture.setAttribute("aria-hidden", "true");
  return picture;
}
