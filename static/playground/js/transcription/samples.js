// A sample recording that is tried: it becomes a file of the user's. The next click, which may cost something, is the user's.

import { message } from "../page/messages.js";

/** `button` names the language; `files` is the drop zone. */
export async function trySample(button, files) {
  const studio = files.closest("transcription-studio");
  button.ariaBusy = "true";
  try {
    const { id, name, bytes, duration, url, media_type: type } = await fetchSample(button.dataset.language, files.dataset.csrf);
    files.select(files.restore({ upload: id, name, bytes, duration, media: url, type, state: "ready" }));
    studio.querySelector("[data-role=start]").focus();
  } catch (error) {
    studio.querySelector("status-note").show({ kind: "bad", title: message("sample-failed"), text: error.message });
  }
  button.ariaBusy = null;
}

async function fetchSample(language, csrf) {
  const response = await fetch(`/recordings/${language}`, { method: "POST", headers: { "X-CSRFToken": csrf } });
  const body = await response.json().catch(() => null);
  if (!response.ok || !body) {
    throw new Error(body?.error?.message ?? "");
  }
  return body;
}
