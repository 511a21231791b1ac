import assert from "node:assert/strict";
import { test } from "node:test";

import { keptOf, valuesOf } from "../../../../static/playground/js/chat/settings/serialization.js";
import { paramsOf, schemaOf } from "../../../../static/playground/js/chat/settings/parameters.js";

const SCHEMA = '{"type": "object", "properties": {}}';
const REST = { spoken: false, voice: "", format: "", response_format: "text", schema: "" };

test("what is left at its default is left out", () => {
  assert.deepEqual(paramsOf({ system: "  ", temperature: "", top_p: null, seed: "x", ...REST }), {});
});

test("zero is a value, not a default", () => {
  assert.deepEqual(paramsOf({ system: "Be brief.", temperature: "0", seed: "0", max_tokens: "64", ...REST }), {
    system: "Be brief.", temperature: 0, max_tokens: 64, seed: 0,
  });
});

test("spoken answers ask for text and sound", () => {
  const values = { ...REST, spoken: true, voice: "alloy", format: "mp3" };
  assert.deepEqual(paramsOf(values), { modalities: ["text", "audio"], audio: { voice: "alloy", format: "mp3" } });
  assert.deepEqual(paramsOf(values, (name) => name !== "spoken"), {});
});

test("what the model does not know is not sent", () => {
  const values = { ...REST, temperature: "1.5", top_p: "0.5", response_format: "json_object" };
  assert.deepEqual(paramsOf(values, (name) => name === "top_p"), { top_p: 0.5 });
});

test("a schema is read, named and checked", () => {
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

test("a preset comes back as it was kept", () => {
  const values = {
    system: "Rhyme.", temperature: 0.2, top_p: null, max_tokens: null, seed: 7,
    spoken: true, voice: "gmw/en", format: "wav", response_format: "json_schema",
    schema: JSON.stringify(JSON.parse(SCHEMA), null, 2),
  };
  const kept = keptOf(values);
  assert.deepEqual(Object.keys(kept), ["system", "temperature", "seed", "spoken", "voice", "format", "response_format"]);
  assert.deepEqual(valuesOf(kept), values);
});

test("the fields of a chat body are understood as well", () => {
  const values = valuesOf({ modalities: ["text", "audio"], audio: { voice: "alloy", format: "mp3" }, response_format: { type: "json_object" } });
  assert.deepEqual([values.spoken, values.voice, values.format, values.response_format], [true, "alloy", "mp3", "json_object"]);
  assert.deepEqual(valuesOf(), { system: "", temperature: null, top_p: null, max_tokens: null, seed: null, ...REST });
});
