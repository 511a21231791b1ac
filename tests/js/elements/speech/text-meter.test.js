import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.HTMLElement = class {};
globalThis.customElements = { define: () => {} };
const { countCharacters } = await import("../../../../static/playground/js/elements/speech/text-meter.js");

test("characters are code points", () => {
  assert.deepEqual(["", "abc", "море", "你好", "a😀b", "\ud83d"].map(countCharacters), [0, 3, 4, 2, 3, 1]);
});
