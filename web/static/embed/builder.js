// The frame and its code follow what is chosen, without the button; the code can be copied at one press.

const WAIT_MS = 400;
const form = document.querySelector("#builder");
const preview = document.querySelector("#preview");
const code = document.querySelector("#code");
const notes = document.querySelector("#notes");
let timer = 0;
let asking = null;

function say(sentences) {
  notes.replaceChildren(
    ...sentences.map((words) => Object.assign(document.createElement("p"), { className: "notice", textContent: words })),
  );
}

async function follow() {
  asking?.abort();
  asking = new AbortController();
  const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== ""));
  try {
    const reply = await fetch(`/embed/code.json?${query}`, { signal: asking.signal });
    const made = await reply.json();
    if (!reply.ok) return say([made.detail]);
    show(made);
  } catch (error) {
    if (error.name !== "AbortError") say(["We could not reach the site. Press “Show preview” to try again."]);
  }
}

function show(made) {
  say(made.notes);
  code.value = made.code;
  preview.width = made.width ?? "100%";
  preview.height = made.height;
  preview.title = `Preview: ${made.title}`;
  const address = new URL(made.src);
  const path = address.pathname + address.search;
  // The frame's own history would swallow the Back button: it is changed, not visited.
  if (preview.getAttribute("src") !== path) {
    preview.setAttribute("src", path);
    preview.contentWindow?.location.replace(path);
  }
}

function offerCopy() {
  const button = Object.assign(document.createElement("button"), {
    type: "button",
    className: "button",
    textContent: "Copy the code",
  });
  const said = document.createElement("span");
  said.setAttribute("role", "status");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(code.value);
      said.textContent = "Copied. Paste it into your page.";
    } catch {
      code.focus();
      code.select();
      said.textContent = "Your browser did not let us. The code is marked now: press Ctrl and C.";
    }
  });
  const place = document.querySelector("#copy-place");
  place.className = "builder-copy";
  place.append(button, said);
}

if (preview) {
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(follow, WAIT_MS);
  });
  offerCopy();
}
