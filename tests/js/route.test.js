import assert from "node:assert/strict";
import { test } from "node:test";

const TEXTS = {
  "failure-upstream_rate_limited": "answered {status}",
  "failure-upstream_timeout": "did not answer in time",
  "failure-endpoint_full": "is full at the moment",
  "failure-other": "failed",
  "trying": "{provider} {failure}, trying {next}",
  "trying-again": "{provider} {failure}, trying again",
  "asking-too": "{provider} was late, asking {next} too",
  "model-at": "{model} at {provider}",
};
globalThis.CSS = { escape: (text) => text };
globalThis.document = {
  documentElement: { lang: "en" },
  querySelectorAll: () => [{ textContent: JSON.stringify(TEXTS) }],
  querySelector: () => null,
  getElementById: () => ({ textContent: JSON.stringify({ "lab/b": "Bass" }) }),
};
const { attemptText, failureText, hasRoute } = await import("../../static/playground/js/route.js");

const limited = { number: 1, provider: "OpenRouter", model: "lab/a", code: "upstream_rate_limited", status: 429 };

test("another provider, the same one again, another model", () => {
  assert.equal(attemptText({ ...limited, next_provider: "OpenAI", next_model: "lab/a" }), "OpenRouter answered 429, trying OpenAI");
  assert.equal(attemptText({ ...limited, next_provider: "OpenRouter", next_model: "lab/a" }), "OpenRouter answered 429, trying again");
  const other = { ...limited, next_model: "lab/b" };
  assert.equal(attemptText({ ...other, next_provider: "OpenAI" }), "OpenRouter answered 429, trying Bass at OpenAI");
  assert.equal(attemptText({ ...other, next_provider: "" }), "OpenRouter answered 429, trying Bass");
});

test("a late endpoint is told with the one that is asked as well", () => {
  const late = { number: 1, provider: "Azure", model: "lab/a", outcome: "late", next_provider: "OpenAI", next_model: "lab/a" };
  assert.equal(attemptText(late), "Azure was late, asking OpenAI too");
});

test("a model that is not asked interrupts nothing", () => {
  assert.equal(attemptText({ number: 0, provider: "", model: "lab/b", code: "wrong_endpoint" }), "");
});

test("an endpoint that is full is told, though it was not called", () => {
  const full = { number: 0, provider: "OpenRouter", model: "lab/a", code: "endpoint_full", status: null };
  assert.equal(attemptText({ ...full, next_provider: "OpenAI", next_model: "lab/a" }), "OpenRouter is full at the moment, trying OpenAI");
  assert.equal(attemptText({ ...full, next_provider: "", next_model: "lab/b" }), "OpenRouter is full at the moment, trying Bass");
});

test("failures without a status or without a name of their own", () => {
  const codes = [["upstream_timeout", 504], ["upstream_rate_limited", null], ["never_heard_of", 500], [undefined, undefined]];
  assert.deepEqual(codes.map(([code, status]) => failureText(code, status)), ["did not answer in time", "failed", "failed", "failed"]);
});

test("only a way with a turn is shown", () => {
  const receipts = [{}, { attempts: [{}] }, { attempts: [{}, {}] }, { attempts: [{}], skipped: [{}] }];
  assert.deepEqual(receipts.map(hasRoute), [false, false, true, true]);
});
