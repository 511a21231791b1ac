import assert from "node:assert/strict";
import { mock, test } from "node:test";

globalThis.document = { documentElement: { lang: "en" }, querySelectorAll: () => [] };
const { conversionText, costText, errorNote, offerRetry } = await import("../../static/playground/js/results.js");

test("the title names the cause", () => {
  const titles = [undefined, 401, 402, 413, 429, 500, 502, 503, 504].map((code) => errorNote({ code }).title);
  const provider = ["provider", "provider", "provider"];
  assert.deepEqual(titles, ["lost", "signed-out", "over-budget", "too-long", "busy", "failed", ...provider]);
});

test("only errors that may pass are to be tried again, after the time that was told", () => {
  mock.timers.enable({ apis: ["setInterval"] });
  const button = { hidden: true };
  const note = { querySelector: () => button };
  offerRetry(note, { code: 402 }, () => {});
  assert.equal(button.hidden, true);
  offerRetry(note, { code: 429, metadata: { retry_after: 1.5 } }, "again");
  assert.deepEqual([button.hidden, button.disabled, button.textContent, button.onclick], [false, true, "retry-in", "again"]);
  mock.timers.tick(2000);
  assert.deepEqual([button.disabled, button.textContent], [false, "retry-now"]);
  mock.timers.reset();
});

test("an incomplete result is a warning with a link to its run", () => {
  const note = errorNote(null, { partial: true, run: "r1", receipt: { id: "gen-1" } });
  assert.deepEqual([note.kind, note.title, note.requestId], ["warn", "partial", "gen-1"]);
  assert.equal(note.action.url, "/runs/r1");
});

test("the provider's request id comes before the receipt's", () => {
  const error = { code: 500, metadata: { generation_id: "gen-2" } };
  assert.equal(errorNote(error, { receipt: { id: "gen-1" } }).requestId, "gen-2");
  assert.equal(errorNote(error).action, null);
});

test("a failed run is not charged, or says what it may have cost", () => {
  const failed = [0, 0.02].map((cost) => costText({ cost, outcome: "failed", basis: "estimated" }));
  assert.deepEqual(failed, ["not-charged", "≈ $0.02"]);
  assert.equal(costText({ cost: 0, outcome: "completed", basis: "computed" }), "free");
  assert.equal(costText({ cost: null, outcome: "failed", basis: "unpriced" }), "unpriced");
});

test("a receipt says which sound was converted, each way once", () => {
  const flac = { direction: "input", from: "flac", to: "wav" };
  assert.equal(conversionText({ conversions: [flac, flac, { direction: "output", from: "pcm", to: "mp3" }] }), "converted-input · converted-output");
  assert.equal(conversionText({}), "");
});
