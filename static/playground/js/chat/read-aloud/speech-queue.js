// Reads an answer aloud, sentence by sentence, also while it is still being written.

import { SpeechSound } from "../../audio/playback/speech-playback.js";
import { pageSocket } from "../../wire/socket.js";
import { SentenceSplitter } from "./sentences.js";

const AHEAD = 2;
const UNREADABLE = 400;

/** One answer being read. Events: "sentence" {text}, "end" {error?}. Make it inside a click. */
export class Reading extends EventTarget {
  #splitter = new SentenceSplitter();
  #sound;
  #request;
  #queue = [];
  #over = false;
  #closed = false;

  /** `voice` may be empty: every model has a default. */
  constructor({ model, voice, worklet }) {
    super();
    this.#request = { model, voice };
    this.#sound = new SpeechSound(worklet);
    this.#sound.unlock(24000);
    this.#sound.addEventListener("ended", () => this.#heard());
  }

  /** More of the answer. */
  push(text) {
    this.#take(this.#splitter.push(text));
  }

  /** The answer is whole. */
  finish() {
    this.#over = true;
    this.#take(this.#splitter.end());
    this.#endIfRead();
  }

  stop() {
    this.#close();
  }

  #take(sentences) {
    this.#queue.push(...sentences.map((text) => ({ text, events: [], run: null, made: false })));
    this.#fetch();
  }

  /** The next sentence is made while this one is heard. */
  #fetch() {
    for (const piece of this.#queue.slice(0, AHEAD)) {
      if (!piece.run) {
        const { model, voice } = this.#request;
        const params = { input: piece.text, plain: true, ...(voice ? { voice } : {}) };
        piece.run = pageSocket().start({ task: "speech", model, params }, (event) => this.#hear(piece, event));
      }
    }
    this.#tell();
  }

  #tell() {
    const [piece] = this.#queue;
    if (piece && !piece.told) {
      piece.told = true;
      this.dispatchEvent(new CustomEvent("sentence", { detail: { text: piece.text } }));
    }
  }

  #hear(piece, event) {
    if (this.#closed) {
      return;
    }
    if (event.type === "run.error" && event.error?.code !== UNREADABLE) {
      this.#close(event.error);
    } else if (piece === this.#queue[0]) {
      this.#play(piece, event);
    } else {
      piece.events.push(event);
    }
  }

  #play(piece, event) {
    switch (event.type) {
      case "audio.start":
        this.#sound.begin({ format: event.format, sampleRate: event.sample_rate, channels: event.channels });
        break;
      case "audio.chunk":
        piece.made = true;
        this.#sound.push(event.bytes);
        break;
      case "run.done":
      case "run.error":
        this.#sound.finish();
        if (!piece.made) {
          this.#heard();
        }
        break;
    }
  }

  #heard() {
    this.#queue.shift();
    this.#endIfRead();
    if (this.#closed) {
      return;
    }
    this.#sound.unlock(24000);
    this.#fetch();
    const [next] = this.#queue;
    next?.events.splice(0).forEach((event) => this.#queue[0] === next && this.#play(next, event));
  }

  #endIfRead() {
    if (this.#over && this.#queue.length === 0) {
      this.#close();
    }
  }

  #close(error = null) {
    if (this.#closed) {
      return;
    }
    this.#closed = true;
    this.#queue.filter(({ run }) => run && !run.done).forEach(({ run }) => run.stop());
    this.#sound.close();
    this.dispatchEvent(new CustomEvent("end", { detail: { error } }));
  }
}
