// What is set beside a conversation, as fields of a chat request and back.

const NUMBERS = ["temperature", "top_p", "max_tokens", "seed"];

/**
 * Chat body fields, those at their default left out, and `system`. `values` is what the controls hold: numbers as text
 * or null, `response_format` "text", "json_object" or "json_schema", the latter with `schema` as text.
 */
export function paramsOf(values, usable = () => true) {
  const params = {};
  if (values.system?.trim()) {
    params.system = values.system;
  }
  for (const name of NUMBERS) {
    const value = numberOf(values[name]);
    if (value !== null && usable(name)) {
      params[name] = value;
    }
  }
  if (values.spoken && usable("spoken")) {
    params.modalities = ["text", "audio"];
    params.audio = { ...(values.voice ? { voice: values.voice } : {}), format: values.format || "wav" };
  }
  const format = usable("response_format") ? formatOf(values) : null;
  return format ? { ...params, response_format: format } : params;
}

function formatOf({ response_format: kind, schema }) {
  if (kind === "json_object") {
    return { type: kind };
  }
  const { value } = kind === "json_schema" ? schemaOf(schema) : {};
  return value ? { type: "json_schema", json_schema: value } : null;
}

/**
 * The schema a person wrote: {value} ready to be sent, or {error: "schema-empty" | "schema-json" | "schema-object"}
 * with `detail`. A bare schema gets a name; one with `name` and `schema` is taken as it is.
 */
export function schemaOf(text = "") {
  if (!text.trim()) {
    return { error: "schema-empty" };
  }
  let read;
  try {
    read = JSON.parse(text);
  } catch (error) {
    return { error: "schema-json", detail: error.message };
  }
  if (!isObject(read)) {
    return { error: "schema-object" };
  }
  const whole = typeof read.name === "string" && isObject(read.schema);
  return { value: whole ? read : { name: "answer", schema: read } };
}

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

function numberOf(value) {
  const text = String(value ?? "").trim();
  return text === "" || !Number.isFinite(Number(text)) ? null : Number(text);
}

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
