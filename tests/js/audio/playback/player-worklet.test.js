// The worklet, with stand-ins for the globals of the audio thread.

import assert from "node:assert/strict";
import test from "node:test";

let Processor = null;
globalThis.sampleRate = 24000;
globalThis.currentTime = 0;
globalThis.AudioWorkletProcessor = class {
  port = { onmessage: null, sent: [], postMessage: (report) => this.port.sent.push(report) };
};
globalThis.registerProcessor = (_, type) => { Processor = type; };
const { RingBuffer } = await import("../../../../static/playground/js/audio/playback/player-worklet.js");

function begin({ capacity = 24000, prebuffer = 256 } = {}) {
  const processor = new Processor({ processorOptions: { capacity, prebuffer } });
  const say = (order) => processor.port.onmessage({ data: { epoch: 0, ...order } });
  const hear = () => {
    const channel = new Float32Array(128);
    processor.process([], [[channel]]);
    return channel;
  };
  const sent = (type) => processor.port.sent.filter((report) => report.type === type);
  return { say, hear, sent };
}

const tone = (count) => new Int16Array(count).fill(1000);

test("the ring buffer returns samples in order across its end", () => {
  const ring = new RingBuffer(4);
  const target = new Float32Array(3);
  ring.write(Int16Array.of(16384, 8192, 4096));
  assert.equal(ring.read(target), 3);
  ring.write(Int16Array.of(-16384, -8192, 16384));
  assert.equal(ring.read(target), 3);
  assert.deepEqual([...target], [-0.5, -0.25, 0.5]);
  assert.equal(ring.length, 0);
});

test("the ring buffer throws where samples do not fit", () => {
  const ring = new RingBuffer(4);
  ring.write(Int16Array.of(1, 2, 3));
  assert.throws(() => ring.write(Int16Array.of(4, 5)), RangeError);
  assert.equal(ring.room, 1);
});

test("the ring buffer returns how many samples it read", () => {
  const ring = new RingBuffer(8);
  ring.write(Int16Array.of(32, 64));
  assert.equal(ring.read(new Float32Array(5)), 2);
});

test("playback waits for the prebuffer", () => {
  const { say, hear } = begin();
  say({ type: "feed", samples: tone(255) });
  assert.deepEqual(new Set(hear()), new Set([0]));
  say({ type: "feed", samples: tone(1) });
  assert.notEqual(hear()[0], 0);
});

test("audio shorter than the prebuffer plays once it is complete", () => {
  const { say, hear, sent } = begin();
  say({ type: "feed", samples: tone(100) });
  say({ type: "last" });
  hear();
  assert.deepEqual(sent("ended").map(({ consumed, played, underruns }) => [consumed, played, underruns]), [[100, 100, 0]]);
});

test("an underrun pauses and every sample is counted once", () => {
  const { say, hear, sent } = begin();
  say({ type: "feed", samples: tone(300) });
  for (let turn = 0; turn < 10; turn += 1) {
    hear();
  }
  assert.equal(sent("ended").length, 0);
  say({ type: "feed", samples: tone(400) });
  say({ type: "last" });
  for (let turn = 0; turn < 10; turn += 1) {
    hear();
  }
  assert.deepEqual(sent("ended").map(({ played, underruns }) => [played, underruns]), [[700, 1]]);
});

test("the first audible sample is reported once", () => {
  const { say, hear, sent } = begin({ prebuffer: 128 });
  say({ type: "feed", samples: new Int16Array(128) });
  hear();
  assert.equal(sent("first").length, 0);
  say({ type: "feed", samples: tone(256) });
  hear();
  hear();
  assert.equal(sent("first").length, 1);
});

test("a seek drops the buffered samples and keeps the count of played ones", () => {
  const { say, hear, sent } = begin({ prebuffer: 128 });
  say({ type: "feed", samples: tone(1000) });
  hear();
  say({ type: "flush", epoch: 1, fresh: false });
  say({ type: "feed", epoch: 0, samples: tone(500) });
  say({ type: "feed", epoch: 1, samples: tone(128) });
  say({ type: "last", epoch: 1 });
  hear();
  assert.deepEqual(sent("ended").map(({ epoch, consumed, played }) => [epoch, consumed, played]), [[1, 128, 256]]);
});
