import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.document = { documentElement: { lang: "en" }, querySelectorAll: () => [] };
const { totalText } = await import("../../../../static/playground/js/chat/message/receipt.js");

test("an unpriced total is not free", () => {
  assert.equal(totalText({ total: 0, unpriced: 2 }), "unpriced");
  assert.equal(totalText({ total: null, unpriced: 1 }), "unpriced");
});

test("an empty total has no text", () => {
  assert.equal(totalText({ total: null, unpriced: 0 }), "");
});

test("a zero total is free, and unpriced answers are counted beside it", () => {
  assert.equal(totalText({ total: 0, unpriced: 0 }), "free");
  assert.equal(totalText({ total: "0.0016", unpriced: 1 }), "$0.0016 and-unpriced");
});
