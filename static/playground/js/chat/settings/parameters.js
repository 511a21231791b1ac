// The chat settings as fields of a chat request.

export const NUMBERS = ["temperature", "top_p", "max_tokens", "seed"];

/**
 * Fields of a chat body without those at their default, and `system`. `values` are those of the controls: numbers as text
 * or null, `reasoning_effort` a word or empty, `response_format` "text", "json_object" or "json_schema", the latter with `schema` as text.
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
  if (values.reasoning_effort && usable("reasoning_effort")) {
    params.reasoning_effort = values.reasoning_effort;
  }
  if (values.spoken && usable("spoken")) {
    params.modalities = ["text", "audio"];
    params.audio = { ...(values.voice ? { voice: values.voice } : {}), format: values.format || "wav" };
  }
  if (values.cache) {
    params.cache = { type: "exact_match" };
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
 * The schema that was typed: {value} ready to be sent, or {error: "schema-empty" | "schema-json" | "schema-object"}
 * with `detail`. A bare schema gets a name; one with `name` and `schema` is taken as it is.
 */
export function schemaOf(text = "") {
  if (!text.trim()) {
    return { error: "schema-empty" };
  }
  let parsed;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    return { error: "schema-json", detail: error.message };
  }
  if (!isObject(parsed)) {
    return { error: "schema-object" };
  }
  const whole = typeof parsed.name === "string" && isObject(parsed.schema);
  return { value: whole ? parsed : { name: "answer", schema: parsed } };
}

function numberOf(value) {
  const text = String(value ?? "").trim();
  return text === "" || !Number.isFinite(Number(text)) ? null : Number(text);
}

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
