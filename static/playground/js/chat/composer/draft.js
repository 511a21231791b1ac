// A message that was sent and never began: kept with the draft, so that a reload or a sign-in loses nothing.

import { writeDraft } from "../../page/drafts.js";

/** Keeps what is being written, below what stands unsent in the thread: {content, uploads} or null. */
export function keepDraft(key, text, uploads, unsent) {
  const { content = "", uploads: sent = [] } = unsent ?? {};
  const words = typeof content === "string" ? content : content.find(({ type }) => type === "text")?.text;
  const draft = { text: [words, text].filter(Boolean).join("\n\n"), uploads: [...sent, ...uploads] };
  writeDraft(key, draft.text || draft.uploads.length ? draft : null);
}
