// The settings of a conversation: model, system prompt, numbers, audio answers, response format; and presets of them.

import { NUMBERS, paramsOf, schemaOf } from "../../chat/settings/parameters.js";
import { readDraft, writeDraft } from "../../page/drafts.js";
import { message } from "../../page/messages.js";

/** Events that bubble: "settings-change", "model-change" {model, name, accepts}. */
class ChatSettings extends HTMLElement {
  presets = readJson("chat-presets") ?? [];
  #models = new Map((readJson("chat-models") ?? []).map((model) => [model.slug, model]));
  #own = { speaks: readJson("chat-speaks"), params: readJson("chat-params") };
  #hadSystem = false;

  connectedCallback() {
    this.addEventListener("input", (event) => this.#changed(event.target));
    this.addEventListener("submit", (event) => this.#preset(event, "save"));
    this.#part("name").addEventListener("click", (event) => this.#preset(event, "toggleNameForm"));
    this.#part("forget").addEventListener("click", (event) => this.#preset(event, "remove"));
    this.#updateControls();
    this.#show();
    const draft = readDraft(this.#key);
    draft && this.#setValues(draft);
  }

  /** The slug of the model that answers next. */
  get model() {
    return this.#control("model").value;
  }

  /** Fields of a chat body without those at their default; `system` is an empty text where it was removed. */
  params() {
    const params = paramsOf(this.values, (name) => this.#usable(name));
    return this.#hadSystem ? { system: "", ...params } : params;
  }

  /** The values of the controls; a number out of range counts as not set. */
  get values() {
    const names = ["system", ...NUMBERS, "voice", "format", "response_format", "schema"];
    const values = names.map((name) => {
      const { validity, value } = this.#control(name);
      return [name, validity.valid ? value : ""];
    });
    return { ...Object.fromEntries(values), spoken: this.#control("spoken").checked, cache: this.#control("cache").checked };
  }

  /** Loads the settings of a preset or a conversation. */
  async load(settings = {}) {
    this.#hadSystem = Boolean(settings.system);
    await this.#setValues(settings);
    if (settings.model) {
      this.choose(settings.model);
    }
    this.#dispatch("settings-change");
  }

  /** Changes to another model; false where it is not in the list. */
  choose(slug) {
    const option = [...this.#control("model").options].find(({ value }) => value === slug);
    if (option && !option.selected) {
      option.selected = true;
      this.#modelChanged();
    }
    return Boolean(option);
  }

  get #key() {
    return `settings:${this.dataset.model}`;
  }

  get #modelFacts() {
    const model = this.#models.get(this.model) ?? {};
    return this.model === this.dataset.model ? { ...this.#own, ...model } : model;
  }

  #usable(name) {
    const { params, speaks } = this.#modelFacts;
    if (name === "spoken") {
      return Boolean(speaks?.ok);
    }
    const supported = name === "response_format" ? params?.length : NUMBERS.some((number) => params?.includes(number));
    return !supported || params.includes(name);
  }

  #changed(control) {
    if (control === this.#part("preset")) {
      const preset = this.presets.find(({ id }) => id === control.value);
      preset && this.load(preset.settings);
      this.#part("forget").disabled = !preset;
    } else if (control.name === "model") {
      this.#modelChanged();
    } else if (control.name !== "preset") {
      this.#show();
      this.#saveDraft();
      this.#dispatch("settings-change");
    }
  }

  #modelChanged() {
    const { name = this.model, accepts } = this.#modelFacts;
    this.#updateControls();
    this.#show();
    this.#dispatch("model-change", { model: this.model, name, accepts });
  }

  async #setValues(settings) {
    const { controlValues } = await import("../../chat/settings/serialization.js");
    for (const [name, value] of Object.entries(controlValues(settings))) {
      const control = this.#control(name);
      if (control.type === "checkbox") {
        control.checked = value;
      } else if (control.tagName !== "SELECT" || [...control.options].some((option) => option.value === value)) {
        control.value = value ?? "";
      }
    }
    this.#show();
    this.#saveDraft();
  }

  async #saveDraft() {
    const { serializeSettings } = await import("../../chat/settings/serialization.js");
    writeDraft(this.#key, serializeSettings(this.values));
  }

  /** Disables the controls that the model does not support, with a note. */
  #updateControls() {
    const { speaks } = this.#modelFacts;
    this.#disable(NUMBERS, "numbers", NUMBERS.every((name) => this.#usable(name)) ? "" : message("unknown-setting"));
    this.#disable(["response_format"], "response_format", message("unknown-setting"));
    this.#disable(["spoken"], "spoken", speaks?.why || message("unknown-setting"));
    fillSelect(this.#control("voice"), speaks?.voices ?? []);
    this.#control("voice").closest(".field").hidden = !speaks?.voices?.length;
    fillSelect(this.#control("format"), speaks?.formats ?? []);
  }

  #disable(names, place, why) {
    const note = this.querySelector(`[data-why=${place}]`);
    const closed = names.filter((name) => !this.#usable(name));
    for (const name of names) {
      const control = this.#control(name);
      control.disabled = closed.includes(name);
      control.toggleAttribute("aria-describedby", false);
      control.disabled && control.setAttribute("aria-describedby", note.id);
    }
    note.hidden = !closed.length;
    note.textContent = why;
  }

  #show() {
    const { spoken, response_format: format, schema } = this.values;
    const wanted = format === "json_schema" && this.#usable("response_format");
    const { error, detail } = wanted ? schemaOf(schema) : {};
    this.#part("sound").hidden = !spoken || !this.#usable("spoken");
    this.#part("schema").hidden = !wanted;
    this.querySelector("[data-field=schema-error]").textContent = error ? message(error, { detail }) : "";
    this.#control("schema").setAttribute("aria-invalid", String(Boolean(error)));
    const wrong = NUMBERS.map((name) => this.#control(name)).filter((control) => {
      control.setAttribute("aria-invalid", String(!control.validity.valid));
      return !control.validity.valid;
    });
    this.#showRange(wrong[0]);
  }

  #showRange(control) {
    const place = this.querySelector("[data-field=range]");
    const { min, max } = control ?? {};
    place.textContent = control ? `${control.labels[0].textContent}: ${message(max ? "range" : "at-least", { min, max })}` : "";
  }

  async #preset(event, act) {
    event.preventDefault();
    const presets = await import("../../chat/settings/presets.js");
    presets[act](this, this.#part("preset"));
  }

  #dispatch(type, detail = {}) {
    this.dispatchEvent(new CustomEvent(type, { bubbles: true, detail }));
  }

  #control(name) {
    return this.querySelector(`[name="${name}"]`);
  }

  #part(role) {
    return this.querySelector(`[data-role=${role}]`);
  }
}

/** Options from ids or from {id, name}; the selected one stays where it still exists. */
function fillSelect(select, choices) {
  const { value } = select;
  select.replaceChildren(...choices.map((choice) => new Option(choice.name ?? choice.toUpperCase?.() ?? choice, choice.id ?? choice)));
  select.value = [...select.options].some((option) => option.value === value) ? value : select.options[0]?.value ?? "";
}

function readJson(id) {
  return JSON.parse(document.getElementById(id)?.textContent || "null");
}

customElements.define("chat-settings", ChatSettings);
