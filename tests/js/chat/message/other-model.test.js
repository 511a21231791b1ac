import assert from "node:assert/strict";
import test from "node:test";

import { knownParams } from "../../../../static/playground/js/chat/message/other-model.js";

const SPOKEN = { modalities: ["text", "audio"], audio: { voice: "alloy", format: "mp3" } };

/** The controls of a model: `unknown` ones are switched off, `voices` are its own. */
const controls = (unknown, voices = []) => (name) => ({
  disabled: unknown.includes(name),
  options: name === "voice" ? voices.map((value) => ({ value })) : [],
});

test("what the other model does not know is left out", () => {
  const params = { system: "Rhyme.", temperature: 0.5, reasoning_effort: "low" };
  assert.deepEqual(knownParams(params, controls(["reasoning_effort"])), { system: "Rhyme.", temperature: 0.5 });
  assert.deepEqual(knownParams({ seed: 7, ...SPOKEN }, controls(["spoken"])), { seed: 7 });
});

test("a voice is kept where the other model has it, else its first speaks", () => {
  assert.deepEqual(knownParams(SPOKEN, controls([], ["echo", "alloy"])), SPOKEN);
  assert.equal(knownParams(SPOKEN, controls([], ["echo"])).audio.voice, "echo");
  assert.deepEqual(knownParams(SPOKEN, controls([])).audio, { format: "mp3" });
});

test("controls that no model lacks stay", () => {
  assert.deepEqual(knownParams({ system: "Rhyme." }, () => null), { system: "Rhyme." });
});
