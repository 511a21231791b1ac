// Named settings, stored on the server. Loaded with the first use.

import { announce } from "../../page/announcements.js";
import { message } from "../../page/messages.js";
import { serializeSettings } from "./serialization.js";

/** Shows or hides the field for the preset's name. */
export function toggleNameForm(panel, select) {
  const form = panel.querySelector("form");
  const { preset: field } = form.elements;
  form.hidden = !form.hidden;
  panel.querySelector("[data-role=name]").setAttribute("aria-expanded", String(!form.hidden));
  field.value = select.value ? select.selectedOptions[0].textContent : "";
  form.hidden || field.select();
}

/** Stores the settings under the typed name; replaces the preset of that name. */
export async function save(panel, select) {
  const name = panel.querySelector("form").elements.preset.value.trim();
  const settings = serializeSettings(panel.values);
  const { id } = (await post(panel, panel.dataset.url, { name, settings })) ?? {};
  if (id) {
    panel.presets = [...panel.presets.filter((preset) => preset.id !== id && preset.name !== name), { id, name, settings }];
    showPresets(panel, select, id);
    toggleNameForm(panel, select);
    panel.querySelector("[data-role=name]").focus();
    announce(message("preset-saved", { name }));
  }
}

export async function remove(panel, select) {
  const { value: id } = select;
  const name = select.selectedOptions[0].textContent;
  if (await post(panel, `${panel.dataset.url}${id}/delete`, {})) {
    panel.presets = panel.presets.filter((preset) => preset.id !== id);
    showPresets(panel, select, "");
    select.focus();
    announce(message("preset-deleted", { name }));
  }
}

function showPresets(panel, select, chosen) {
  const byName = panel.presets.toSorted((one, other) => one.name.localeCompare(other.name));
  select.replaceChildren(select.options[0], ...byName.map(({ id, name }) => new Option(name, id)));
  select.value = chosen;
  panel.querySelector("[data-role=forget]").disabled = !chosen;
}

/** The response as an object; null after a failure, which is shown. */
async function post(panel, url, body) {
  const field = panel.querySelector("[data-field=preset-error]");
  field.textContent = "";
  try {
    const headers = { "Content-Type": "application/json", "X-CSRFToken": panel.dataset.csrf };
    const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
    const result = response.status === 204 ? {} : await response.json();
    if (response.ok) {
      return result;
    }
    field.textContent = result.error?.message ?? message("no-presets");
  } catch {
    field.textContent = message("no-presets");
  }
  return null;
}
