import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { watch } from "../../../static/playground/js/wire/connection-watch.js";

let socket = null;

beforeEach(() => {
  mock.timers.enable({ apis: ["setInterval"] });
  const did = [];
  socket = { busy: true, heard: false, did, ping: () => did.push("ping"), setState: (state) => did.push(state), reconnect: () => did.push("reconnect") };
  watch(socket);
});

afterEach(() => mock.timers.reset());

function pass(milliseconds, heard = false) {
  for (let passed = 0; passed < milliseconds; passed += 500) {
    socket.heard = heard;
    mock.timers.tick(500);
  }
}

test("a connection without a word is asked, said to be silent within three seconds, and given up after ten", () => {
  pass(1000);
  assert.deepEqual(socket.did, ["ping"]);
  pass(1500);
  assert.deepEqual(socket.did, ["ping", "silent"]);
  pass(7500);
  assert.deepEqual(socket.did, ["ping", "silent", "reconnect"]);
});

test("a connection that speaks, or has nothing to say, is left alone", () => {
  pass(30000, true);
  socket.busy = false;
  pass(30000);
  assert.deepEqual(socket.did, []);
});

test("an answer starts the count anew", () => {
  pass(2000);
  pass(500, true);
  pass(2000);
  assert.deepEqual(socket.did, ["ping", "ping"]);
});
