// Inside a frame our own pages cannot open: what the map's windows link to goes into a tab of its own.

document.addEventListener(
  "click",
  (event) => {
    const link = event.target.closest?.(".map a[href]");
    if (!link || link.getAttribute("href").startsWith("#")) return;
    link.target = "_blank";
    link.rel = "noopener";
  },
  { capture: true },
);
