/** Answers of /api/v1/map, kept while the page is open: going back to where one was asks nothing. */
import { fetchJson } from "./view.js";

const MOST_KEPT = 30;

export class Answers {
  #dataUrl;
  #kept = [];
  #asking = null;

  constructor(dataUrl) {
    this.#dataUrl = dataUrl;
  }

  /** The newest answer of this zoom that holds all of `bounds`, or undefined. */
  find(zoom, bounds) {
    const found = this.#kept.find((answer) => answer.zoom === zoom && (!answer.box || answer.box.contains(bounds)));
    if (found) this.#keep(found);
    return found?.reply;
  }

  /** Asks for `box` (null is everything) and gives up the question before. Throws an AbortError when given up. */
  async ask(zoom, box) {
    this.giveUp();
    const asking = (this.#asking = new AbortController());
    try {
      const reply = await fetchJson(this.#address(zoom, box), asking.signal);
      this.#keep({ zoom, box, reply });
      return reply;
    } finally {
      if (this.#asking === asking) this.#asking = null;
    }
  }

  /** What is asked for and not here yet is no longer needed. */
  giveUp() {
    this.#asking?.abort();
    this.#asking = null;
  }

  get isAsking() {
    return this.#asking !== null;
  }

  #keep(answer) {
    this.#kept = [answer, ...this.#kept.filter((kept) => kept !== answer)].slice(0, MOST_KEPT);
  }

  #address(zoom, box) {
    const url = new URL(this.#dataUrl, location.origin);
    if (box) url.searchParams.set("bbox", toBbox(box).map((degrees) => degrees.toFixed(5)).join(","));
    url.searchParams.set("zoom", zoom);
    return url;
  }
}

/** [west, south, east, north], inside the world. */
export function toBbox(bounds) {
  const clamp = (value, limit) => Math.max(-limit, Math.min(limit, value));
  return [
    clamp(bounds.getWest(), 180),
    clamp(bounds.getSouth(), 85),
    clamp(bounds.getEast(), 180),
    clamp(bounds.getNorth(), 85),
  ];
}
