// Settings under a name of one's own, kept on the server.

import { announce } from "../../page/announcements.js";
import { message } from "../../page/messages.js";
import { keptOf } from "./serialization.js";

/** Shows or hides the field for a name. */
export function ask(panel, select) {
  const form = panel.querySelector("form");
  const { preset: field } = form.elements;
  form.hidden = !form.hidden;
  panel.querySelector("[data-role=name]").setAttribute("aria-expanded", String(!form.hidden));
  field.value = select.value ? select.selectedOptions[0].textContent : "";
  form.hidden || field.select();
}

/** Keeps what is set under the name that was written, in place of what had it before. */
export async function save(panel, select) {
  const name = panel.querySelector("form").elements.preset.value.trim();
  const settings = keptOf(panel.values);
  const { id } = (await post(panel, panel.dataset.url, { name, settings })) ?? {};
  if (id) {
    panel.presets = [...panel.presets.filter((preset) => preset.id !== id && preset.name !== name), { id, name, settings }];
    list(panel, select, id);
    ask(panel, select);
    panel.querySelector("[data-role=name]").focus();
    announce(message("preset-saved", { name }));
  }
}

export async function forget(panel, select) {
  const { value: id } = select;
  const name = select.selectedOptions[0].textContent;
  if (await post(panel, `${panel.dataset.url}${id}/delete`, {})) {
    panel.presets = panel.presets.filter((preset) => preset.id !== id);
    list(panel, select, "");
    select.focus();
    announce(message("preset-deleted", { name }));
  }
}

function list(panel, select, chosen) {
  const byName = panel.presets.toSorted((one, other) => one.name.localeCompare(other.name));
  select.replaceChildren(select.options[0], ...byName.map(({ id, name }) => new Option(name, id)));
  select.value = chosen;
  panel.querySelector("[data-role=forget]").disabled = !chosen;
}

/** The answer as an object; null after a failure, which is told. */
async function post(panel, url, body) {
  const field = panel.querySelector("[data-field=preset-error]");
  field.textContent = "";
  try {
    const headers = { "Content-Type": "application/json", "X-CSRFToken": panel.dataset.csrf };
    const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
    const told = answer.status === 204 ? {} : await answer.json();
    if (answer.ok) {
      return told;
    }
    field.textContent = told.error?.message ?? message("no-presets");
  } catch {
    field.textContent = message("no-presets");
  }
  return null;
}
