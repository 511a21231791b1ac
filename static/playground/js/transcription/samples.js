// A sample recording that is tried: it becomes a file of the user's, and is transcribed at once where that is free.

import { message } from "../page/messages.js";

/** `button` names the language; `files` is the drop zone. */
export async function trySample(button, files) {
  const studio = files.closest("transcription-studio");
  button.ariaBusy = "true";
  try {
    const { id, name, bytes, duration, url, media_type: type } = await fetchSample(button.dataset.language, files.dataset.csrf);
    files.select(files.restore({ upload: id, name, bytes, duration, media: url, type, state: "ready" }));
    begin(studio);
  } catch (error) {
    studio.querySelector("status-note").show({ kind: "bad", title: message("sample-failed"), text: error.message });
  }
  button.ariaBusy = null;
}

/** Nobody spends money by trying: where the model has a price, the next click is the user's. */
function begin(studio) {
  const start = studio.querySelector("[data-role=start]");
  const { price } = studio.dataset;
  if (price !== "" && Number(price) === 0 && start.dataset.state === "idle") {
    start.click();
  } else {
    start.focus();
  }
}

async function fetchSample(language, csrf) {
  const response = await fetch(`/recordings/${language}`, { method: "POST", headers: { "X-CSRFToken": csrf } });
  const body = await response.json().catch(() => null);
  if (!response.ok || !body) {
    throw new Error(body?.error?.message ?? "");
  }
  return body;
}
