// Files that did not come along: why, and models that would take them.

import { message } from "../../page/messages.js";
import { modelsFor } from "./attachment.js";

const NAMED = 3;

/** `refused` as the tray returns it; what only this model cannot take shares one note. */
export function showRefusals(box, refused) {
  const unfit = refused.filter(({ kind }) => kind);
  const notes = refused.filter(({ kind }) => !kind).map(({ name, key, values }) => note(box, [name, message(key, values)]));
  if (unfit.length) {
    const [names, reasons, kinds] = ["name", "why", "kind"].map((field) => [...new Set(unfit.map((one) => one[field]))].filter(Boolean));
    notes.push(note(box, [names.join(", "), reasons.join(" ")], offers(kinds)));
  }
  box.replaceChildren(...notes);
}

function note(box, texts, buttons = []) {
  const row = document.createElement("div");
  row.className = "composer-note";
  const said = document.createElement("p");
  said.textContent = texts.filter(Boolean).join(": ");
  row.append(said, ...buttons, closer(box, row));
  return row;
}

/** Buttons that go on with a model that takes all of it. */
function offers(kinds) {
  const models = JSON.parse(document.getElementById("chat-models")?.textContent ?? "[]");
  return modelsFor(kinds, models).slice(0, NAMED).map(({ slug, name }) => {
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
