// Keeps what a visitor last saw, for when the network is away, and says honestly that it is saved.
// Served at /service-worker.js with `HERE` before it: the version of our files and what makes up the shell.

const SHELL = `hereabouts-shell-${HERE.version}`;
const PAGES = "hereabouts-pages";
const DATA = "hereabouts-data";
const MOST = { [PAGES]: 30, [DATA]: 60 };
const KEPT_DAYS = 30;
const SAVED_AT = "X-Saved-At";
// Only what is the same for everyone. Pages for curators, forms and lists with a secret address are never kept.
const PAGE_PATHS = /^\/(search|kinds|kinds\/[^/]+|areas|areas\/[^/]+|entries\/[^/]+|connectors|getting-there|about|accessibility|privacy)?$/;
const DATA_PATHS = /^\/(map\/backdrop\.json|api\/v1\/map|(entries|areas)\/[^/]+\/(coverage|shape)\.json)$/;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL).then((shell) => shell.addAll(HERE.shell)));
});

// A new version waits until no tab of the old one is open, so it never takes files away from an open page.
self.addEventListener("activate", (event) => {
  event.waitUntil(Promise.all([forgetOldShells(), forgetOld(PAGES), forgetOld(DATA)]).then(() => clients.claim()));
});

let mayStore = true;
self.addEventListener("message", (event) => {
  if (event.data === "save nothing") mayStore = false;
  if (event.data === "save this page") event.waitUntil(keepFirstPage(event.source.url));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate" && url.pathname === HERE.offline) event.respondWith(withoutSaving(request));
  else if (request.mode === "navigate" && PAGE_PATHS.test(url.pathname)) event.respondWith(openPage(event));
  else if (request.mode === "navigate" && !isFramed(request, url)) event.respondWith(withoutSaving(request));
  else if (url.pathname.startsWith("/static/")) event.respondWith(openFile(request, url));
  else if (DATA_PATHS.test(url.pathname)) event.respondWith(openData(event));
});

const isFramed = (request, url) => request.destination === "iframe" || url.pathname.startsWith("/embed/view");

async function forgetOldShells() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith("hereabouts-shell-") && name !== SHELL);
  await Promise.all(old.map((name) => caches.delete(name)));
}

async function openPage(event) {
  try {
    const reply = await fetch(event.request);
    if (mayBeKept(reply, "text/html")) event.waitUntil(keep(PAGES, event.request.url, reply.clone()));
    return reply;
  } catch {
    const saved = await findSaved(PAGES, event.request.url);
    return saved ? withNote(saved, `You are offline. This was saved on ${whenWords(saved)}.`) : offlinePage();
  }
}

/** The page that brought us here was loaded before there was a worker to see it. */
async function keepFirstPage(address) {
  if (!PAGE_PATHS.test(new URL(address).pathname)) return;
  const reply = await fetch(address);
  if (mayBeKept(reply, "text/html")) await keep(PAGES, address, reply);
}

/** Pages that are never kept: from the network, or the page that says we are offline. */
async function withoutSaving(request) {
  try {
    return await fetch(request);
  } catch {
    return offlinePage();
  }
}

async function offlinePage() {
  const saved = await caches.match(HERE.offline);
  return saved ? withNote(saved, "You are offline, and the page you asked for is not saved on this device.") : Response.error();
}

/** Under a version's address a file never changes. Without the network, another version is better than none. */
async function openFile(request, url) {
  if (url.searchParams.has("v")) {
    const kept = await caches.match(request);
    if (kept) return kept;
  }
  try {
    const reply = await fetch(request);
    if (reply.ok && mayStore) {
      const shell = await caches.open(SHELL);
      await shell.put(request, reply.clone());
    }
    return reply;
  } catch (error) {
    const other = await caches.match(request, { ignoreSearch: true });
    if (other) return other;
    throw error;
  }
}

async function openData(event) {
  try {
    const reply = await fetch(event.request);
    if (mayBeKept(reply, "json")) event.waitUntil(keep(DATA, event.request.url, reply.clone()));
    return reply;
  } catch (error) {
    const saved = await findSaved(DATA, event.request.url);
    if (saved) return saved;
    throw error;
  }
}

/** What depends on who asks, or is asked not to be stored, is never stored. */
function mayBeKept(reply, type) {
  const control = reply.headers.get("Cache-Control") ?? "";
  const vary = reply.headers.get("Vary") ?? "";
  const asked = /no-store/i.test(control) || /cookie|authorization|\*/i.test(vary);
  return mayStore && reply.status === 200 && !reply.redirected && !asked && (reply.headers.get("Content-Type") ?? "").includes(type);
}

/** The newest goes to the end; what is too much or too old goes from the front. */
async function keep(name, address, reply) {
  const body = await reply.blob();
  if (!mayStore) return;
  const headers = new Headers(reply.headers);
  headers.set(SAVED_AT, new Date().toISOString());
  headers.delete("Content-Encoding");
  const cache = await caches.open(name);
  await cache.delete(plain(address));
  await cache.put(plain(address), new Response(body, { status: 200, headers }));
  await forgetOld(name);
}

async function forgetOld(name) {
  const cache = await caches.open(name);
  const kept = await cache.keys();
  const tooMany = kept.slice(0, Math.max(0, kept.length - MOST[name]));
  const tooOld = await Promise.all(kept.map(async (one) => (isOld(await cache.match(one)) ? one : null)));
  await Promise.all([...tooMany, ...tooOld.filter(Boolean)].map((one) => cache.delete(one)));
}

const isOld = (saved) => Date.now() - Date.parse(saved.headers.get(SAVED_AT)) > KEPT_DAYS * 24 * 60 * 60 * 1000;

async function findSaved(name, address) {
  const cache = await caches.open(name);
  const saved = await cache.match(plain(address));
  return saved && !isOld(saved) ? saved : null;
}

const plain = (address) => address.split("#")[0];

function whenWords(saved) {
  const at = new Date(saved.headers.get(SAVED_AT));
  const day = { day: "numeric", month: "long" };
  if (at.getFullYear() !== new Date().getFullYear()) day.year = "numeric";
  const time = at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  return `${at.toLocaleDateString("en-GB", day)} at ${time}`;
}

/** `words` are ours alone: nothing of a visitor or of an entry is ever written into markup here. */
async function withNote(saved, words) {
  const note = `<aside class="examples saved-note" aria-label="You are offline"><p class="wrap"><strong>${words}</strong></p></aside>\n`;
  const html = await saved.text();
  const at = html.indexOf("<main ");
  const shown = at < 0 ? html : html.slice(0, at) + note + html.slice(at);
  return new Response(shown, { status: 200, headers: saved.headers });
}
