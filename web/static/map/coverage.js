/** The area that the chosen or focused entry serves, drawn while it is chosen. */
import { viewOf } from "./view.js";

const COVERAGE_Z = 360;
// A pointer that only passes over a card asks nothing.
const PASSING_MS = 250;

export function drawCoverage(map) {
  map.createPane("coverage").style.zIndex = COVERAGE_Z;
  map.getPane("coverage").style.pointerEvents = "none";
  viewOf(map).coverage = new Coverage(map);
}

class Coverage {
  #map;
  #shapes = new Map();
  #layer = null;
  #timer = 0;
  #wanted = null;

  constructor(map) {
    this.#map = map;
    map.on("entryopen", ({ slug, popup }) => this.#follow(slug, popup.getContent()));
    map.on("entryclose", () => this.hide());
  }

  /** Draws the coverage of one entry; true when it has one. The last one asked for wins. */
  async show(slug) {
    clearTimeout(this.#timer);
    this.#wanted = slug;
    const shape = await this.#find(slug);
    if (this.#wanted !== slug) return false;
    this.#clear();
    if (shape) this.#layer = draw(shape).addTo(this.#map);
    return Boolean(shape);
  }

  showSoon(slug) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.show(slug), PASSING_MS);
  }

  hide() {
    clearTimeout(this.#timer);
    this.#wanted = null;
    this.#clear();
  }

  #clear() {
    this.#layer?.remove();
    this.#layer = null;
  }

  /** One entry alone in its window shows its coverage at once; of several, the one whose link has the focus. */
  async #follow(slug, content) {
    for (const event of ["focusin", "pointerover"]) {
      content.addEventListener(event, ({ target }) => target.dataset.slug && this.showSoon(target.dataset.slug));
    }
    if (slug && (await this.show(slug))) content.querySelector(".map-popup-serves")?.removeAttribute("hidden");
  }

  /** A shape that did not come is no loss that is worth a word: the entry's page says in words what it serves. */
  #find(slug) {
    if (!this.#shapes.has(slug)) this.#shapes.set(slug, fetchShape(slug).catch(() => null));
    return this.#shapes.get(slug);
  }
}

async function fetchShape(slug) {
  const response = await fetch(`/entries/${encodeURIComponent(slug)}/coverage.json`);
  return response.status === 200 ? response.json() : null;
}

function draw(shape) {
  const renderer = L.svg({ pane: "coverage", padding: 0.4 });
  return L.geoJSON(shape, {
    pane: "coverage",
    interactive: false,
    style: { renderer, className: "map-coverage" },
    pointToLayer: (_, latlng) => L.circleMarker(latlng, { renderer, pane: "coverage", radius: 4, interactive: false }),
  });
}
