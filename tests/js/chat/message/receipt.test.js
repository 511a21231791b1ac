import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.document = { documentElement: { lang: "en" }, querySelectorAll: () => [] };
const { totalText } = await import("../../../../static/playground/js/chat/message/receipt.js");

test("what has no price is not called free", () => {
  assert.equal(totalText({ total: 0, unpriced: 2 }), "unpriced");
  assert.equal(totalText({ total: null, unpriced: 1 }), "unpriced");
});

test("where nothing was charged there is nothing to tell", () => {
  assert.equal(totalText({ total: null, unpriced: 0 }), "");
});

test("what costs nothing is free, and what has no price stands beside what has one", () => {
  assert.equal(totalText({ total: 0, unpriced: 0 }), "free");
  assert.equal(totalText({ total: "0.0016", unpriced: 1 }), "$0.0016 and-unpriced");
});
