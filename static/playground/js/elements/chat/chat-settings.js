// How a conversation is answered: model, system prompt, numbers, spoken answers, format; and presets of them.

import { NUMBERS, paramsOf, schemaOf } from "../../chat/settings/parameters.js";
import { readDraft, writeDraft } from "../../page/drafts.js";
import { message } from "../../page/messages.js";

/** Events that bubble: "settings-change", "model-change" {model, name, accepts}. */
class ChatSettings extends HTMLElement {
  presets = read("chat-presets") ?? [];
  #models = new Map((read("chat-models") ?? []).map((model) => [model.slug, model]));
  #own = { speaks: read("chat-speaks"), params: read("chat-params") };
  #hadSystem = false;

  connectedCallback() {
    this.addEventListener("input", (event) => this.#changed(event.target));
    this.addEventListener("submit", (event) => this.#preset(event, "save"));
    this.#part("name").addEventListener("click", (event) => this.#preset(event, "ask"));
    this.#part("forget").addEventListener("click", (event) => this.#preset(event, "forget"));
    this.#gate();
    this.#show();
    const draft = readDraft(this.#key);
    draft && this.#put(draft);
  }

  /** The slug of the model that answers next. */
  get model() {
    return this.#control("model").value;
  }

  /** Fields of a chat body, those at their default left out; `system` also empty where it was emptied. */
  params() {
    const params = paramsOf(this.values, (name) => this.#usable(name));
    return this.#hadSystem ? { system: "", ...params } : params;
  }

  /** What the controls hold; a number out of its range counts as not set. */
  get values() {
    const names = ["system", ...NUMBERS, "voice", "format", "response_format", "schema"];
    const held = names.map((name) => [name, this.#control(name)]);
    const values = held.map(([name, control]) => [name, control.validity.valid ? control.value : ""]);
    return { ...Object.fromEntries(values), spoken: this.#control("spoken").checked };
  }

  /** Settings as a preset or a conversation keeps them. */
  async load(settings = {}) {
    this.#hadSystem = Boolean(settings.system);
    await this.#put(settings);
    if (settings.model) {
      this.choose(settings.model);
    }
    this.#say("settings-change");
  }

  /** Goes on with another model; false where it is not to be had. */
  choose(slug) {
    const option = [...this.#control("model").options].find(({ value }) => value === slug);
    if (option && !option.selected) {
      option.selected = true;
      this.#switched();
    }
    return Boolean(option);
  }

  get #key() {
    return `settings:${this.dataset.model}`;
  }

  get #known() {
    const model = this.#models.get(this.model) ?? {};
    return this.model === this.dataset.model ? { ...this.#own, ...model } : model;
  }

  #usable(name) {
    const { params, speaks } = this.#known;
    if (name === "spoken") {
      return Boolean(speaks?.ok);
    }
    const told = name === "response_format" ? params?.length : NUMBERS.some((number) => params?.includes(number));
    return !told || params.includes(name);
  }

  #changed(control) {
    if (control === this.#part("preset")) {
      const preset = this.presets.find(({ id }) => id === control.value);
      preset && this.load(preset.settings);
      this.#part("forget").disabled = !preset;
    } else if (control.name === "model") {
      this.#switched();
    } else if (control.name !== "preset") {
      this.#show();
      this.#keep();
      this.#say("settings-change");
    }
  }

  #switched() {
    const { name = this.model, accepts } = this.#known;
    this.#gate();
    this.#show();
    this.#say("model-change", { model: this.model, name, accepts });
  }

  async #put(settings) {
    const { valuesOf } = await import("../../chat/settings/serialization.js");
    for (const [name, value] of Object.entries(valuesOf(settings))) {
      const control = this.#control(name);
      if (name === "spoken") {
        control.checked = value;
      } else if (control.tagName !== "SELECT" || [...control.options].some((option) => option.value === value)) {
        control.value = value ?? "";
      }
    }
    this.#show();
    this.#keep();
  }

  async #keep() {
    const { keptOf } = await import("../../chat/settings/serialization.js");
    writeDraft(this.#key, keptOf(this.values));
  }

  /** Controls of what the model does not know stay, and say so. */
  #gate() {
    const { speaks } = this.#known;
    this.#close(NUMBERS, "numbers", NUMBERS.every((name) => this.#usable(name)) ? "" : message("unknown-setting"));
    this.#close(["response_format"], "response_format", message("unknown-setting"));
    this.#close(["spoken"], "spoken", speaks?.why || message("unknown-setting"));
    fillSelect(this.#control("voice"), speaks?.voices ?? []);
    this.#control("voice").closest(".field").hidden = !speaks?.voices?.length;
    fillSelect(this.#control("format"), speaks?.formats ?? []);
  }

  #close(names, place, why) {
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
    this.#range(wrong[0]);
  }

  #range(control) {
    const place = this.querySelector("[data-field=range]");
    const { min, max } = control ?? {};
    place.textContent = control ? `${control.labels[0].textContent}: ${message(max ? "range" : "at-least", { min, max })}` : "";
  }

  async #preset(event, act) {
    event.preventDefault();
    const presets = await import("../../chat/settings/presets.js");
    presets[act](this, this.#part("preset"));
  }

  #say(type, detail = {}) {
    this.dispatchEvent(new CustomEvent(type, { bubbles: true, detail }));
  }

  #control(name) {
    return this.querySelector(`[name="${name}"]`);
  }

  #part(role) {
    return this.querySelector(`[data-role=${role}]`);
  }
}

/** Options from ids, or from {id, name}; the choice stays where it still can. */
function fillSelect(select, choices) {
  const { value } = select;
  select.replaceChildren(...choices.map((choice) => new Option(choice.name ?? choice.toUpperCase?.() ?? choice, choice.id ?? choice)));
  select.value = [...select.options].some((option) => option.value === value) ? value : select.options[0]?.value ?? "";
}

function read(id) {
  return JSON.parse(document.getElementById(id)?.textContent || "null");
}

customElements.define("chat-settings", ChatSettings);
