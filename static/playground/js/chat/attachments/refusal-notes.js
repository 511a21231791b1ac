// Notes about files that were refused: why, and models that accept them. Loaded with the first refusal.

import { message } from "../../page/messages.js";
import { modelsFor } from "./attachment.js";

const MAX_OFFERS = 3;

/** `refused` as AttachmentList.add returns it; files that only this model does not accept share one note. */
export function showRefusals(box, refused) {
  const unfit = refused.filter(({ kind }) => kind);
  const notes = refused.filter(({ kind }) => !kind).map(({ name, key, values }) => note(box, [name, message(key, values)]));
  if (unfit.length) {
    const [names, reasons, kinds] = ["name", "why", "kind"].map((field) => [...new Set(unfit.map((one) => one[field]))].filter(Boolean));
    notes.push(note(box, [names.join(", "), reasons.join(" ")], offers(kinds)));
  }
  box.replaceChildren(...notes);
}

/** A note with what can be done about it; it is not in the box yet. */
export function note(box, texts, buttons = []) {
  const row = document.createElement("div");
  row.className = "composer-note";
  const text = document.createElement("p");
  text.textContent = texts.filter(Boolean).join(": ");
  row.append(text, ...buttons, closeButton(box, row));
  return row;
}

/** Buttons that change to a model that accepts all of these kinds. */
function offers(kinds) {
  const models = JSON.parse(document.getElementById("chat-models")?.textContent ?? "[]");
  return modelsFor(kinds, models).slice(0, MAX_OFFERS).map(({ slug, name }) => {
    const button = createButton("button button-small", message("use", { name }));
    button.addEventListener("click", () => document.querySelector("chat-settings")?.choose(slug));
    return button;
  });
}

function closeButton(box, row) {
  const button = createButton("button button-quiet button-small", message("close"));
  button.addEventListener("click", () => {
    row.remove();
    box.closest("chat-composer").focus();
  });
  return button;
}

export function createButton(className, text) {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className, textContent: text });
  return button;
}
