// Keeps a page of long work up to date: its progress again each second, and the page anew when it is done.
const EVERY_MS = 1000;

async function look() {
  try {
    const reply = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
    const now = new DOMParser().parseFromString(await reply.text(), "text/html").querySelector("[data-progress]");
    if (!now) {
      location.replace(location.href);
      return;
    }
    document.querySelector("[data-progress]").replaceWith(document.adoptNode(now));
  } catch {
    // The next look may find the way again.
  }
  setTimeout(look, EVERY_MS);
}

setTimeout(look, EVERY_MS);
