// The runs this page follows and the last event of each. Knows the protocol, not the network.

const HEADER_BYTES = 8;
const ENDS = ["run.done", "run.error"];

export class RunTable {
  #runs = new Map();
  #numbers = new Map();

  get size() {
    return this.#runs.size;
  }

  add(id, frame, listener, { run = null, after = 0 } = {}) {
    const entry = { id, frame, listener, run, last: after, sent: false, stopping: false };
    this.#runs.set(id, entry);
    return entry;
  }

  /**
   * For a new socket: numbers of binary frames are void, and runs whose start was sent but not confirmed end with an error.
   * Returns the frames to send.
   */
  reconnect() {
    this.#numbers.clear();
    const frames = [];
    for (const entry of [...this.#runs.values()]) {
      if (entry.run) {
        frames.push({ type: "run.resume", id: entry.id, run: entry.run, after: entry.last });
      } else if (entry.sent) {
        this.#end(entry, lost(entry.id));
        continue;
      } else {
        frames.push(entry.frame);
      }
      entry.sent = true;
      if (entry.stopping) {
        frames.push({ type: "run.stop", id: entry.id });
      }
    }
    return frames;
  }

  /** The frame that stops a run; sent again after a reconnect, in case the socket is down. */
  stop(id) {
    const entry = this.#runs.get(id);
    if (entry) {
      entry.stopping = true;
    }
    return { type: "run.stop", id };
  }

  /** Ends the runs that the server has not confirmed, and only those. */
  abandonUnconfirmed() {
    for (const entry of [...this.#runs.values()]) {
      if (!entry.run) {
        this.#end(entry, lost(entry.id));
      }
    }
  }

  /** A text frame of the server, parsed. */
  accept(event) {
    const entry = this.#runs.get(event.id);
    if (!entry) {
      return;
    }
    if (event.type === "error") {
      this.#end(entry, { ...event, type: "run.error" });
      return;
    }
    if (event.type === "run.started") {
      entry.run = event.run;
      this.#numbers.set(event.number, entry);
    }
    this.#pass(entry, event);
  }

  /** A binary frame of the server. */
  acceptBinary(buffer) {
    const frame = readFrame(buffer);
    const entry = frame && this.#numbers.get(frame.number);
    if (entry) {
      this.#pass(entry, { type: "audio.chunk", id: entry.id, run: entry.run, seq: frame.seq, bytes: frame.bytes });
    }
  }

  /** Ends every run with the same error, for a socket that will not be opened again. */
  abandon(error) {
    for (const entry of [...this.#runs.values()]) {
      this.#end(entry, { type: "run.error", id: entry.id, run: entry.run, error });
    }
  }

  /** Passes each seq once: a resumed run may repeat events. */
  #pass(entry, event) {
    if (event.seq !== undefined) {
      if (event.seq <= entry.last) {
        return;
      }
      entry.last = event.seq;
    }
    if (ENDS.includes(event.type)) {
      this.#end(entry, event);
    } else {
      entry.listener(event);
    }
  }

  #end(entry, event) {
    this.#runs.delete(entry.id);
    for (const [number, owner] of this.#numbers) {
      if (owner === entry) {
        this.#numbers.delete(number);
      }
    }
    entry.listener(event);
  }
}

/** A binary frame is number u32, seq u32 (big-endian), then audio; null where it is too short to be one. */
export function readFrame(buffer) {
  if (buffer.byteLength < HEADER_BYTES) {
    return null;
  }
  const view = new DataView(buffer);
  return { number: view.getUint32(0), seq: view.getUint32(4), bytes: new Uint8Array(buffer, HEADER_BYTES) };
}

function lost(id) {
  const error = { code: 0, type: "connection_lost", message: "" };
  return { type: "run.error", id, run: null, error };
}
