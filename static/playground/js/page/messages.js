// Translated strings, which the server puts into the page as JSON.

let texts = null;

function load() {
  const loaded = {};
  for (const script of document.querySelectorAll("script[data-messages]")) {
    Object.assign(loaded, JSON.parse(script.textContent));
  }
  return loaded;
}

/** Replaces the {name} placeholders of a pattern by values. */
export function fill(pattern, values = {}) {
  return pattern.replace(/\{(\w+)\}/g, (place, name) => (name in values ? String(values[name]) : place));
}

/** The text for a key; the key itself where the page has none. */
export function message(key, values = {}) {
  texts ??= load();
  return fill(texts[key] ?? key, values);
}
