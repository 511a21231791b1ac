import assert from "node:assert/strict";
import { test } from "node:test";

import { controlValues, serializeSettings } from "../../../../static/playground/js/chat/settings/serialization.js";
import { paramsOf, schemaOf } from "../../../../static/playground/js/chat/settings/parameters.js";

const SCHEMA = '{"type": "object", "properties": {}}';
const REST = { reasoning_effort: "", cache: false, spoken: false, voice: "", format: "", response_format: "text", schema: "" };

test("values at their default are left out", () => {
  assert.deepEqual(paramsOf({ system: "  ", temperature: "", top_p: null, seed: "x", ...REST }), {});
});

test("zero is a value, not a default", () => {
  assert.deepEqual(paramsOf({ system: "Be brief.", temperature: "0", seed: "0", max_tokens: "64", ...REST }), {
    system: "Be brief.", temperature: 0, max_tokens: 64, seed: 0,
  });
});

test("an effort is asked where the model reasons", () => {
  assert.deepEqual(paramsOf({ ...REST, reasoning_effort: "high" }), { reasoning_effort: "high" });
  assert.deepEqual(paramsOf({ ...REST, reasoning_effort: "high" }, (name) => name !== "reasoning_effort"), {});
});

test("an audio answer requests text and audio", () => {
  const values = { ...REST, spoken: true, voice: "alloy", format: "mp3" };
  assert.deepEqual(paramsOf(values), { modalities: ["text", "audio"], audio: { voice: "alloy", format: "mp3" } });
  assert.deepEqual(paramsOf(values, (name) => name !== "spoken"), {});
});

test("parameters that the model does not support are not sent", () => {
  const values = { ...REST, temperature: "1.5", top_p: "0.5", response_format: "json_object" };
  assert.deepEqual(paramsOf(values, (name) => name === "top_p"), { top_p: 0.5 });
});

test("a schema is parsed, named and checked", () => {
  assert.deepEqual(schemaOf(SCHEMA), { value: { name: "answer", schema: { type: "object", properties: {} } } });
  const whole = { name: "city", strict: true, schema: { type: "object" } };
  assert.deepEqual(schemaOf(JSON.stringify(whole)), { value: whole });
  assert.deepEqual(schemaOf(" "), { error: "schema-empty" });
  assert.deepEqual(schemaOf("[1]"), { error: "schema-object" });
  assert.equal(schemaOf('{"a": }').error, "schema-json");
  assert.match(schemaOf('{"a": }').detail, /JSON/);
});

test("a broken schema is never sent", () => {
  assert.deepEqual(paramsOf({ ...REST, response_format: "json_schema", schema: "{" }), {});
  assert.deepEqual(paramsOf({ ...REST, response_format: "json_schema", schema: SCHEMA }), {
    response_format: { type: "json_schema", json_schema: { name: "answer", schema: { type: "object", properties: {} } } },
  });
});

test("a preset is loaded as it was stored", () => {
  const values = {
    system: "Rhyme.", temperature: 0.2, top_p: null, max_tokens: null, seed: 7,
    reasoning_effort: "low", cache: true, spoken: true, voice: "gmw/en", format: "wav", response_format: "json_schema",
    schema: JSON.stringify(JSON.parse(SCHEMA), null, 2),
  };
  const kept = serializeSettings(values);
  assert.deepEqual(Object.keys(kept), ["system", "temperature", "seed", "reasoning_effort", "spoken", "voice", "format", "cache", "response_format"]);
  assert.deepEqual(controlValues(kept), values);
});

test("the fields of a chat body are loaded too", () => {
  const values = controlValues({ modalities: ["text", "audio"], audio: { voice: "alloy", format: "mp3" }, response_format: { type: "json_object" } });
  assert.deepEqual([values.spoken, values.voice, values.format, values.response_format], [true, "alloy", "mp3", "json_object"]);
  assert.deepEqual(controlValues(), { system: "", temperature: null, top_p: null, max_tokens: null, seed: null, ...REST });
});

test("the cache is asked only where that is on", () => {
  assert.deepEqual(paramsOf({ ...REST, cache: true }), { cache: { type: "exact_match" } });
  assert.deepEqual(paramsOf(REST), {});
  assert.equal(controlValues({ cache: { type: "exact_match" } }).cache, true);
});
