// Word times after an edit.

import assert from "node:assert/strict";
import { test } from "node:test";

import { retime, tokens } from "../../../static/playground/js/transcription/word-times.js";

const WORDS = ["and", "so", "my", "fellow", "americans"].map((word, index) => ({
  word, start: index, end: index + 0.8, confidence: 0.9,
}));

test("the same words keep their times, whatever their punctuation", () => {
  const timed = retime(WORDS, "And so, my fellow Americans:");
  assert.deepEqual(timed.map(({ start, end }) => [start, end]), WORDS.map(({ start, end }) => [start, end]));
  assert.deepEqual(timed.map(({ word }) => word), ["And", "so,", "my", "fellow", "Americans:"]);
  assert.equal(timed[0].confidence, 0.9);
});

test("a corrected word takes the time of the wrong one, and no confidence", () => {
  const timed = retime(WORDS, "and so our fellow americans");
  assert.deepEqual(timed[2], { word: "our", start: 2, end: 2.8 });
});

test("two words for one share its time in proportion to their length", () => {
  const timed = retime(WORDS, "and so my good men americans");
  assert.deepEqual(timed.slice(3, 5), [
    { word: "good", start: 3, end: 3.457 },
    { word: "men", start: 3.457, end: 3.8 },
  ]);
});

test("an inserted word is in the pause, at the ends inside the row", () => {
  const timed = retime(WORDS, "well and so then my fellow americans indeed", { start: -1, end: 6 });
  assert.deepEqual(timed[0], { word: "well", start: -1, end: 0 });
  assert.deepEqual(timed[3], { word: "then", start: 1.8, end: 2 });
  assert.deepEqual(timed.at(-1), { word: "indeed", start: 4.8, end: 6 });
});

test("times never run backwards", () => {
  for (const text of ["", "so", "americans and", "x y z so q americans w", "my my my"]) {
    const times = retime(WORDS, text).flatMap(({ start, end }) => [start, end]);
    assert.deepEqual(times, [...times].sort((left, right) => left - right));
  }
});

test("Chinese characters are words", () => {
  assert.deepEqual(tokens("你好 world"), ["你", "好", "world"]);
});
