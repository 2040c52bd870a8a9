/** The keys 1 to 9 open the nearest, while the focus is on the map or on something in it, and only then. */
import { describe } from "./markers.js";
import { viewOf } from "./view.js";

const MOST = 9;

export function offerNumberKeys(map) {
  const { entries, frame } = viewOf(map);
  if (!entries) return;
  const box = map.getContainer();
  const hint = makeHint(map, frame);
  const number = () => putNumbers(map, entries, hint);
  map.on("entriesdrawn moveend", number);
  frame.addEventListener("focusin", () => frame.classList.toggle("map-by-keys", frame.matches(":has(:focus-visible)")));
  frame.addEventListener("focusout", ({ relatedTarget }) => {
    if (!frame.contains(relatedTarget)) frame.classList.remove("map-by-keys");
  });
  box.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !/^[1-9]$/.test(event.key)) return;
    const group = entries.inView()[Number(event.key) - 1];
    if (!group) return;
    event.preventDefault();
    entries.open(group);
  });
}

/** Seen while the map is used by keys; read out as the description of the map. */
function makeHint(map, frame) {
  const hint = document.createElement("p");
  hint.className = "map-keys";
  hint.id = `${map.getContainer().id}_keys`;
  map.getContainer().setAttribute("aria-describedby", hint.id);
  frame.append(hint);
  return hint;
}

function putNumbers(map, entries, hint) {
  for (const button of map.getPane("markerPane").querySelectorAll("[data-key]")) delete button.dataset.key;
  const nearest = entries.inView().slice(0, MOST);
  nearest.forEach((group, at) => {
    const button = entries.button(group);
    if (button) button.dataset.key = at + 1;
  });
  hint.hidden = nearest.length === 0;
  hint.replaceChildren(...words(map, nearest));
}

function words(map, nearest) {
  const keys = nearest.length > 1 ? `Keys 1 to ${nearest.length} open` : "Key 1 opens";
  const names = nearest.map((group, at) => `${at + 1}: ${describe(map, group)}`).join(". ");
  return [`${keys} the nearest.`, Object.assign(document.createElement("span"), { className: "visually-hidden", textContent: ` ${names}` })];
}
