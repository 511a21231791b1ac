import assert from "node:assert/strict";
import test from "node:test";

import { encodeWav } from "../../../static/playground/js/audio/wav.js";

test("the header of a WAV file describes its samples", () => {
  const view = new DataView(encodeWav(Int16Array.of(1, -1, 500), 24000));
  const text = (offset) => String.fromCharCode(...new Uint8Array(view.buffer, offset, 4));
  assert.deepEqual([text(0), text(8), text(12), text(36)], ["RIFF", "WAVE", "fmt ", "data"]);
  assert.deepEqual([view.getUint32(4, true), view.getUint32(40, true), view.byteLength], [42, 6, 50]);
  assert.deepEqual([view.getUint16(20, true), view.getUint16(22, true), view.getUint16(34, true)], [1, 1, 16]);
  assert.deepEqual([view.getUint32(24, true), view.getUint32(28, true), view.getUint16(32, true)], [24000, 48000, 2]);
  assert.deepEqual([44, 46, 48].map((at) => view.getInt16(at, true)), [1, -1, 500]);
});

test("two channels double the frame", () => {
  const view = new DataView(encodeWav(Int16Array.of(1, 2, 3, 4), 16000, 2));
  assert.deepEqual([view.getUint16(22, true), view.getUint32(28, true), view.getUint16(32, true)], [2, 64000, 4]);
});
