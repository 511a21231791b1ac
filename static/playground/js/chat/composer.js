// Parts of the composer that stand alone: its draft, the reason why a message cannot be sent, the height of its field.

import { writeDraft } from "../page/drafts.js";
import { message } from "../page/messages.js";
import { partsOf, textOf } from "./message/parts.js";

/** Bytes of text as JSON; the socket accepts frames of 1 MiB, which hold the other fields too. */
const MAX_BYTES = 960 * 1024;

/** Stores what is in the composer, preceded by an unsent message of the thread ({content, uploads} or null). */
export function saveDraft(key, text, uploads, unsent) {
  const { content = "", uploads: earlier = [] } = unsent ?? {};
  const draft = { text: [textOf(partsOf(content)), text].filter(Boolean).join("\n\n"), uploads: [...earlier, ...uploads] };
  writeDraft(key, draft.text || draft.uploads.length ? draft : null);
}

/** Why a message cannot be sent now; empty where it can. */
export function sendObstacle(composer, files, text) {
  if (composer.state === "blocked") {
    return composer.querySelector("[data-field=hint]").dataset.blocked ?? "";
  }
  const key = files.problem || (tooLong(text) ? "why-long" : "");
  return key && message(key);
}

/** A character takes at most six bytes as JSON: short texts need not be measured. */
function tooLong(text) {
  return text.length > MAX_BYTES / 6 && new Blob([JSON.stringify(text)]).size > MAX_BYTES;
}

/** Fits a field's height to its text where the browser does not know `field-sizing`. */
export function fitHeight(field) {
  if (!CSS.supports("field-sizing", "content")) {
    field.style.blockSize = "auto";
    field.style.blockSize = `${field.scrollHeight}px`;
  }
}
