import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { PlaygroundSocket } from "../../../static/playground/js/wire/socket.js";

let opened = [];

class FakeSocket {
  readyState = 0;
  sent = [];

  constructor(url) {
    this.url = url;
    opened.push(this);
  }

  open() {
    this.readyState = 1;
    this.onopen();
  }

  send(text) {
    this.sent.push(JSON.parse(text));
  }

  say(event) {
    this.onmessage({ data: JSON.stringify(event) });
  }

  close(code = 1006) {
    this.readyState = 3;
    this.onclose({ code });
  }
}

let page = null;

beforeEach(() => {
  opened = [];
  globalThis.WebSocket = FakeSocket;
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  page = new PlaygroundSocket("ws://test/ws/playground/");
});

/** The watch, which the first run loads, has begun by then: its timer is a mocked one. */
afterEach(async () => {
  await import("../../../static/playground/js/wire/connection-watch.js");
  await new Promise((next) => setImmediate(next));
  mock.timers.reset();
});

function start(listener = () => {}) {
  return page.start({ task: "speech", model: "local/espeak-ng", params: { input: "Hello" } }, listener);
}

test("a run started before the socket is open waits for it", () => {
  const run = start();
  assert.deepEqual(opened[0].sent, []);
  opened[0].open();
  assert.deepEqual(opened[0].sent, [
    { type: "run.start", id: run.id, task: "speech", model: "local/espeak-ng", params: { input: "Hello" } },
  ]);
});

test("a run has its id and whether it is done", () => {
  opened[0].open();
  const heard = [];
  const run = start((event) => heard.push(event.type));
  opened[0].say({ type: "run.started", id: run.id, run: "r1", seq: 1, number: 1 });
  assert.deepEqual([run.run, run.done], ["r1", false]);
  opened[0].say({ type: "run.done", id: run.id, run: "r1", seq: 2, outcome: "completed" });
  assert.deepEqual([run.done, heard], [true, ["run.started", "run.done"]]);
});

test("a lost socket reconnects and resumes", () => {
  opened[0].open();
  const run = start();
  opened[0].say({ type: "run.started", id: run.id, run: "r1", seq: 1, number: 1 });
  opened[0].close();
  assert.equal(page.state, "lost");
  mock.timers.tick(400);
  opened[1].open();
  assert.deepEqual(opened[1].sent, [{ type: "run.resume", id: run.id, run: "r1", after: 1 }]);
  assert.equal(page.state, "open");
});

test("the delays between attempts grow", () => {
  for (const wait of [400, 800, 1600]) {
    opened.at(-1).close();
    const before = opened.length;
    mock.timers.tick(wait / 2 - 1);
    assert.equal(opened.length, before);
    mock.timers.tick(wait / 2 + 1);
    assert.equal(opened.length, before + 1);
  }
});

test("an unconfirmed run ends after some attempts", () => {
  const ends = [];
  start((event) => ends.push(event.error.type));
  for (let attempt = 0; attempt < 5; attempt += 1) {
    opened.at(-1).close();
    mock.timers.tick(15000);
  }
  assert.deepEqual(ends, ["connection_lost"]);
});

test("a refused socket stays closed and ends its runs", () => {
  opened[0].open();
  const ends = [];
  start((event) => ends.push(event.error.type));
  opened[0].close(4403);
  mock.timers.tick(60000);
  assert.deepEqual([page.state, opened.length, ends], ["refused", 1, ["connection_refused"]]);
});

test("a stop names its run", () => {
  opened[0].open();
  const run = start();
  run.stop();
  assert.deepEqual(opened[0].sent.at(-1), { type: "run.stop", id: run.id });
});

test("a silent connection is open again with its next word", () => {
  opened[0].open();
  start();
  assert.equal(page.busy, true);
  page.setState("silent");
  opened[0].say({ type: "pong" });
  assert.deepEqual([page.state, page.heard], ["open", true]);
});

test("a dead connection is replaced at once, and its late end changes nothing", () => {
  opened[0].open();
  const run = start();
  opened[0].say({ type: "run.started", id: run.id, run: "r1", seq: 1, number: 1 });
  page.reconnect();
  assert.equal(opened.length, 2);
  opened[1].open();
  assert.deepEqual(opened[1].sent, [{ type: "run.resume", id: run.id, run: "r1", after: 1 }]);
  assert.equal(page.state, "open");
});
