// A text box that offers a list while someone types: the editable combobox with a list box of the WAI-ARIA
// Authoring Practices, chosen by hand. Without scripts the box is an ordinary one.

const WAIT_MS = 160;
const LEAST_LETTERS = 2;

export class Combobox {
  #input;
  #list = element("div", "suggestions");
  #status = element("div", "visually-hidden");
  #find;
  #choose;
  #shown = []; // { option, node } in the order of the list
  #active = -1; // -1: the text itself
  #listed = ""; // the text that the list answers
  #timer = 0;
  #asking = null;

  /** `find(typed, signal)` resolves to [{ label, options: [{ label, detail, word, ... }] }]; the heading of a
   * lone group is left out. `choose(option)` may return what to say about it. */
  constructor(input, { find, choose }) {
    this.#input = input;
    this.#find = find;
    this.#choose = choose;
    this.#build();
    input.addEventListener("input", () => this.#typed());
    input.addEventListener("keydown", (event) => this.#press(event));
    input.addEventListener("blur", () => this.close());
    // Keeps the focus in the box, so that the list is still there when the click arrives.
    this.#list.addEventListener("mousedown", (event) => event.preventDefault());
    this.#list.addEventListener("click", ({ target }) => {
      const at = this.#shown.findIndex(({ node }) => node.contains(target));
      if (at >= 0) this.#take(at);
    });
  }

  #build() {
    const [input, list] = [this.#input, this.#list];
    list.id = `${input.id}-suggestions`;
    list.hidden = true;
    setAll(list, { role: "listbox", "aria-label": "Suggestions" });
    this.#status.setAttribute("role", "status");
    setAll(input, {
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": list.id,
      autocomplete: "off",
    });
    const wasFocused = document.activeElement === input;
    const frame = element("div", "combobox");
    input.replaceWith(frame);
    frame.append(input, list, this.#status);
    if (wasFocused) input.focus();
  }

  get isOpen() {
    return !this.#list.hidden;
  }

  close() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    this.#list.hidden = true;
    this.#input.setAttribute("aria-expanded", "false");
    this.#status.textContent = "";
    this.#mark(-1);
  }

  #typed() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    this.#mark(-1);
    if (this.#input.value.trim().length < LEAST_LETTERS) this.close();
    else this.#timer = setTimeout(() => this.#ask(), WAIT_MS);
  }

  /** Asks for suggestions and shows them, with `start` (0 the first, -1 none, -2 the last) marked. */
  async #ask(start = -1) {
    const typed = this.#input.value.trim();
    if (typed.length < LEAST_LETTERS) return;
    clearTimeout(this.#timer);
    this.#asking?.abort();
    const asking = (this.#asking = new AbortController());
    try {
      const groups = typed === this.#listed ? null : await this.#find(typed, asking.signal);
      if (asking.signal.aborted) return;
      if (groups) this.#fill(groups, typed);
      this.#open();
      this.#mark(start === -2 ? this.#shown.length - 1 : Math.min(start, this.#shown.length - 1));
    } catch {
      // Suggestions are a help, not a need: typing and sending still works.
      if (!asking.signal.aborted) this.close();
    }
  }

  #fill(groups, typed) {
    this.#listed = typed;
    this.#shown = [];
    const full = groups.filter(({ options }) => options.length);
    this.#list.replaceChildren(...full.map((group) => this.#drawGroup(group, full.length > 1)));
    this.#list.scrollTop = 0;
  }

  #drawGroup({ label, options }, named) {
    const group = element("div");
    if (named) {
      setAll(group, { role: "group", "aria-label": label });
      const title = element("div", "suggestions-title", label);
      title.setAttribute("aria-hidden", "true");
      group.append(title);
    } else {
      group.setAttribute("role", "presentation");
    }
    group.append(...options.map((option) => this.#drawOption(option, named)));
    return group;
  }

  #drawOption(option, named) {
    const node = element("div", "suggestion");
    node.id = `${this.#list.id}-${this.#shown.length}`;
    setAll(node, { role: "option", "aria-selected": "false" });
    node.append(element("span", "suggestion-label", option.label));
    // Not every screen reader names the group: what is taken leads to different places, so each says its own.
    if (named) node.append(element("span", "visually-hidden", `, ${option.word}`));
    if (option.detail) {
      node.append(element("span", "visually-hidden", ", "), element("span", "suggestion-detail", option.detail));
    }
    this.#shown.push({ option, node });
    return node;
  }

  #open() {
    const count = this.#shown.length;
    this.#list.hidden = count === 0;
    this.#input.setAttribute("aria-expanded", String(count > 0));
    this.#status.textContent =
      count === 0 ? "No suggestions." : count === 1 ? "1 suggestion." : `${count} suggestions.`;
  }

  #mark(at) {
    this.#shown[this.#active]?.node.setAttribute("aria-selected", "false");
    this.#active = at;
    const node = this.#shown[at]?.node;
    if (!node) {
      this.#input.removeAttribute("aria-activedescendant");
      return;
    }
    node.setAttribute("aria-selected", "true");
    this.#input.setAttribute("aria-activedescendant", node.id);
    node.scrollIntoView({ block: "nearest" });
  }

  #step(by) {
    const count = this.#shown.length;
    this.#mark(this.#active < 0 && by < 0 ? count - 1 : (this.#active + by + count) % count);
  }

  #take(at) {
    const { option } = this.#shown[at];
    this.close();
    const said = this.#choose(option);
    if (said) this.#status.textContent = said;
  }

  #press(event) {
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    const act = this.#keys[event.key];
    if (act?.(event)) event.preventDefault();
  }

  /** What each key does; true when the browser is to do nothing more. */
  #keys = {
    ArrowDown: ({ altKey }) => {
      if (!this.isOpen) this.#ask(altKey ? -1 : 0);
      else if (!altKey) this.#step(1);
      return true;
    },
    ArrowUp: ({ altKey }) => {
      if (altKey) this.close();
      else if (this.isOpen) this.#step(-1);
      else this.#ask(-2);
      return true;
    },
    Home: (event) => this.#backToText(event, 0),
    End: (event) => this.#backToText(event, this.#input.value.length),
    ArrowLeft: () => this.#mark(-1),
    ArrowRight: () => this.#mark(-1),
    Enter: () => {
      const at = this.isOpen ? this.#active : -1;
      if (at < 0) this.close();
      else this.#take(at);
      return at >= 0;
    },
    Escape: () => {
      if (this.isOpen) this.close();
      else if (this.#input.value) this.#input.value = "";
      else return false;
      return true;
    },
    Tab: () => this.close(),
  };

  #backToText({ shiftKey }, caret) {
    if (this.#active < 0 || shiftKey) return false;
    this.#mark(-1);
    this.#input.setSelectionRange(caret, caret);
    return true;
  }
}

function element(name, className = "", text = "") {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

function setAll(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
}
