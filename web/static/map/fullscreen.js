/** The map alone on the screen, where the browser can do that. */
import { iconButton } from "./controls.js";
import { viewOf } from "./view.js";

const OPEN = "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5";
const CLOSE = "M9 4v5H4M15 4v5h5M9 20v-5H4M15 20v-5h5";

export function offerFullScreen(map) {
  if (!document.fullscreenEnabled) return;
  const { section } = viewOf(map);
  const { button, name } = iconButton(map, "map-screen", OPEN, "Fill the screen", () =>
    document.fullscreenElement ? document.exitFullscreen() : section.requestFullscreen(),
  );
  document.addEventListener("fullscreenchange", () => {
    const full = document.fullscreenElement === section;
    name(full ? "Leave the full screen" : "Fill the screen", full ? CLOSE : OPEN);
    map.invalidateSize({ pan: false });
    button.focus({ preventScroll: true });
  });
}
