import assert from "node:assert/strict";
import test from "node:test";

import { applyEvent, formatJson, isEmpty, newAnswer, resetAnswer } from "../../../../static/playground/js/chat/conversation/answer.js";

const answerAfter = (...events) => events.reduce(applyEvent, newAnswer({ id: "a1" }));

test("text, reasoning and blocks add up", () => {
  const answer = answerAfter(
    { type: "reasoning.delta", text: "Hm" },
    { type: "reasoning.done", seconds: 1.2 },
    { type: "text.delta", text: "Good " },
    { type: "html.block", index: 0, html: "<p>Good</p>" },
    { type: "text.delta", text: "day", spoken: true },
    { type: "html.block", index: 0, html: "<p>Good day</p>" },
  );
  assert.equal(answer.text, "Good day");
  assert.deepEqual([answer.reasoning, answer.reasoning_seconds], ["Hm", 1.2]);
  assert.equal(answer.spoken, true);
  assert.deepEqual(answer.blocks, ["<p>Good day</p>"]);
});

test("fragments of a call become one call", () => {
  const { calls } = answerAfter(
    { type: "tool.call", id: "1", run: "r1", index: 0, call: "c1", name: "weather", arguments: "" },
    { type: "tool.call", id: "1", run: "r1", index: 0, call: "", name: "", arguments: '{"city":' },
    { type: "tool.call", id: "1", run: "r1", index: 1, call: "c2", name: "time" },
    { type: "tool.call", id: "1", run: "r1", index: 0, call: "", name: "", arguments: '"Oslo"}' },
  );
  assert.deepEqual(calls, [
    { id: "c1", name: "weather", arguments: '{"city":"Oslo"}' },
    { id: "c2", name: "time", arguments: "" },
  ]);
});

test("an answer ends as its run did", () => {
  const error = { code: 502, message: "no" };
  assert.equal(answerAfter({ type: "run.done", outcome: "stopped", receipt: null }).state, "stopped");
  assert.deepEqual(answerAfter({ type: "run.error", error }).error, error);
  assert.equal(answerAfter({ type: "run.error", error }).state, "failed");
});

test("an answer is empty until it has content", () => {
  assert.equal(isEmpty(answerAfter({ type: "run.started", run: "r1" })), true);
  assert.equal(isEmpty(answerAfter({ type: "image.ready", index: 0, url: "/a" })), false);
  assert.equal(isEmpty(answerAfter({ type: "text.delta", text: "a" })), false);
});

test("a repeated run doubles nothing", () => {
  const answer = answerAfter({ type: "text.delta", text: "Good " });
  applyEvent(resetAnswer(answer), { type: "text.delta", text: "Good " });
  assert.equal(answer.text, "Good ");
  assert.equal(answer.id, "a1");
});

test("arguments are indented where they are JSON", () => {
  assert.equal(formatJson('{"a":1}'), '{\n  "a": 1\n}');
  assert.equal(formatJson('{"a":'), '{"a":');
});
