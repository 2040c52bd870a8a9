// Small helps on top of pages that work without them: words and places suggested while typing, "use where I am",
// the focus moved to a problem when there is one, and a search form that says what its address says.

import { Combobox } from "./combobox.js";
import { forPlaces, forWords } from "./suggestions.js";

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

document.querySelectorAll("input[data-places]").forEach((input) => {
  new Combobox(input, forPlaces(input));
  if (input.id === "near" && "geolocation" in navigator && window.isSecureContext) offerHere(input);
});

document.querySelectorAll("input[data-words]").forEach((input) => new Combobox(input, forWords(input)));

// What was left empty need not stand in the address that people share.
document.querySelectorAll("form[method=get]").forEach((form) => {
  form.addEventListener("formdata", ({ formData }) => {
    for (const [name, value] of [...formData]) if (value === "") formData.delete(name);
  });
});

// Going back, browsers put into a form what it held when it was left, though the list below answers the address.
window.addEventListener("pageshow", ({ persisted }) => {
  const [arrival] = performance.getEntriesByType("navigation");
  if (!persisted && arrival?.type !== "back_forward") return;
  document.querySelectorAll("form[data-of-address]").forEach((form) => form.reset());
});

document.querySelector("[data-focus]")?.focus();
