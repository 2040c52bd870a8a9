// The editor without waiting: rows added in place, dates shown while typing, and nothing typed is ever lost.
import { keepSafe } from "./keeping.js";

const form = document.querySelector("#edit-form");
const SOON_MS = 500;

form.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.add) act(event, () => addRow(button.dataset.add));
  else if ("remove" in button.dataset) act(event, () => removeRow(button));
  else if ("preview" in button.dataset) act(event, preview);
});

function act(event, work) {
  event.preventDefault();
  work();
}

/** A new row at the end of its list, with the focus in its first field unless the hands are elsewhere. */
function addRow(what, { focus = true } = {}) {
  const list = form.querySelector(`[data-rows="${what.split(":")[0]}"]`);
  const row = nextRow(list.dataset.rows);
  const made = form.querySelector(`template[data-new="${what}"]`).content.cloneNode(true);
  for (const part of made.querySelectorAll("*")) {
    for (const { name, value } of [...part.attributes]) {
      if (value.includes("__row__")) part.setAttribute(name, value.replaceAll("__row__", row));
    }
  }
  list.append(made);
  if (focus) list.lastElementChild.querySelector("input:not([type=hidden]), select, textarea").focus();
  changed();
  return list.lastElementChild;
}

function nextRow(prefix) {
  const used = [...form.elements].map(({ name }) => name.match(`^${prefix}\\.(\\d+)\\.`)?.[1]).filter(Boolean);
  return Math.max(-1, ...used.map(Number)) + 1;
}

function removeRow(button) {
  const row = button.closest("[data-row]");
  const after = row.nextElementSibling ?? row.previousElementSibling ?? row.parentElement;
  (after.querySelector("input:not([type=hidden]), select") ?? form.querySelector(`[data-add^="${row.parentElement.dataset.rows}"]`)).focus();
  row.remove();
  changed();
}

function changed() {
  form.dispatchEvent(new Event("input", { bubbles: true }));
}

function fieldsOf() {
  return new URLSearchParams(new FormData(form));
}

// What sessions and place mean, while they are typed.
let timer = 0;
let asked = 0;

form.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(preview, SOON_MS);
});

async function preview() {
  clearTimeout(timer);
  const mine = ++asked;
  const headers = { "X-CSRF-Token": form.dataset.csrf };
  const reply = await fetch("/curate/preview.json", { method: "POST", body: fieldsOf(), headers }).catch(() => null);
  // Typing goes on meanwhile: only the newest answer counts.
  if (!reply?.ok || mine !== asked) return;
  show(await reply.json());
}

function show({ said, problems, next, spot }) {
  for (const row of form.querySelectorAll('[data-rows="sessions"] > [data-row]')) {
    const number = row.querySelector("[data-words-of-session]").name.split(".")[1];
    const wrong = problems[`sessions.${number}.words`];
    const line = row.querySelector("[data-meaning]");
    line.textContent = wrong ?? (said[number] ? `We read: ${said[number].join(" · ")}` : "");
    line.classList.toggle("meaning-wrong", Boolean(wrong));
  }
  document.querySelector("#preview-dates").replaceChildren(...next.map(dateLine));
  document.querySelector("#preview-none").hidden = next.length > 0;
  if (!spot) return;
  document.querySelector("#spot").textContent = spot.words;
  document.dispatchEvent(new CustomEvent("spotfound", { detail: spot }));
}

function dateLine({ date_words: day, time_words: times, label }) {
  const line = document.createElement("li");
  const hint = Object.assign(document.createElement("span"), { className: "hint", textContent: [times, label].filter(Boolean).join(" · ") });
  line.append(Object.assign(document.createElement("span"), { textContent: day }), " ", hint);
  return line;
}

// A kind's own facts come from the server: the page is shown again with all that was typed.
const kind = form.querySelector("#kind");
const showKind = form.querySelector("[data-kind]");
showKind.hidden = true;
kind.addEventListener("change", () => form.requestSubmit(showKind));

// A shape drawn on the map has its row here.
document.addEventListener("shapedrawn", ({ detail }) => {
  const row = addRow("coverage:shape", { focus: false });
  row.querySelector("textarea").value = detail.geojson;
  changed();
});

keepSafe(form, fieldsOf);
