// Settings as a preset, a draft or a conversation stores them, from and to the values of the controls.

import { NUMBERS, paramsOf } from "./parameters.js";

/** The controls' values for stored settings, which are flat as in a preset, or fields of a chat body. */
export function controlValues(settings = {}) {
  const { audio = {}, modalities = [], response_format: format } = settings;
  const kind = typeof format === "string" ? format : format?.type ?? "text";
  return {
    system: settings.system ?? "",
    ...Object.fromEntries(NUMBERS.map((name) => [name, settings[name] ?? null])),
    reasoning_effort: settings.reasoning_effort ?? "",
    spoken: settings.spoken ?? modalities.includes("audio"),
    voice: settings.voice ?? audio.voice ?? "",
    format: settings.format ?? audio.format ?? "",
    cache: Boolean(settings.cache),
    response_format: kind,
    schema: settings.schema ?? schemaText(format),
  };
}

/** The settings to store, without what is at its default. */
export function serializeSettings(values) {
  const { system, temperature, top_p, max_tokens, seed, reasoning_effort, response_format: format } = paramsOf(values);
  const audio = values.spoken ? { spoken: true, voice: values.voice, format: values.format } : {};
  const stored = { system, temperature, top_p, max_tokens, seed, reasoning_effort, ...audio, cache: Boolean(values.cache) || undefined, response_format: format };
  return Object.fromEntries(Object.entries(stored).filter(([, value]) => value !== undefined && value !== ""));
}

function schemaText(format) {
  if (format?.type !== "json_schema") {
    return "";
  }
  const { json_schema: whole } = format;
  const bare = whole.name === "answer" && Object.keys(whole).length === 2;
  return JSON.stringify(bare ? whole.schema : whole, null, 2);
}
