import assert from "node:assert/strict";
import test from "node:test";

import { SentenceSplitter } from "../../../../static/playground/js/chat/read-aloud/sentences.js";

function split(text, step = text.length) {
  const splitter = new SentenceSplitter();
  const found = [];
  for (let at = 0; at < text.length; at += step) {
    found.push(...splitter.push(text.slice(at, at + step)));
  }
  return [...found, ...splitter.end()];
}

test("sentences are returned when they are complete", () => {
  const splitter = new SentenceSplitter();
  assert.deepEqual(splitter.push("Every voice begins. With a bre"), ["Every voice begins."]);
  assert.deepEqual(splitter.push("ath of air! "), ["With a breath of air!"]);
  assert.deepEqual(splitter.end(), []);
});

test("Chinese sentences end without a space", () => {
  assert.deepEqual(split("你好。今天天气很好！我们走吧"), ["你好。", "今天天气很好！", "我们走吧"]);
});

test("Russian sentences with quotes", () => {
  assert.deepEqual(split("«Пойдём сегодня гулять?» Он ответил не сразу. Конец"), [
    "«Пойдём сегодня гулять?»",
    "Он ответил не сразу.",
    "Конец",
  ]);
});

test("abbreviations, initials and numbers do not end a sentence", () => {
  assert.deepEqual(split("We met Dr. Watson, e.g. at 3.14 miles. Then we left."), [
    "We met Dr. Watson, e.g. at 3.14 miles.",
    "Then we left.",
  ]);
});

test("the items of a list are sentences", () => {
  assert.deepEqual(split("Take these things:\n1. The first thing\n2. The second thing\n"), [
    "Take these things:",
    "1. The first thing",
    "2. The second thing",
  ]);
});

test("a block of code is one piece", () => {
  const code = "```python\nprint('A. B. C.')\n\nprint('Done. Well.')\n```";
  assert.deepEqual(split(`Look at this code:\n${code}\nThat was it.`), ["Look at this code:", code, "That was it."]);
});

test("an unclosed block of code is returned at the end", () => {
  assert.deepEqual(split("```\nlet a = 1. \n\n let b"), ["```\nlet a = 1. \n\n let b"]);
});

test("the sentences do not depend on the chunks", () => {
  const text = "First of all a sentence. 你好。A second one follows? Yes!\n\n```js\nx. y. z\n```\nAnd the end.";
  for (const step of [1, 2, 3, 7]) {
    assert.deepEqual(split(text, step).join(" "), split(text).join(" "));
  }
});

test("a long text without a sentence end is cut at a space", () => {
  const pieces = split("word ".repeat(300));
  assert.ok(pieces.every((piece) => piece.length <= 600));
  assert.equal(pieces.join(" "), "word ".repeat(300).trim());
});

test("punctuation alone is no sentence", () => {
  assert.deepEqual(split("---\n\n***\n\n"), []);
});
