// Files that did not come along: why, and models that would take them.

import { message } from "../messages.js";
import { modelsFor } from "./attachments.js";

const NAMED = 3;

/** `refused` as the tray returns it. One note for each; a model is changed by the settings beside it. */
export function showRefusals(box, refused) {
  box.replaceChildren(...refused.map((one) => note(box, one)));
}

function note(box, { name, key, values, kind, why }) {
  const row = document.createElement("div");
  row.className = "composer-note";
  const said = document.createElement("p");
  said.textContent = [name, key ? message(key, values) : why].filter(Boolean).join(": ");
  row.append(said, ...(kind ? offers(kind) : []), closer(box, row));
  return row;
}

/** Buttons that go on with a model that can. */
function offers(kind) {
  const models = JSON.parse(document.getElementById("chat-models")?.textContent ?? "[]");
  return modelsFor([kind], models).slice(0, NAMED).map(({ slug, name }) => {
    const button = made("button", "button button-small", message("use", { name }));
    button.addEventListener("click", () => document.querySelector("chat-settings")?.choose(slug));
    return button;
  });
}

function closer(box, row) {
  const button = made("button", "button button-quiet button-small", message("close"));
  button.addEventListener("click", () => {
    row.remove();
    box.closest("chat-composer").focus();
  });
  return button;
}

function made(tag, name, text) {
  const element = document.createElement(tag);
  element.type = "button";
  element.className = name;
  element.textContent = text;
  return element;
}
