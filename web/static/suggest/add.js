// Adding something: what is typed stays in this browser until it is sent, what may be there already is shown
// while typing, and the thank-you page clears up. Without scripts the pages do the same, a step at a time.

const LIKELY_AFTER_MS = 500;
const NOT_KEPT = new Set(["step", "go", "made", "company_site", "csrf"]);

function readKept(key) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? {};
  } catch {
    return {};
  }
}

function keep(form) {
  const kept = readKept(form.dataset.keep);
  // An unticked box sends nothing: its name is among those of the form all the same.
  for (const { name } of form.elements) if (name && !NOT_KEPT.has(name)) delete kept[name];
  for (const [name, value] of new FormData(form)) if (!NOT_KEPT.has(name) && value) kept[name] = value;
  try {
    localStorage.setItem(form.dataset.keep, JSON.stringify(kept));
  } catch {
    // A browser that keeps nothing still sends what is in the form.
  }
}

/** Puts back what was typed before, where the page has nothing; whether there was any. */
function putBack(form, kept) {
  let found = false;
  for (const [name, value] of Object.entries(kept)) {
    const field = form.elements.namedItem(name);
    if (field === null) form.append(makeHidden(name, value));
    else if (field instanceof RadioNodeList) field.value ||= value;
    else if (field.type === "checkbox") field.checked = true;
    else if (!field.value) field.value = value;
    found = true;
  }
  return found;
}

function makeHidden(name, value) {
  const field = Object.assign(document.createElement("input"), { type: "hidden", name, value });
  field.dataset.carried = "";
  return field;
}

function sayKept(form) {
  const box = Object.assign(document.createElement("div"), { className: "kept" });
  const words = Object.assign(document.createElement("p"), { textContent: "What you typed before is still here." });
  words.setAttribute("role", "status");
  const again = Object.assign(document.createElement("button"), { type: "button", className: "button button-quiet" });
  again.textContent = "Start again";
  again.addEventListener("click", () => {
    localStorage.removeItem(form.dataset.keep);
    location.assign("/add");
  });
  box.append(words, again);
  form.before(box);
}

function watchLikely(form, box) {
  let timer = 0;
  let asking = null;
  const value = (name) => form.elements.namedItem(name)?.value.trim() ?? "";
  const ask = async () => {
    asking?.abort();
    asking = new AbortController();
    if (value("name").length < 3 || value("town").length < 2) return box.replaceChildren();
    const query = new URLSearchParams({ name: value("name"), town: value("town") });
    try {
      const reply = await fetch(`/add/likely?${query}`, { signal: asking.signal });
      if (reply.ok) showLikely(box, (await reply.json()).items);
    } catch {
      // A help while typing, no more: the last step looks once again.
    }
  };
  form.addEventListener("input", ({ target }) => {
    if (target.name !== "town") return;
    clearTimeout(timer);
    timer = setTimeout(ask, LIKELY_AFTER_MS);
  });
  ask();
}

function showLikely(box, items) {
  if (!items.length) return box.replaceChildren();
  const title = Object.assign(document.createElement("p"), { textContent: "It may be here already:" });
  const list = Object.assign(document.createElement("ul"), { className: "likely-list" });
  for (const { name, slug, kind, town } of items) {
    const item = document.createElement("li");
    const about = Object.assign(document.createElement("span"), { className: "hint" });
    about.textContent = ` ${[kind, town].filter(Boolean).join(", ")} `;
    const address = `/entries/${encodeURIComponent(slug)}`;
    item.append(link(address, name), about, document.createElement("br"), link(`${address}/suggest`, "It is this one: change it instead"));
    list.append(item);
  }
  box.replaceChildren(title, list);
}

const link = (href, textContent) => Object.assign(document.createElement("a"), { href, textContent });

const form = document.querySelector("form[data-keep]");
if (form) {
  if ("fresh" in form.dataset && putBack(form, readKept(form.dataset.keep))) sayKept(form);
  form.addEventListener("input", () => keep(form));
  form.addEventListener("submit", () => keep(form));
  const box = document.querySelector("[data-likely]");
  if (box) watchLikely(form, box);
}
const sent = document.querySelector("[data-sent]");
if (sent) localStorage.removeItem(sent.dataset.sent);
