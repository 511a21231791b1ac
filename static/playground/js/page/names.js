// What a receipt calls by id, by the name the page shows.

/** Of a model or provider of this page, or of a voice in its list; the id itself of any other. */
export function named(id) {
  const names = JSON.parse(document.getElementById("names")?.textContent ?? "{}");
  const tile = document.querySelector(`.voice-tile[data-voice="${CSS.escape(id)}"] .voice-name`);
  return names[id] ?? tile?.textContent ?? id;
}
