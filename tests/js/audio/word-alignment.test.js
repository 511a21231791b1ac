import assert from "node:assert/strict";
import test from "node:test";

import { WordAligner, wordAt } from "../../../static/playground/js/audio/word-alignment.js";

test("words are found in order, repeated ones too", () => {
  const text = "The end, the end.";
  const aligner = new WordAligner(text);
  const found = ["The", "end", "the", "end"].map((word) => aligner.next(word));
  assert.deepEqual(found.map(({ from, to }) => [from, to]), [[0, 3], [4, 7], [9, 12], [13, 16]]);
});

test("a word that is not in the text has an empty range", () => {
  const aligner = new WordAligner("It costs 42 euro");
  assert.deepEqual(["It", "costs", "forty", "euro"].map((word) => aligner.next(word)), [
    { from: 0, to: 2 }, { from: 3, to: 8 }, { from: 8, to: 8 }, { from: 12, to: 16 },
  ]);
});

test("case does not matter", () => {
  assert.deepEqual(new WordAligner("Море было").next("море"), { from: 0, to: 4 });
});

test("the current word is the last one that has started", () => {
  const words = [{ start: 0.1 }, { start: 0.5 }, { start: 0.9 }];
  assert.deepEqual([0, 0.1, 0.6, 5].map((time) => wordAt(words, time)), [-1, 0, 1, 2]);
});
