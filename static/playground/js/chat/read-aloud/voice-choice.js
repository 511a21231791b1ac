// The speech model and voice that read aloud: the one chosen in this browser, else one that fits the language.

import { message } from "../../page/messages.js";

const KEY = "reader";

const models = JSON.parse(document.getElementById("chat-speech-models")?.textContent || "[]") || [];

/** {model, voice} chosen by the user, else the first of the page; null without a model. An empty voice is its default. */
export function readChoice() {
  const chosen = storedChoice();
  const [first] = models;
  return chosen ?? (first ? { model: first.slug, voice: first.voice ?? "" } : null);
}

/**
 * {model, voice} for a text in `language`: the user's choice stays; without one it is the first model, where it has a
 * voice for the language or tells of none, else the first that has.
 */
export function voiceFor(language) {
  const chosen = storedChoice();
  const fits = (voice) => !voice.language || voice.language === language;
  const able = models.find(({ voices = [] }) => !voices.length || voices.some(fits));
  if (chosen || !language || !able) {
    return readChoice();
  }
  const own = able.voices?.find(({ id }) => id === able.voice);
  return { model: able.slug, voice: (own && fits(own) ? own : able.voices?.find(fits))?.id ?? "" };
}

function storedChoice() {
  try {
    const stored = JSON.parse(localStorage.getItem(KEY));
    return models.some(({ slug }) => slug === stored?.model) ? { model: stored.model, voice: stored.voice } : null;
  } catch {
    return null;
  }
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
