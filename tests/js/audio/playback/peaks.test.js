import assert from "node:assert/strict";
import test from "node:test";

import { Peaks } from "../../../../static/playground/js/audio/playback/peaks.js";

const ramp = (count, value) => new Int16Array(count).fill(value);

test("a column is the peak of its samples, whatever their sign", () => {
  const peaks = new Peaks(4);
  peaks.append(Int16Array.of(0, 0, 0, 16384, 0, -32768, 0, 0));
  assert.deepEqual([...peaks.columns(2)], [0.5, 1]);
});

test("columns without samples are marked, not zero", () => {
  const peaks = new Peaks(4);
  peaks.append(ramp(8, 8192));
  assert.deepEqual([...peaks.columns(4, 16)], [0.25, 0.25, -1, -1]);
});

test("a bin that is not full counts already", () => {
  const peaks = new Peaks(64);
  peaks.append(Int16Array.of(16384));
  assert.deepEqual([...peaks.columns(1)], [0.5]);
});

test("the size of the chunks does not matter", () => {
  const samples = Int16Array.from({ length: 5000 }, (_, index) => (index * 37) % 20000);
  const whole = new Peaks(16);
  whole.append(samples);
  const parts = new Peaks(16);
  for (let from = 0; from < samples.length; from += 333) {
    parts.append(samples.subarray(from, from + 333));
  }
  assert.deepEqual(parts.columns(50), whole.columns(50));
});

test("long audio keeps its shape in the same number of bins", () => {
  const peaks = new Peaks(1);
  peaks.append(ramp(30000, 0));
  peaks.append(ramp(30000, 16384));
  const columns = [...peaks.columns(10)];
  assert.equal(peaks.length, 60000);
  assert.deepEqual([columns[0], columns[3], columns[6], columns[9]], [0, 0, 0.5, 0.5]);
});

test("without samples all columns are marked", () => {
  assert.deepEqual([...new Peaks().columns(3)], [-1, -1, -1]);
});
