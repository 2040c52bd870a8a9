// What the boxes of a search offer while someone types, and what taking a suggestion does.

// In the order of the list: what the API calls it, the heading, the word said with each.
const SORTS = [
  ["need", "Needs", "need"],
  ["place", "Places", "place"],
  ["entry", "Entries", "entry"],
  ["connector", "Connectors", "connector"],
];
const MOST = 9;

async function ask(path, typed, signal) {
  const reply = await fetch(path + encodeURIComponent(typed), { signal });
  if (!reply.ok) throw new Error(`The suggestions answered ${reply.status}`);
  return reply.json();
}

/** Where? Places alone; taking one fills the box. */
export function forPlaces(input) {
  return {
    find: async (typed, signal) => {
      const { suggestions } = await ask("/api/v1/places?q=", typed, signal);
      const options = suggestions.map(({ label, value, kind }) => ({ label, value, detail: kind, word: "place" }));
      return [{ label: "Places", options }];
    },
    choose: ({ value }) => {
      input.value = value;
    },
  };
}

/** What do you need? Needs, places, entries and connectors; each leads to where it is answered. */
export function forWords(input) {
  const where = input.form?.elements.namedItem("near");
  const choose = {
    need: ({ value }) => location.assign(`/search?${aboutNeed(value, where)}`),
    entry: ({ value }) => location.assign(`/entries/${encodeURIComponent(value)}`),
    connector: ({ value }) => location.assign(`/connectors#${encodeURIComponent(value)}`),
    place: ({ value }) => {
      where.value = value;
      input.value = "";
      return `Where? is now ${value}.`;
    },
  };
  return {
    find: async (typed, signal) => {
      const { items } = await ask("/api/v1/suggest?q=", typed, signal);
      return inGroups(items.filter(({ what }) => what !== "place" || where));
    },
    choose: (option) => choose[option.what](option),
  };
}

/** A fair share of each sort, so that a long list of one does not push the others out of sight. */
function inGroups(items) {
  const groups = SORTS.map(([what, label, word]) => ({
    label,
    options: items.filter((item) => item.what === what).map((item) => ({ ...item, word })),
  })).filter(({ options }) => options.length);
  const share = Math.floor(MOST / groups.length);
  return groups.map(({ label, options }) => ({ label, options: options.slice(0, share) }));
}

/** The query of a search for a need, at the place in the form and as far round it as the page's own search. */
function aboutNeed(need, where) {
  const query = new URLSearchParams({ need });
  const near = where?.value.trim();
  if (near) {
    query.set("near", near);
    const radius = new URLSearchParams(location.search).get("radius_km");
    if (radius) query.set("radius_km", radius);
  }
  return query;
}
