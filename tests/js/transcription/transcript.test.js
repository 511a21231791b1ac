// Rows from words, segments and text in any order.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Transcript } from "../../../static/playground/js/transcription/transcript.js";

const words = (...timed) => timed.map(([word, start, end, speaker]) => ({ word, start, end, ...(speaker && { speaker }) }));
const texts = (transcript) => transcript.rows.map((row) => row.text);

test("text comes before its segment: it is pending, then a row", () => {
  const transcript = new Transcript();
  transcript.delta("ask not");
  assert.equal(transcript.pending, "ask not");
  transcript.segment({ id: 0, start: 0, end: 1, text: "ask not" });
  assert.equal(transcript.pending, "");
  transcript.delta(" what your");
  assert.equal(transcript.pending, "what your");
  assert.deepEqual(texts(transcript.finish()), ["ask not"]);
});

test("a segment before its text is not doubled", () => {
  const transcript = new Transcript();
  transcript.segment({ id: 0, start: 0, end: 1, text: " ask not " });
  transcript.delta("ask not ");
  assert.equal(transcript.pending, "");
  assert.deepEqual(texts(transcript), ["ask not"]);
});

test("words find their row, before it and after it", () => {
  const transcript = new Transcript();
  assert.deepEqual(transcript.addWords(words(["ask", 0.1, 0.4])), []);
  const row = transcript.segment({ id: 0, start: 0, end: 1, text: "ask not" });
  assert.deepEqual(transcript.addWords(words(["not", 0.5, 0.9])), [row]);
  assert.deepEqual(row.words.map(({ word }) => word), ["ask", "not"]);
});

test("words without segments become rows at pauses and speakers", () => {
  const transcript = new Transcript();
  transcript.addWords(words(["a", 0, 1, "A"], ["b", 1.1, 2, "A"], ["c", 2.1, 3, "B"], ["d", 5, 6, "B"]));
  transcript.finish();
  assert.deepEqual(texts(transcript), ["a b", "c", "d"]);
  assert.deepEqual(transcript.rows.map((row) => [row.start, row.end, row.speaker]), [[0, 2, "A"], [2.1, 3, "B"], [5, 6, "B"]]);
});

test("a text without times is one row without times", () => {
  const transcript = new Transcript();
  transcript.delta(" only text ");
  transcript.finish();
  assert.deepEqual(texts(transcript), ["only text"]);
  assert.equal(transcript.rows[0].start, null);
  assert.deepEqual(transcript.body(), { text: "only text", segments: [], words: [], speakers: {} });
});

test("a stored transcript is loaded", () => {
  const kept = {
    text: "ask not",
    segments: [{ id: 0, start: 0, end: 1, text: "ask not", speaker: "A" }],
    words: words(["ask", 0, 0.5], ["not", 0.5, 1]),
    speakers: { A: "Ann" },
  };
  assert.deepEqual(new Transcript().load(kept).body(), kept);
});
