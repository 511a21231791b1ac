// Settings as a preset, a draft or a conversation keeps them, and back into the controls.

import { NUMBERS, paramsOf } from "./parameters.js";

/** What controls hold for kept settings: flat as a preset keeps them, or fields of a chat body. */
export function valuesOf(settings = {}) {
  const { audio = {}, modalities = [], response_format: format } = settings;
  const kind = typeof format === "string" ? format : format?.type ?? "text";
  return {
    system: settings.system ?? "",
    ...Object.fromEntries(NUMBERS.map((name) => [name, settings[name] ?? null])),
    spoken: settings.spoken ?? modalities.includes("audio"),
    voice: settings.voice ?? audio.voice ?? "",
    format: settings.format ?? audio.format ?? "",
    response_format: kind,
    schema: settings.schema ?? written(format),
  };
}

/** Settings as a preset keeps them: what is at its default is left out. */
export function keptOf(values) {
  const { system, temperature, top_p, max_tokens, seed, response_format: format } = paramsOf(values);
  const sound = values.spoken ? { spoken: true, voice: values.voice, format: values.format } : {};
  const kept = { system, temperature, top_p, max_tokens, seed, ...sound, response_format: format };
  return Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined && value !== ""));
}

function written(format) {
  if (format?.type !== "json_schema") {
    return "";
  }
  const { json_schema: whole } = format;
  const bare = whole.name === "answer" && Object.keys(whole).length === 2;
  return JSON.stringify(bare ? whole.schema : whole, null, 2);
}
