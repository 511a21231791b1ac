// The page's websocket: starts runs, receives their numbered events, reconnects by itself.

import { RunTable } from "./run-table.js";

const PATH = "/ws/playground/";
// times in milliseconds
const FIRST_DELAY = 400;
const MAX_DELAY = 5000;
/** Failed attempts after which runs that the server has not confirmed are given up. */
const MAX_ATTEMPTS = 5;
const REFUSED = [1008, 4401, 4403];

/** `onState` is called with each state after "connecting": "open", "silent", "lost", "refused". */
export class PlaygroundSocket {
  state = "connecting";
  /** Set by each message, for the watch. */
  heard = false;
  #url;
  #onState;
  #socket = null;
  #runs = new RunTable();
  #attempt = 0;
  #reconnectTimer = 0;
  #watch = null;

  constructor(url, onState) {
    this.#url = url;
    this.#onState = onState;
    this.#connect();
  }

  /** `request` is {task, model, params, render?, conversation?, parent?}; the listener is called with every event once. */
  start(request, listener) {
    const id = newId();
    return this.#begin(id, { type: "run.start", id, ...request }, listener);
  }

  /** Follows a run started earlier, from the event after `after`. */
  resume({ run, after = 0 }, listener) {
    const id = newId();
    return this.#begin(id, { type: "run.resume", id, run, after }, listener, { run, after });
  }

  #begin(id, frame, listener, known) {
    const entry = { id, run: known?.run ?? null, done: false, stop: () => this.#send(this.#runs.stop(id)) };
    const follow = (event) => {
      entry.run = event.run ?? entry.run;
      entry.done = event.type === "run.done" || event.type === "run.error";
      listener(event);
    };
    const row = this.#runs.add(id, frame, follow, known);
    this.#watch ??= import("./connection-watch.js").then(({ watch }) => watch(this), () => (this.#watch = null));
    row.sent = this.#send(frame);
    if (!row.sent) {
      this.#connectNow();
    }
    return entry;
  }

  /** False where the socket is not open: the run table has the frame sent later. */
  #send(frame) {
    const open = this.#socket?.readyState === 1;
    if (open) {
      this.#socket.send(JSON.stringify(frame));
    }
    return open;
  }

  #connect() {
    const socket = new WebSocket(this.#url);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    socket.onopen = () => this.#opened();
    socket.onmessage = (event) => this.#receive(event.data);
    socket.onclose = (event) => socket === this.#socket && this.#closed(event.code);
  }

  #connectNow() {
    if (this.#socket === null) {
      clearTimeout(this.#reconnectTimer);
      this.#connect();
    }
  }

  #opened() {
    this.#attempt = 0;
    this.setState("open");
    for (const frame of this.#runs.reconnect()) {
      this.#send(frame);
    }
  }

  #receive(data) {
    this.heard = true;
    if (this.state === "silent") {
      this.setState("open");
    }
    if (typeof data === "string") {
      this.#runs.accept(JSON.parse(data));
    } else {
      this.#runs.acceptBinary(data);
    }
  }

  /** Whether an answer is on its way. */
  get busy() {
    return this.#socket?.readyState === 1 && this.#runs.size > 0;
  }

  ping() {
    this.#send({ type: "ping" });
  }

  /** Gives up a connection, which may be dead without a close event, and opens another one at once. */
  reconnect() {
    this.#socket?.close();
    this.#socket = null;
    this.#connectNow();
  }

  #closed(code) {
    this.#socket = null;
    if (REFUSED.includes(code)) {
      this.setState("refused");
      this.#runs.abandon({ code: 401, type: "connection_refused", message: "" });
      return;
    }
    this.setState("lost");
    const delay = Math.min(MAX_DELAY, FIRST_DELAY * 2 ** this.#attempt);
    this.#attempt += 1;
    if (this.#attempt >= MAX_ATTEMPTS) {
      this.#runs.abandonUnconfirmed();
    }
    this.#reconnectTimer = setTimeout(() => this.#connect(), delay * (0.5 + Math.random() / 2));
  }

  setState(state) {
    this.state = state;
    this.#onState?.(state);
  }
}

/** Eighty random bits; randomUUID does not exist on a page that is not a secure context. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(10));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

let shared = null;

/** The page's socket, opened by the first call. While it is lost the document has `data-cut-off`. */
export function pageSocket() {
  if (!shared) {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    shared = new PlaygroundSocket(`${scheme}//${location.host}${PATH}`, (state) => {
      document.documentElement.toggleAttribute("data-cut-off", ["lost", "silent"].includes(state));
    });
    document.querySelector(".note-cut-off button")?.addEventListener("click", () => shared.reconnect());
  }
  return shared;
}
