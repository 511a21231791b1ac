import assert from "node:assert/strict";
import test from "node:test";

import { floatToInt16, int16ToFloat, PcmDecoder } from "../../../static/playground/js/audio/pcm.js";

const bytesOf = (...samples) => new Uint8Array(Int16Array.from(samples).buffer);

test("whole samples come out as they went in", () => {
  const decoder = new PcmDecoder();
  assert.deepEqual([...decoder.decode(bytesOf(1, -2, 32767, -32768))], [1, -2, 32767, -32768]);
});

test("an incomplete sample waits for its other byte", () => {
  const decoder = new PcmDecoder();
  const bytes = bytesOf(258, -3, 700);
  const parts = [bytes.subarray(0, 1), bytes.subarray(1, 4), bytes.subarray(4, 5), bytes.subarray(5)];
  assert.deepEqual(parts.flatMap((part) => [...decoder.decode(part)]), [258, -3, 700]);
});

test("a frame at an odd offset of a larger buffer is read", () => {
  const carrier = new Uint8Array(9);
  carrier.set(bytesOf(11, -12, 13), 3);
  assert.deepEqual([...new PcmDecoder().decode(carrier.subarray(3))], [11, -12, 13]);
});

test("two channels become one, also across chunks", () => {
  const decoder = new PcmDecoder(2);
  const bytes = bytesOf(100, 300, -50, -150);
  const heard = [...decoder.decode(bytes.subarray(0, 3)), ...decoder.decode(bytes.subarray(3))];
  assert.deepEqual(heard, [200, -100]);
});

test("floats are bounded and keep both ends", () => {
  assert.deepEqual([...floatToInt16(Float32Array.of(-2, -1, 0, 1, 2))], [-32768, -32768, 0, 32767, 32767]);
});

test("samples become floats between -1 and 1", () => {
  assert.deepEqual([...int16ToFloat(Int16Array.of(-32768, 0, 16384))], [-1, 0, 0.5]);
});
