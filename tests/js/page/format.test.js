import assert from "node:assert/strict";
import test from "node:test";

import { formatBytes } from "../../../static/playground/js/page/file-size.js";
import { formatClock, formatCost, formatSeconds } from "../../../static/playground/js/page/format.js";
import { fill } from "../../../static/playground/js/page/messages.js";

test("costs have as many digits as they need", () => {
  const costs = [12.5, 0.5, 0.0042, 0.00012, 0.0000021, 0.0000000001];
  assert.deepEqual(costs.map((cost) => formatCost(cost)), ["$12.50", "$0.50", "$0.0042", "$0.00012", "$0.0000021", "$0.0000000001"]);
});

test("costs are as the server writes them", () => {
  assert.deepEqual([15, 1234.5, 0.012345, 0.6].map((cost) => formatCost(cost)), ["$15", "$1,234.50", "$0.0123", "$0.60"]);
});

test("null is unpriced and zero is free", () => {
  assert.deepEqual([null, undefined, "", 0, "0"].map((cost) => formatCost(cost)), ["unpriced", "unpriced", "unpriced", "free", "free"]);
});

test("shorter durations have more digits", () => {
  assert.deepEqual([0.3216, 1.43, 42.4, 65.4].map((value) => formatSeconds(value)), ["0.32 s", "1.4 s", "42 s", "1:05"]);
});

test("clocks count hours only where there are any", () => {
  assert.deepEqual([0, 5.9, 725, 3723, Number.NaN].map((value) => formatClock(value)), ["0:00", "0:05", "12:05", "1:02:03", "0:00"]);
});

test("small files have a size too", () => {
  const sizes = [44, 5000, 348_160, 999_999, 1_200_000, 52_428_800];
  assert.deepEqual(sizes.map(formatBytes), ["0.043 kB", "4.9 kB", "340 kB", "977 kB", "1.1 MB", "50 MB"]);
});

test("patterns are filled and keep unknown placeholders", () => {
  assert.equal(fill("{count} of {total} {other}", { count: 3, total: 141 }), "3 of 141 {other}");
});
