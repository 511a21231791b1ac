// The settings of a conversation: model, system prompt, numbers, audio answers, response format; and presets of them.

import { NUMBERS, paramsOf, schemaOf } from "../../chat/settings/parameters.js";
import { readDraft, writeDraft } from "../../page/drafts.js";
import { message } from "../../page/messages.js";

/** Events that bubble: "settings-change", "model-change" {slug, ready, accepts} when the page shows another model. */
class ChatSettings extends HTMLElement {
  presets = JSON.parse(document.getElementById("chat-presets").textContent);
  /** Resolves once the page shows the model that was chosen last. */
  shown = null;
  #hadSystem = false;

  connectedCallback() {
    this.addEventListener("input", (event) => this.#changed(event.target));
    this.addEventListener("submit", (event) => this.#preset(event, "save"));
    this.#part("name").addEventListener("click", (event) => this.#preset(event, "toggleNameForm"));
    this.#part("forget").addEventListener("click", (event) => this.#preset(event, "remove"));
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
    const params = paramsOf(this.values, (name) => !this.#control(name).disabled);
    return this.#hadSystem ? { system: "", ...params } : params;
  }

  /** The values of the controls; a number out of range counts as not set. */
  get values() {
    const names = ["system", ...NUMBERS, "reasoning_effort", "voice", "format", "response_format", "schema"];
    const values = names.map((name) => {
      const { validity, value } = this.#control(name);
      return [name, validity.valid ? value : ""];
    });
    return { ...Object.fromEntries(values), spoken: this.#control("spoken").checked, cache: this.#control("cache").checked };
  }

  /** Loads the settings of a preset or a conversation. */
  async load(settings = {}) {
    this.#hadSystem = Boolean(settings.system);
    if (settings.model) {
      await this.choose(settings.model);
    }
    await this.#setValues(settings);
    this.#dispatch("settings-change");
  }

  /** Changes to another model; resolves once the page shows it. Without effect where it is not in the list. */
  async choose(slug) {
    const option = [...this.#control("model").options].find(({ value }) => value === slug);
    if (option && !option.selected) {
      option.selected = true;
      await this.#changeModel();
    }
  }

  get #key() {
    return `settings:${this.dataset.model}`;
  }

  #changed(control) {
    if (control === this.#part("preset")) {
      const preset = this.presets.find(({ id }) => id === control.value);
      preset && this.load(preset.settings);
      this.#part("forget").disabled = !preset;
    } else if (control.name === "model") {
      this.#changeModel();
    } else if (control.name !== "preset") {
      this.#show();
      this.#saveDraft();
      this.#dispatch("settings-change");
    }
  }

  #changeModel() {
    this.shown = this.#showModel();
    return this.shown;
  }

  async #showModel() {
    const note = this.querySelector("[data-field=model-error]");
    note.textContent = "";
    try {
      const { showModel } = await import("../../chat/settings/model-switch.js");
      await showModel(this.closest("chat-studio"), this);
    } catch {
      this.#control("model").value = this.dataset.model;
      note.textContent = message("model-not-changed");
    }
    this.#show();
    this.#saveDraft();
    this.#dispatch("settings-change");
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

  #show() {
    const { spoken, response_format: format, schema } = this.values;
    const wanted = format === "json_schema" && !this.#control("response_format").disabled;
    const { error, detail } = wanted ? schemaOf(schema) : {};
    this.#part("sound").hidden = !spoken || this.#control("spoken").disabled;
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

customElements.define("chat-settings", ChatSettings);
