// Keys for the desk: j and k walk, x ticks, Enter opens. Only while nothing is being typed.
const desk = document.querySelector("[data-desk]");
const items = desk ? [...desk.querySelectorAll("[data-item]")] : [];
let at = -1;

if (items.length) {
  document.querySelector("[data-keys]")?.removeAttribute("hidden");
  document.addEventListener("keydown", press);
}

function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (event.key === "j") walk(1);
  else if (event.key === "k") walk(-1);
  else if (event.key === "x") tick();
  else return;
  event.preventDefault();
}

const isTyping = (target) => target.matches("input:not([type=checkbox]), textarea, select");

/** The link takes the focus, so that Enter opens it and a screen reader says where we are. */
function walk(step) {
  at = Math.max(0, Math.min(items.length - 1, at + step));
  items[at].querySelector("a").focus();
}

function tick() {
  const here = document.activeElement.closest("[data-item]") ?? items[Math.max(at, 0)];
  const box = here.querySelector("input[type=checkbox]");
  box.checked = !box.checked;
}
