// Announcements for screen readers: starts, ends and errors, never single words.

export function announce(text) {
  document.dispatchEvent(new CustomEvent("announce", { detail: { text } }));
}
