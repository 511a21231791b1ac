import assert from "node:assert/strict";
import test from "node:test";

import { readFrame, RunTable } from "../../../static/playground/js/wire/run-table.js";

function frame(number, seq, ...bytes) {
  const view = new DataView(new ArrayBuffer(8 + bytes.length));
  view.setUint32(0, number);
  view.setUint32(4, seq);
  bytes.forEach((byte, index) => view.setUint8(8 + index, byte));
  return view.buffer;
}

function begin(options) {
  const table = new RunTable();
  const heard = [];
  const entry = table.add("c1", { type: "run.start", id: "c1" }, (event) => heard.push(event), options);
  entry.sent = true;
  return { table, heard, seen: () => heard.map((event) => [event.type, event.seq]) };
}

const started = { type: "run.started", id: "c1", run: "r1", seq: 1, number: 4294967295 };

test("a frame is number, seq and audio, big-endian", () => {
  const { number, seq, bytes } = readFrame(frame(4294967295, 258, 7, 8));
  assert.deepEqual([number, seq, ...bytes], [4294967295, 258, 7, 8]);
});

test("a frame without a header is ignored", () => {
  assert.equal(readFrame(new ArrayBuffer(7)), null);
});

test("audio reaches the run of its number", () => {
  const { table, heard } = begin();
  table.accept(started);
  table.acceptBinary(frame(4294967295, 2, 9, 9));
  table.acceptBinary(frame(3, 3, 1));
  assert.deepEqual(heard[1], { type: "audio.chunk", id: "c1", run: "r1", seq: 2, bytes: Uint8Array.of(9, 9) });
  assert.equal(heard.length, 2);
});

test("a repeated event is not passed on", () => {
  const { table, seen } = begin();
  for (const event of [started, { type: "text.delta", id: "c1", seq: 2 }, { type: "text.delta", id: "c1", seq: 2 }]) {
    table.accept(event);
  }
  assert.deepEqual(seen(), [["run.started", 1], ["text.delta", 2]]);
});

test("a reconnect resumes after the last seq, with a new number", () => {
  const { table, seen } = begin();
  table.accept(started);
  table.acceptBinary(frame(4294967295, 2, 1));
  assert.deepEqual(table.reconnect(), [{ type: "run.resume", id: "c1", run: "r1", after: 2 }]);
  table.acceptBinary(frame(4294967295, 3, 1));
  table.accept({ ...started, number: 5 });
  table.acceptBinary(frame(5, 2, 1));
  table.acceptBinary(frame(5, 3, 1));
  assert.deepEqual(seen(), [["run.started", 1], ["audio.chunk", 2], ["audio.chunk", 3]]);
});

test("a start that was never confirmed ends, it is not sent twice", () => {
  const { table, heard } = begin();
  assert.deepEqual(table.reconnect(), []);
  assert.deepEqual([heard[0].type, heard[0].error.type, table.size], ["run.error", "connection_lost", 0]);
});

test("a start that was never sent is sent", () => {
  const table = new RunTable();
  table.add("c1", { type: "run.start", id: "c1" }, () => {});
  assert.deepEqual(table.reconnect(), [{ type: "run.start", id: "c1" }]);
});

test("a stop while the socket was down is sent after the resume", () => {
  const { table } = begin();
  table.accept(started);
  table.stop("c1");
  assert.deepEqual(table.reconnect().map((said) => said.type), ["run.resume", "run.stop"]);
});

test("a run ends once and its number is free", () => {
  const { table, seen } = begin();
  table.accept(started);
  table.accept({ type: "run.done", id: "c1", seq: 2, outcome: "completed" });
  table.accept({ type: "run.done", id: "c1", seq: 3, outcome: "completed" });
  table.acceptBinary(frame(4294967295, 4, 1));
  assert.deepEqual([seen(), table.size], [[["run.started", 1], ["run.done", 2]], 0]);
});

test("an answer to a bad frame ends the run it names", () => {
  const { table, heard } = begin();
  table.accept({ type: "error", id: "c1", error: { code: 400, type: "invalid" } });
  assert.deepEqual(heard, [{ type: "run.error", id: "c1", error: { code: 400, type: "invalid" } }]);
});

test("abandoning ends only runs the server has not confirmed", () => {
  const { table, heard } = begin();
  table.accept(started);
  const waiting = [];
  table.add("c2", {}, (event) => waiting.push(event.error.type));
  table.abandonUnconfirmed();
  assert.deepEqual([waiting, heard.length, table.size], [["connection_lost"], 1, 1]);
});
