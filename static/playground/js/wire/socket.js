// The page's one socket: runs go up, numbered events come down, a lost connection heals by itself.

import { RunTable } from "./run-table.js";

const PATH = "/ws/playground/";
const FIRST_WAIT = 400;
const LONGEST_WAIT = 5000;
const PING_EVERY = 25000;
const ANSWER_WITHIN = 10000;
const PATIENCE = 5;
const REFUSED = [1008, 4401, 4403];

/** `become` is called with each state after `connecting`: open, lost, refused. */
export class PlaygroundSocket {
  state = "connecting";
  #url;
  #told;
  #socket = null;
  #runs = new RunTable();
  #attempt = 0;
  #wait = 0;
  #ping = 0;
  #deaf = 0;

  constructor(url, become) {
    this.#url = url;
    this.#told = become;
    this.#connect();
  }

  /** `request` is {task, model, params, render?, conversation?, parent?}; the listener gets every event once. */
  start(request, listener) {
    const id = newId();
    return this.#begin(id, { type: "run.start", id, ...request }, listener);
  }

  /** Follows a run begun earlier, from the event behind `after`. */
  resume({ run, after = 0 }, listener) {
    const id = newId();
    return this.#begin(id, { type: "run.resume", id, run, after }, listener, { run, after });
  }

  close() {
    this.#socket?.close(1000);
    this.#quiet();
    clearTimeout(this.#wait);
  }

  #begin(id, frame, listener, known) {
    const entry = { id, run: known?.run ?? null, done: false, stop: () => this.#send(this.#runs.stop(id)) };
    const follow = (event) => {
      entry.run = event.run ?? entry.run;
      entry.done = event.type === "run.done" || event.type === "run.error";
      listener(event);
    };
    const row = this.#runs.add(id, frame, follow, known);
    row.sent = this.#send(frame);
    if (!row.sent) {
      this.#connectNow();
    }
    return entry;
  }

  /** False where the socket is not open: the run table says it again later. */
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
    socket.onmessage = (event) => this.#heard(event.data);
    socket.onclose = (event) => socket === this.#socket && this.#closed(event.code);
  }

  #connectNow() {
    if (this.#socket === null) {
      clearTimeout(this.#wait);
      this.#connect();
    }
  }

  #opened() {
    this.#attempt = 0;
    this.#become("open");
    for (const frame of this.#runs.reconnect()) {
      this.#send(frame);
    }
    this.#ping = setInterval(() => this.#knock(), PING_EVERY);
  }

  #heard(data) {
    clearTimeout(this.#deaf);
    this.#deaf = 0;
    if (typeof data === "string") {
      this.#runs.accept(JSON.parse(data));
    } else {
      this.#runs.acceptBinary(data);
    }
  }

  /** A connection can die without saying so: one that does not answer a ping is closed by us. */
  #knock() {
    this.#send({ type: "ping" });
    const socket = this.#socket;
    this.#deaf ||= setTimeout(() => {
      socket.close();
      this.#closed(1006);
    }, ANSWER_WITHIN);
  }

  #closed(code) {
    this.#quiet();
    this.#socket = null;
    if (REFUSED.includes(code)) {
      this.#become("refused");
      this.#runs.abandon({ code: 401, type: "connection_refused", message: "" });
      return;
    }
    this.#become("lost");
    const longest = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.#attempt);
    this.#attempt += 1;
    if (this.#attempt >= PATIENCE) {
      this.#runs.abandonUnheard();
    }
    this.#wait = setTimeout(() => this.#connect(), longest * (0.5 + Math.random() / 2));
  }

  #quiet() {
    clearInterval(this.#ping);
    clearTimeout(this.#deaf);
    this.#deaf = 0;
  }

  #become(state) {
    this.state = state;
    this.#told?.(state);
  }
}

/** Eighty random bits; randomUUID does not exist on a page that is not a secure context. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(10));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

let shared = null;

/** The one socket of this page, opened at the first call. While it is lost the page is marked as cut off. */
export function pageSocket() {
  if (!shared) {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    shared = new PlaygroundSocket(`${scheme}//${location.host}${PATH}`, (state) => {
      document.documentElement.toggleAttribute("data-cut-off", state === "lost");
    });
  }
  return shared;
}
