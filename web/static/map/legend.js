/** The kinds as a filter in place, and the layers among what the marks mean. The words are the page's own. */
import { followHistory, showInList } from "./list.js";
import { viewOf } from "./view.js";

/** `control` is folium's layer control: it lies under the map, where it covers nothing. */
export function drawLegend(map, control) {
  const { section, searchUrl } = viewOf(map);
  const legend = section.querySelector(".map-legend");
  if (!legend) {
    control.remove();
    return;
  }
  legend.append(control.getContainer());
  if (!searchUrl) return;
  followHistory(map);
  section.addEventListener("click", (event) => {
    const link = event.target.closest(".map-kind");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    chooseKind(map, link);
  });
}

async function chooseKind(map, link) {
  const { section } = viewOf(map);
  const { kind } = link.dataset;
  await showInList(map, link.href);
  section.querySelector(`.map-kind[data-kind="${CSS.escape(kind)}"]`)?.focus({ preventScroll: true });
}
