// Settings under a name of one's own, kept on the server.

import { announce } from "../announce.js";
import { message } from "../messages.js";

/** Keeps settings under a name, in place of those of the same name. False where it did not work. */
export async function save(panel, select, name, settings) {
  const { id } = (await post(panel, panel.dataset.url, { name, settings })) ?? {};
  if (!id) {
    return false;
  }
  panel.presets = [...panel.presets.filter((preset) => preset.id !== id && preset.name !== name), { id, name, settings }];
  list(panel, select, id);
  announce(message("preset-saved", { name }));
  return true;
}

export async function forget(panel, select) {
  const { value: id } = select;
  const name = select.selectedOptions[0].textContent;
  if (await post(panel, `${panel.dataset.url}${id}/delete`, {})) {
    panel.presets = panel.presets.filter((preset) => preset.id !== id);
    list(panel, select, "");
    panel.querySelector("[data-role=forget]").disabled = true;
    select.focus();
    announce(message("preset-deleted", { name }));
  }
}

function list(panel, select, chosen) {
  const byName = panel.presets.toSorted((one, other) => one.name.localeCompare(other.name));
  select.replaceChildren(select.options[0], ...byName.map(({ id, name }) => new Option(name, id)));
  select.value = chosen;
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
