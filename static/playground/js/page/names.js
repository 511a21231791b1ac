// Names for the ids in a receipt, as the page shows them.

/** The name of a model or provider of this page, or of a voice in its list; the id itself of any other. */
export function displayName(id) {
  const names = JSON.parse(document.getElementById("names")?.textContent ?? "{}");
  const tile = document.querySelector(`.voice-tile[data-voice="${CSS.escape(id)}"] .voice-name`);
  return names[id] ?? tile?.textContent ?? id;
}
