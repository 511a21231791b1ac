// The speech model and voice that read aloud: any ready model, remembered in this browser.

import { message } from "../../page/messages.js";

const KEY = "reader";

const models = JSON.parse(document.getElementById("chat-speech-models")?.textContent || "[]") || [];

/** {model, voice}; null where there is no speech model. An empty voice is the model's default. */
export function readChoice() {
  let stored = null;
  try {
    stored = JSON.parse(localStorage.getItem(KEY));
  } catch {
    // not JSON: nothing that was stored here
  }
  const found = models.find(({ slug }) => slug === stored?.model) ?? models[0];
  return found ? { model: found.slug, voice: found.slug === stored?.model ? stored.voice : found.voice ?? "" } : null;
}

/** Shows the dialog; closing it stores the choice. */
export function showVoiceDialog() {
  const thread = document.querySelector("chat-thread");
  const dialog = document.importNode(thread.querySelector("template[data-for=voice]").content.firstElementChild, true);
  const [model, voice] = dialog.querySelectorAll("select");
  const chosen = readChoice();
  model.replaceChildren(...models.map(({ slug, name }) => new Option(name, slug, false, slug === chosen.model)));
  const fill = () => voice.replaceChildren(...voicesOf(model.value).map(({ id, name }) => new Option(name, id)));
  fill();
  voice.value = chosen.voice;
  model.addEventListener("change", fill);
  dialog.addEventListener("close", () => {
    localStorage.setItem(KEY, JSON.stringify({ model: model.value, voice: voice.value }));
    dialog.remove();
  });
  thread.append(dialog);
  dialog.showModal();
}

function voicesOf(slug) {
  const { voice = "", voices: known = [] } = models.find((model) => model.slug === slug) ?? {};
  const list = known.map((one) => (typeof one === "string" ? { id: one, name: one } : one));
  return list.length ? list : [{ id: voice, name: voice || message("default-voice") }];
}
