/** Small square buttons in the corners of the map. */

const SVG = "http://www.w3.org/2000/svg";

/** Adds one button; `name(words, path)` renames it. Its words are its name and what a pointer is shown. */
export function iconButton(map, className, path, words, onClick, position = "topright") {
  const button = document.createElement("button");
  button.type = "button";
  const name = (nowWords, nowPath) => {
    button.title = nowWords;
    button.setAttribute("aria-label", nowWords);
    button.replaceChildren(drawing(nowPath));
  };
  name(words, path);
  button.addEventListener("click", onClick);
  const control = new L.Control({ position });
  control.onAdd = () => {
    const box = L.DomUtil.create("div", `leaflet-bar ${className}`);
    box.append(button);
    L.DomEvent.disableClickPropagation(box);
    return box;
  };
  control.addTo(map);
  return { button, name };
}

function drawing(path) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}
