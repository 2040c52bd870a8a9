/** The list and the map show each other: a card and its pin light up together, and a card can open its pin. */
import { viewOf } from "./view.js";

const CARDS = ".card[data-slug]";

export function tieToList(map) {
  const main = document.querySelector("#main");
  const refresh = () => {
    offerPins(map, main);
    drawOthers(map, main);
  };
  refresh();
  map.on("listchanged", refresh);
  lightFromCards(map, main);
  lightFromPins(map);
}

/** A pointer or the focus on a card lights its pin and draws what it serves. */
function lightFromCards(map, main) {
  const { coverage, entries } = viewOf(map);
  const on = ({ target }) => {
    const card = target.closest(CARDS);
    if (!card) return;
    light(entries, card.dataset.slug, true);
    if ("coverage" in card.dataset) coverage.showSoon(card.dataset.slug);
  };
  const off = ({ target, relatedTarget }) => {
    const card = target.closest(CARDS);
    if (!card || card.contains(relatedTarget)) return;
    light(entries, card.dataset.slug, false);
    if (!map.getContainer().querySelector(".map-popup")) coverage.hide();
  };
  main.addEventListener("pointerover", on);
  main.addEventListener("focusin", on);
  main.addEventListener("pointerout", off);
  main.addEventListener("focusout", off);
}

function light(entries, slug, on) {
  entries?.button(entries.find(slug))?.classList.toggle("map-pin-lit", on);
}

/** A pin with the pointer or the focus on it, and the one that is open, mark their cards. */
function lightFromPins(map) {
  const pane = map.getPane("markerPane");
  const mark = (name, on) => ({ target }) => {
    for (const card of cardsOf(target.closest("[data-slugs]")?.dataset.slugs)) card.classList.toggle(name, on);
  };
  for (const [event, on] of [["pointerover", true], ["focusin", true], ["pointerout", false], ["focusout", false]]) {
    pane.addEventListener(event, mark("is-shown", on));
  }
  map.on("entryopen", ({ slug }) => {
    for (const card of cardsOf(slug)) card.classList.add("is-open");
  });
  map.on("entryclose", () => {
    for (const card of document.querySelectorAll(".card.is-open")) card.classList.remove("is-open");
  });
}

function cardsOf(slugs) {
  return (slugs ?? "").split(" ").map((slug) => slug && document.getElementById(`entry-${slug}`)).filter(Boolean);
}

/** The list says on each card that its pin can be shown; the button comes with the script that can do it. */
function offerPins(map, main) {
  for (const card of main.querySelectorAll(`${CARDS}[data-point]`)) {
    if (card.querySelector(".card-to-map")) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "card-to-map";
    button.append("Show on the map", hidden(`: ${nameOf(card)}`));
    button.addEventListener("click", () => showOnMap(map, card));
    card.querySelector(".card-body").append(button);
  }
}

async function showOnMap(map, card) {
  const view = viewOf(map);
  view.moved = true;
  const { top, bottom } = view.frame.getBoundingClientRect();
  if (top < 0 || bottom > innerHeight) view.section.scrollIntoView({ block: "start" });
  await view.entries.show(card.dataset.slug, latLngOf(card));
}

/** Entries that are near but serve other places are not in the answer of the search: their cards are. */
function drawOthers(map, main) {
  const cards = [...main.querySelectorAll(`.not-serving ${CARDS}[data-point]`)];
  viewOf(map).entries?.drawToo(cards.map(pointOfCard));
}

function pointOfCard(card) {
  const [lat, lon] = latLngOf(card);
  const { slug, kind, precision } = card.dataset;
  return { slug, kind, precision, lat, lon, name: nameOf(card), serves: false };
}

function latLngOf(card) {
  const [lon, lat] = card.dataset.point.split(",").map(Number);
  return [lat, lon];
}

const nameOf = (card) => card.querySelector(".card-name").textContent.trim();

function hidden(text) {
  return Object.assign(document.createElement("span"), { className: "visually-hidden", textContent: text });
}
