/** The drawings of the kinds, the same files the pages show, each fetched once. */

const addresses = new Map();
const drawings = new Map();
const SVG = "http://www.w3.org/2000/svg";

/** An <svg> that fills itself as soon as the kind's drawing is here; a plain dot until then, or if it never comes. */
export function kindIcon(kind) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 32 32");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", `kind-icon kind-${kind}`);
  svg.append(dot());
  loadDrawing(kind).then((parts) => parts && fill(svg, parts));
  return svg;
}

/** The kind's colour is handed on to CSS: a hollow pin has its outline in it. */
function fill(svg, parts) {
  svg.replaceChildren(...parts.map((part) => part.cloneNode(true)));
  const colour = svg.querySelector(".shape")?.getAttribute("fill");
  if (colour) svg.style.setProperty("--kind-colour", colour);
}

function dot() {
  const circle = document.createElementNS(SVG, "circle");
  for (const [name, value] of [["class", "shape"], ["cx", 16], ["cy", 16], ["r", 13]]) circle.setAttribute(name, value);
  return circle;
}

/** Where the drawing of each kind is; a kind that was never named here stays a dot. */
export function nameDrawings(kinds) {
  for (const { code, icon } of kinds) addresses.set(code, icon);
}

function loadDrawing(kind) {
  if (!addresses.has(kind)) return Promise.resolve(null);
  if (!drawings.has(kind)) drawings.set(kind, fetchDrawing(addresses.get(kind)));
  return drawings.get(kind);
}

async function fetchDrawing(address) {
  try {
    const response = await fetch(address);
    if (!response.ok) return null;
    const drawing = new DOMParser().parseFromString(await response.text(), "image/svg+xml");
    return [...drawing.documentElement.children].map((part) => document.importNode(part, true));
  } catch {
    return null;
  }
}
