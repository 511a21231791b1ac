// The voice that an error names for a text in a language that the model cannot speak.

import { writeDraft } from "../page/drafts.js";
import { message } from "../page/messages.js";
import { displayName } from "../page/names.js";

/** A link to the voice's model that takes the text along; null where the error names no voice. */
export function voiceAction(error, params) {
  const { model, voice } = error?.metadata ?? {};
  if (!model || !voice || !params) {
    return null;
  }
  const prepare = () => writeDraft(model, { ...params, voice });
  return { label: message("other-voice", { model: displayName(model) }), url: `/models/${model}`, prepare };
}
