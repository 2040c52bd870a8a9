// Asks the browser to keep the pages last seen, unless the visitor has said no; and the page that shows what is kept.

const NO = "hereabouts-save-nothing";
const OURS = "hereabouts-";
const PAGES = "hereabouts-pages";
const SAVED_AT = "X-Saved-At";

const canSave = "serviceWorker" in navigator && "caches" in window && window.isSecureContext;

function wantsNothing() {
  try {
    return localStorage.getItem(NO) === "yes";
  } catch {
    // A browser that keeps nothing of ours has answered already.
    return true;
  }
}

async function startSaving() {
  const isFirst = !navigator.serviceWorker.controller;
  await navigator.serviceWorker.register("/service-worker.js", { scope: "/", updateViaCache: "none" });
  const { active } = await navigator.serviceWorker.ready;
  if (isFirst) active.postMessage("save this page");
}

async function deleteAll() {
  const registration = await navigator.serviceWorker.getRegistration("/");
  // Tabs that are open keep their worker until they close: it must not save again what is deleted here.
  registration?.active?.postMessage("save nothing");
  await registration?.unregister();
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(OURS)).map((name) => caches.delete(name)));
}

async function listSaved() {
  if (!(await caches.has(PAGES))) return [];
  const cache = await caches.open(PAGES);
  const requests = (await cache.keys()).reverse();
  return Promise.all(requests.map(async (request) => describe(request, await cache.match(request))));
}

async function describe(request, reply) {
  const url = new URL(request.url);
  const title = /<title>([^<]*)<\/title>/.exec(await reply.text())?.[1] ?? "";
  const name = title.replace(/&(amp|lt|gt|#39|#34);/g, (_, code) => LETTERS[code]);
  return { path: url.pathname + url.search, name: name || url.pathname, at: new Date(reply.headers.get(SAVED_AT)) };
}

// How our templates write letters that would be markup.
const LETTERS = { amp: "&", lt: "<", gt: ">", "#34": '"', "#39": "'" };

function row({ path, name, at }) {
  const item = document.createElement("li");
  const link = Object.assign(document.createElement("a"), { href: path, textContent: name, dir: "auto" });
  const when = at.toLocaleString("en-GB", { day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" });
  const said = Object.assign(document.createElement("span"), { className: "hint", textContent: ` saved on ${when}` });
  item.append(link, said);
  return item;
}

async function showSaved(box) {
  const list = box.querySelector("[data-saved-list]");
  const said = box.querySelector("[data-saved-said]");
  const [remove, stop, again] = ["delete", "stop", "again"].map((name) => box.querySelector(`[data-saved-${name}]`));
  const tell = (words) => (said.textContent = words);

  async function draw() {
    const saved = canSave ? await listSaved() : [];
    list.replaceChildren(...saved.map(row));
    box.querySelector("[data-saved-none]").hidden = saved.length > 0;
    remove.hidden = !canSave || wantsNothing();
    stop.hidden = !canSave || wantsNothing();
    again.hidden = !canSave || !wantsNothing();
  }

  remove.addEventListener("click", async () => {
    await deleteAll();
    await draw();
    tell("Deleted. Nothing from here is saved on this device now. Pages you open from now on are saved again.");
  });
  stop.addEventListener("click", async () => {
    localStorage.setItem(NO, "yes");
    await deleteAll();
    await draw();
    tell("Deleted. Nothing from here will be saved on this device.");
    again.focus();
  });
  again.addEventListener("click", async () => {
    localStorage.removeItem(NO);
    await startSaving();
    await draw();
    tell("Pages you open from now on are saved on this device.");
    remove.focus();
  });
  if (!canSave) tell("This browser saves nothing from here.");
  else if (wantsNothing()) tell("You asked us to save nothing on this device.");
  await draw();
}

const box = document.querySelector("[data-saved]");
if (box) showSaved(box);
// On the page where things are deleted, saving starts again only when it is asked for.
else if (canSave && !wantsNothing()) {
  const start = () => startSaving().catch(() => {});
  if (document.readyState === "complete") start();
  else window.addEventListener("load", start, { once: true });
}
