import assert from "node:assert/strict";
import test from "node:test";

import { newAnswer, note, readable, restart, silent } from "../../../../static/playground/js/chat/conversation/answer.js";

const told = (...events) => events.reduce(note, newAnswer({ id: "a1" }));

test("text, reasoning and blocks add up", () => {
  const answer = told(
    { type: "reasoning.delta", text: "Hm" },
    { type: "text.delta", text: "Good " },
    { type: "html.block", index: 0, html: "<p>Good</p>" },
    { type: "text.delta", text: "day", spoken: true },
    { type: "html.block", index: 0, html: "<p>Good day</p>" },
  );
  assert.equal(answer.text, "Good day");
  assert.equal(answer.reasoning, "Hm");
  assert.equal(answer.spoken, true);
  assert.deepEqual(answer.blocks, ["<p>Good day</p>"]);
});

test("fragments of a call become one call", () => {
  const { calls } = told(
    { type: "tool.call", index: 0, id: "c1", name: "weather", arguments: "" },
    { type: "tool.call", index: 0, arguments: '{"city":' },
    { type: "tool.call", index: 1, id: "c2", name: "time" },
    { type: "tool.call", index: 0, arguments: '"Oslo"}' },
  );
  assert.deepEqual(calls, [
    { id: "c1", name: "weather", arguments: '{"city":"Oslo"}' },
    { id: "c2", name: "time", arguments: "" },
  ]);
});

test("an answer ends as its run did", () => {
  const error = { code: 502, message: "no" };
  assert.equal(told({ type: "run.done", outcome: "stopped", receipt: null }).state, "stopped");
  assert.deepEqual(told({ type: "run.error", error }).error, error);
  assert.equal(told({ type: "run.error", error }).state, "failed");
});

test("an answer is silent until something can be read, seen or heard", () => {
  assert.equal(silent(told({ type: "run.started", run: "r1" })), true);
  assert.equal(silent(told({ type: "image.ready", index: 0, url: "/a" })), false);
  assert.equal(silent(told({ type: "text.delta", text: "a" })), false);
});

test("a run told again from its beginning doubles nothing", () => {
  const answer = told({ type: "text.delta", text: "Good " });
  note(restart(answer), { type: "text.delta", text: "Good " });
  assert.equal(answer.text, "Good ");
  assert.equal(answer.id, "a1");
});

test("arguments are indented where they are JSON", () => {
  assert.equal(readable('{"a":1}'), '{\n  "a": 1\n}');
  assert.equal(readable('{"a":'), '{"a":');
});
