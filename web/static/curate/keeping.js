// What is typed is kept twice: with the account every few seconds, and in this browser in case one is signed out.

const QUIET_MS = 2500;
const DAY_MS = 86400000;
// Who never comes back leaves nothing behind in a shared browser.
const KEPT_DAYS = 7;
const PREFIX = "hereabouts-edit:";

export function keepSafe(form, fieldsOf) {
  new Keeper(form, fieldsOf).start();
}

class Keeper {
  #form;
  #fieldsOf;
  #key;
  #status = document.querySelector("#autosave");
  #timer = 0;
  // What lies kept with the account is not overwritten before the person has chosen.
  #undecided = document.querySelector("[data-kept]") !== null;

  constructor(form, fieldsOf) {
    this.#form = form;
    this.#fieldsOf = fieldsOf;
    this.#key = PREFIX + form.dataset.key;
  }

  start() {
    forgetOld();
    if ("done" in this.#form.dataset) localStorage.removeItem(this.#key);
    else this.#offer();
    this.#form.addEventListener("input", () => this.#later());
    if ("typed" in this.#form.dataset) this.#later();
    document.querySelector('form[action="/sign-out"]')?.addEventListener("submit", forgetAll);
  }

  #later() {
    this.#put(false);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#send(), QUIET_MS);
  }

  #put(sent) {
    const kept = { at: Date.now(), sent, fields: this.#fieldsOf().toString() };
    try {
      localStorage.setItem(this.#key, JSON.stringify(kept));
    } catch {
      // Full or forbidden: the account keeps it.
    }
  }

  async #send() {
    if (this.#undecided) return;
    const headers = { "X-CSRF-Token": this.#form.dataset.csrf };
    const address = `${this.#form.getAttribute("action")}/keep`;
    const reply = await fetch(address, { method: "POST", body: this.#fieldsOf(), headers }).catch(() => null);
    if (reply?.ok) {
      this.#put(true);
      this.#say(`Kept at ${clock(Date.now())}, not saved yet.`);
    } else if (reply?.status === 401 || reply?.status === 403) {
      this.#say("You are signed out. What you type is kept in this browser: ", signInLink());
    } else {
      this.#say("We cannot reach the directory. What you type is kept in this browser.");
    }
  }

  #say(...parts) {
    this.#status.replaceChildren(...parts);
  }

  /** What this browser kept and the account did not get. */
  #offer() {
    const kept = read(this.#key);
    if (!kept || kept.sent || "typed" in this.#form.dataset) return;
    const box = document.createElement("div");
    box.className = "notice kept";
    box.setAttribute("role", "status");
    const words = document.createElement("p");
    words.append(strong(`This browser kept what you typed at ${clock(kept.at)}, when you were signed out.`));
    const buttons = document.createElement("div");
    buttons.className = "buttons";
    buttons.append(
      button("Go on with it", "button", () => this.#putBack(kept)),
      button("Throw it away", "button button-quiet", () => {
        localStorage.removeItem(this.#key);
        box.remove();
      }),
    );
    box.append(words, buttons);
    document.querySelector(".edit-head").after(box);
  }

  /** The server makes the page of it, as of any form that was sent. */
  #putBack({ fields }) {
    const carrier = document.createElement("form");
    carrier.method = "post";
    carrier.action = this.#form.getAttribute("action");
    carrier.hidden = true;
    const values = [...new URLSearchParams(fields)].filter(([name]) => name !== "csrf" && name !== "do");
    for (const [name, value] of [...values, ["csrf", this.#form.dataset.csrf], ["do", "show"]]) {
      const field = document.createElement("textarea");
      field.name = name;
      field.value = value;
      carrier.append(field);
    }
    document.body.append(carrier);
    carrier.submit();
  }
}

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

function keys() {
  return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
}

function forgetOld() {
  for (const key of keys()) {
    if (Date.now() - (read(key)?.at ?? 0) > KEPT_DAYS * DAY_MS) localStorage.removeItem(key);
  }
}

function forgetAll() {
  for (const key of keys()) localStorage.removeItem(key);
}

function clock(at) {
  return new Date(at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "Europe/London" });
}

function signInLink() {
  const link = document.createElement("a");
  link.href = `/sign-in?next=${encodeURIComponent(location.pathname)}`;
  link.textContent = "sign in again";
  return link;
}

function strong(text) {
  return Object.assign(document.createElement("strong"), { textContent: text });
}

function button(text, className, press) {
  const made = Object.assign(document.createElement("button"), { type: "button", className, textContent: text });
  made.addEventListener("click", press);
  return made;
}
