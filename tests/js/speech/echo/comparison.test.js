import assert from "node:assert/strict";
import test from "node:test";

import { align, compare } from "../../../../static/playground/js/speech/echo/comparison.js";

test("a text that came back whole has lost nothing, whatever its case and marks", () => {
  const text = "Every voice begins — with a breath!";
  assert.deepEqual(compare(text, "every voice begins with a breath"), { total: 6, survived: 6, lost: [] });
});

test("a word heard as another is lost, with what was heard in its place", () => {
  assert.deepEqual(compare("Trains to Kyiv leave at noon.", "Trains to Keeve leave noon."), {
    total: 6,
    survived: 4,
    lost: [
      { word: "Kyiv", index: 2, heard: "Keeve" },
      { word: "at", index: 4, heard: "" },
    ],
  });
});

test("words written apart or together, accents and small numbers survive", () => {
  assert.equal(compare("A café open for three weekend days", "a cafe open for 3 week end days").survived, 7);
});

test("what Markdown leaves out is not expected, and indexes count every word of the text", () => {
  const text = "Look at https://example.org/a and `x = 1` now";
  assert.deepEqual(compare(text, "look at and", { plain: true }), {
    total: 4,
    survived: 3,
    lost: [{ word: "now", index: 9, heard: "" }],
  });
  assert.equal(compare(text, "look at and").total, 10);
});

test("every Chinese character is a word", () => {
  assert.deepEqual(compare("你好世界", "你好世间"), { total: 4, survived: 3, lost: [{ word: "界", index: 3, heard: "间" }] });
});

test("silence loses everything, and an empty text has nothing to lose", () => {
  assert.deepEqual(compare("One word", ""), {
    total: 2,
    survived: 0,
    lost: [
      { word: "One", index: 0, heard: "" },
      { word: "word", index: 1, heard: "" },
    ],
  });
  assert.deepEqual(compare("…", "anything"), { total: 0, survived: 0, lost: [] });
});

test("a long text is aligned within its band", () => {
  const words = Array.from({ length: 6000 }, (_, number) => `w${number}`);
  const heard = words.filter((_, number) => number % 50 !== 7);
  assert.equal(align(words, heard).length, heard.length);
});
