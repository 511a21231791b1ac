import assert from "node:assert/strict";
import { test } from "node:test";

import { applyEvent } from "../../../static/playground/js/transcription/run-events.js";
import { Transcript } from "../../../static/playground/js/transcription/transcript.js";

const files = { set: (item, change) => Object.assign(item, change) };

function begin() {
  const item = { transcript: new Transcript(), first: null, clicked: 0 };
  const calls = [];
  const note = (name) => () => calls.push(name);
  const view = { transcript: item.transcript, refresh: note("refresh"), addSegment: note("segment"), redraw: note("words") };
  return { item, view, calls };
}

test("text, segments and words reach the transcript and the view that shows it", () => {
  const { item, view, calls } = begin();
  applyEvent({ type: "transcript.delta", text: "Hello there" }, item, files, view);
  applyEvent({ type: "transcript.segment", start: 0, end: 1, text: "Hello there" }, item, files, view);
  applyEvent({ type: "transcript.words", words: [{ word: "Hello", start: 0, end: 0.5 }] }, item, files, view);
  assert.deepEqual(calls, ["refresh", "segment", "words"]);
  assert.equal(item.transcript.rows[0].words[0].word, "Hello");
});

test("a view that shows another file stays as it is", () => {
  const { item, view, calls } = begin();
  view.transcript = new Transcript();
  applyEvent({ type: "transcript.delta", text: "Hello" }, item, files, view);
  assert.equal(item.transcript.text, "Hello");
  assert.deepEqual(calls, []);
});

test("the progress is a share where the total is known", () => {
  const { item, view } = begin();
  applyEvent({ type: "run.progress", done: 3, total: 12 }, item, files, view);
  assert.equal(item.progress, 0.25);
  applyEvent({ type: "run.progress", done: 3, total: null }, item, files, view);
  assert.equal(item.progress, null);
});

test("a place in the queue is no share", () => {
  const { item, view } = begin();
  applyEvent({ type: "run.progress", stage: "queue", done: 2, total: 5 }, item, files, view);
  assert.deepEqual([item.queued, item.done, item.total, item.progress], [true, 2, 5, null]);
});

test("the first text is timed once, and not for a resumed run", () => {
  const { item, view } = begin();
  applyEvent({ type: "transcript.delta", text: "a" }, item, files, view);
  const { first } = item;
  applyEvent({ type: "transcript.delta", text: "b" }, item, files, view);
  assert.ok(first > 0);
  assert.equal(item.first, first);
  const resumed = { transcript: new Transcript(), first: null, clicked: null };
  applyEvent({ type: "transcript.delta", text: "a" }, resumed, files, view);
  assert.equal(resumed.first, null);
});

test("a failed attempt is past once there is progress or a word", () => {
  for (const event of [{ type: "run.progress", done: 1, total: 4 }, { type: "transcript.delta", text: "Hello" }]) {
    const { item, view } = begin();
    item.tried = "Lab answered 429, trying again";
    applyEvent(event, item, files, view);
    assert.equal(item.tried, "");
  }
});
