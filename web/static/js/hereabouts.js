// Small helps on top of pages that work without them: words and places suggested while typing, "use where I am",
// and the focus moved to a problem when there is one.

const WAIT_MS = 180;

// Each kind of box: where to ask, and the suggestions in the answer.
const PLACES = { url: "/api/v1/places?q=", read: (reply) => reply.suggestions };
const WORDS = {
  url: "/api/v1/suggest?q=",
  read: (reply) =>
    reply.items
      .filter(({ what }) => what === "need" || what === "entry")
      .map(({ label, detail }) => ({ value: label, label: detail || label })),
};

function suggest(input, source, name) {
  const list = document.createElement("datalist");
  list.id = name;
  input.after(list);
  input.setAttribute("list", list.id);
  input.setAttribute("autocomplete", "off");
  let timer = 0;
  let asked = "";

  async function ask() {
    const typed = input.value.trim();
    if (typed.length < 2 || typed === asked) return;
    asked = typed;
    try {
      const reply = await fetch(source.url + encodeURIComponent(typed));
      if (!reply.ok || typed !== asked) return;
      list.replaceChildren(...source.read(await reply.json()).map(asOption));
    } catch {
      // Suggestions are a help, not a need: typing and sending still works.
    }
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT_MS);
  });
}

function asOption(place) {
  const option = document.createElement("option");
  option.value = place.value;
  if (place.label !== place.value) option.label = place.label;
  return option;
}

function offerHere(input) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "here";
  button.textContent = "Use where I am";
  const said = document.createElement("span");
  said.className = "hint";
  said.setAttribute("role", "status");
  button.addEventListener("click", () => {
    said.textContent = " Asking your browser…";
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        // Three decimals are about 100 metres: near enough to search, not a doorstep.
        input.value = `${coords.latitude.toFixed(3)},${coords.longitude.toFixed(3)}`;
        said.textContent = " Done: your place is in the box.";
      },
      () => {
        said.textContent = " Your browser did not say where you are. Type a postcode instead.";
      },
      { maximumAge: 300000, timeout: 10000 },
    );
  });
  const field = input.closest(".field");
  field.classList.add("has-here");
  field.append(button, said);
}

document.querySelectorAll("input[data-places]").forEach((input, number) => {
  suggest(input, PLACES, `places-${number}`);
  if (input.id === "near" && "geolocation" in navigator && window.isSecureContext) offerHere(input);
});

document.querySelectorAll("input[data-words]").forEach((input, number) => {
  suggest(input, WORDS, `words-${number}`);
});

document.querySelector("[data-focus]")?.focus();
