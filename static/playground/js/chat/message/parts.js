// The content of a message, which is a text or a list of parts.

/** Content as a list of parts. */
export function partsOf(content) {
  return typeof content === "string" ? [{ type: "text", text: content }] : content;
}

/** The text of all text parts. */
export function textOf(parts) {
  return parts.filter(({ type }) => type === "text").map(({ text }) => text).join("\n\n");
}
