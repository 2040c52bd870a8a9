/** Every entry the page's query finds, fetched for the part of the map in view. */
import { Answers } from "./answers.js";
import { groupForScreen, inOrderOfNearness } from "./grouping.js";
import { makeMarker } from "./markers.js";
import { openPopup } from "./popup.js";
import { hideNote, keepClear, ROOM, say, showNote, viewOf, wishToSee, WISH } from "./view.js";

const WAIT_MS = 120;
// Clusters this coarse are enough to count everything and to see how far it reaches.
const COARSE_ZOOM = 5;
// One pin alone is shown with the villages round it.
const NEAREST_ZOOM = 13;
// From this zoom on every spot has a pin of its own.
const PINS_ZOOM = 15;
const TILE_PX = 256;
const NO_PINS = "None of these has a pin on the map. They are all in the list.";

/** Does nothing on a map that was given no address for entries. */
export function drawEntries(map) {
  const view = viewOf(map);
  if (view.dataUrl) view.entries = new EntriesLayer(view.dataUrl).addTo(map);
}

/** After each drawing the map fires `entriesdrawn`. */
const EntriesLayer = L.Layer.extend({
  initialize(dataUrl) {
    this._markers = new Map();
    this._groups = [];
    this._others = [];
    this._forget(dataUrl);
  },

  _forget(dataUrl) {
    this._answers?.giveUp();
    this._answers = new Answers(dataUrl);
    this._reply = { clusters: [], points: [] };
    // Unknown until the first answer.
    this._all = null;
    this._reach = null;
    this._whole = false;
  },

  onAdd(map) {
    this._showAll = this._makeShowAll();
    this._group = L.layerGroup().addTo(map);
    this._measure();
    return this;
  },

  onRemove() {
    this._answers.giveUp();
    clearTimeout(this._timer);
    this._group.remove();
    this._showAll.remove();
  },

  getEvents() {
    return { moveend: this._later, zoomend: this._draw };
  },

  /** Another query on the same map: it looks where it looked before. */
  ask(dataUrl) {
    hideNote(this._map, "none");
    hideNote(this._map, "trouble");
    this._forget(dataUrl);
    return this._measure();
  },

  /** Draws points that are not of the answer beside it; they count for nothing. */
  drawToo(points) {
    this._others = points;
    if (this._all !== null) this._draw();
  },

  /** Opens the window that tells of an entry; where that is not drawn by name, it first goes nearer. */
  async show(slug, latlng) {
    this._map.closePopup();
    const map = this._map;
    if (!this.find(slug)) {
      map.setView(latlng, Math.max(map.getZoom(), PINS_ZOOM), { animate: false });
      await this._request();
    } else if (!map.getBounds().contains(latlng)) map.panTo(latlng, { animate: false });
    const group = this.find(slug);
    if (group) this._open(group, { slug });
  },

  /** The group that holds an entry, if it is drawn by name. */
  find(slug) {
    return this._groups.find((group) => group.entries.some((entry) => entry.slug === slug));
  },

  /** The button of a group on the map. */
  button(group) {
    return this._markers.get(group?.key)?.getElement();
  },

  /** The groups in view, nearest first. */
  inView() {
    const seen = this._map.getBounds();
    return this._groups.filter((group) => seen.contains([group.lat, group.lon]));
  },

  /** `options` are those of openPopup. */
  open(group, options) {
    this._open(group, options);
  },

  _later() {
    this._tellCount();
    clearTimeout(this._timer);
    if (this._lacks()) this._busy(true);
    this._timer = setTimeout(() => this._request(), WAIT_MS);
  },

  /** True when the part in view has no answer yet. */
  _lacks() {
    return !this._whole && this._all !== null && !this._kept();
  },

  _kept() {
    return this._answers.find(Math.round(this._map.getZoom()), this._map.getBounds());
  },

  /** First everything, coarsely: how many there are and how far they reach. A short answer is already the whole. */
  async _measure() {
    this._busy(true);
    const answers = this._answers;
    try {
      const reply = await answers.ask(COARSE_ZOOM, null);
      const groups = groupForScreen(this._map, reply);
      this._reach = groups.reduce((reach, group) => reach.extend(group.bounds), L.latLngBounds([]));
      this._all = groups.reduce((sum, group) => sum + group.count, 0);
      this._unpinned = reply.without_pin ?? 0;
      this._reply = reply;
      this._whole = !reply.clusters?.length;
      if (this._all === 0 && this._unpinned > 0) showNote(this._map, "none", NO_PINS);
      wishToSee(this._map, WISH.entries, this._reach, { maxZoom: NEAREST_ZOOM });
      if (this._whole) this._draw();
      await this._request();
    } catch (error) {
      if (error.name !== "AbortError") this._tellTrouble(error, () => this._measure());
    } finally {
      if (answers === this._answers) this._busy(answers.isAsking);
    }
  },

  /** Asks only for what is not here yet, and gives up what is no longer needed. What is drawn stays until then. */
  async _request() {
    clearTimeout(this._timer);
    if (this._whole || this._all === null) return;
    const answers = this._answers;
    const kept = this._kept();
    if (kept) answers.giveUp();
    this._busy(!kept);
    try {
      this._reply = kept ?? (await answers.ask(Math.round(this._map.getZoom()), wholeTiles(this._map)));
      hideNote(this._map, "trouble");
      this._draw();
    } catch (error) {
      if (error.name !== "AbortError") this._tellTrouble(error, () => this._request());
    } finally {
      if (answers === this._answers) this._busy(answers.isAsking);
    }
  },

  /** Keeps the buttons that stay, so that focus and an open window stay with them. */
  _draw() {
    const groups = inOrderOfNearness(this._map, groupForScreen(this._map, this._reply, this._others));
    const keep = new Set(groups.map((group) => group.key));
    const lostFocus = this._dropAllBut(keep);
    for (const group of groups) {
      if (!this._markers.has(group.key)) this._markers.set(group.key, this._add(group));
    }
    this._putInOrder(groups);
    if (lostFocus) this._map.getContainer().focus({ preventScroll: true });
    this._groups = groups;
    keepClear(this._map, "entries", groups.map((group) => L.latLng(group.lat, group.lon)));
    this._tellCount();
    this._map.fire("entriesdrawn");
  },

  _dropAllBut(keep) {
    let lostFocus = false;
    for (const [key, marker] of this._markers) {
      if (keep.has(key)) continue;
      lostFocus ||= marker.getElement() === document.activeElement;
      this._group.removeLayer(marker);
      this._markers.delete(key);
    }
    return lostFocus;
  },

  _add(group) {
    const marker = makeMarker(this._map, group, (item) => this._open(item));
    this._group.addLayer(marker);
    return marker;
  },

  /** Moving a focused button in the document would take its focus away: then the order can wait. */
  _putInOrder(groups) {
    const pane = this._map.getPane("markerPane");
    if (pane.contains(document.activeElement)) return;
    pane.append(...groups.map((group) => this._markers.get(group.key).getElement()));
  },

  _open(item, options) {
    if (item.type !== "cluster") {
      openPopup(this._map, item, (opened) => this._findMarker(opened), options);
      return;
    }
    const closer = Math.max(this._map.getBoundsZoom(item.bounds, false, [60, 60]), this._map.getZoom() + 1);
    this._map.getContainer().focus({ preventScroll: true });
    this._map.setView(item.bounds.getCenter(), Math.min(closer, this._map.getMaxZoom()));
  },

  /** The marker of this item, or the one that has swallowed it since. */
  _findMarker(item) {
    return this._markers.get(item.key) ?? this._markers.get(this.find(item.entries[0]?.slug)?.key);
  },

  /** The sum of the numbers a person could read off the visible part of the map. */
  _tellCount() {
    if (this._all === null || !this._map) return;
    const count = this.inView().reduce((sum, group) => sum + group.count - group.others, 0);
    say(this._map, countWords(count, this._all, this._unpinned));
    this._showAll.hidden = count >= this._all;
  },

  _makeShowAll() {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "map-button", textContent: "Show all on the map", hidden: true });
    button.addEventListener("click", () => {
      this._map.fitBounds(this._reach, { ...ROOM, maxZoom: NEAREST_ZOOM });
      this._map.getContainer().focus({ preventScroll: true });
    });
    viewOf(this._map).status.after(button);
    return button;
  },

  _tellTrouble(error, again) {
    showNote(this._map, "trouble", `The places did not load. ${error.message}`, again);
    say(this._map, "The places on the map did not load. The list is still here.");
  },

  _busy(on) {
    viewOf(this._map).frame.classList.toggle("map-busy", on);
  },
});

/** "3 places in view. 2 more outside this view. 7 have no pin: see the list." */
function countWords(count, all, unpinned) {
  if (all === 0) return unpinned > 0 ? NO_PINS : "There is nothing to show on the map.";
  const inView = `${count === 0 ? "No" : number(count)} ${count === 1 ? "place" : "places"} in view.`;
  const outside = all > count ? ` ${number(all - count)} more outside this view.` : "";
  const noPin = unpinned > 0 ? ` ${number(unpinned)} ${unpinned === 1 ? "has" : "have"} no pin: see the list.` : "";
  return inView + outside + noPin;
}

const number = (value) => value.toLocaleString("en-GB");

/** The bounds rounded out to whole map tiles, so that a small move asks nothing and neighbours ask the same. */
function wholeTiles(map) {
  const bounds = map.getBounds();
  const zoom = map.getZoom();
  const northWest = map.project(bounds.getNorthWest(), zoom).divideBy(TILE_PX).floor().multiplyBy(TILE_PX);
  const southEast = map.project(bounds.getSouthEast(), zoom).divideBy(TILE_PX).ceil().multiplyBy(TILE_PX);
  return L.latLngBounds(map.unproject(northWest, zoom), map.unproject(southEast, zoom));
}
