// Speech for a text that may still be growing: synthesized sentence by sentence, one ahead of the one being played.

import { SpeechPlayback } from "../../audio/playback/speech-playback.js";
import { pageSocket } from "../../wire/socket.js";
import { SentenceSplitter } from "./sentences.js";

const AHEAD = 2;
/** The code of a sentence that cannot be synthesized, such as one of symbols only: it is skipped. */
const BAD_REQUEST = 400;

/** Events: "sentence" {text} when its playback is next, "end" {error?}. To be created in a click. */
export class SpeechQueue extends EventTarget {
  #splitter = new SentenceSplitter();
  #playback;
  #choose;
  #queue = [];
  #complete = false;
  #closed = false;

  /** `choose` returns {model, voice} for a sentence; an empty voice is the model's default. */
  constructor({ choose, worklet }) {
    super();
    this.#choose = choose;
    this.#playback = new SpeechPlayback(worklet);
    this.#playback.unlock(24000);
    this.#playback.addEventListener("ended", () => this.#next());
  }

  /** More of the text. */
  push(text) {
    this.#append(this.#splitter.push(text));
  }

  /** The text is complete. */
  finish() {
    this.#complete = true;
    this.#append(this.#splitter.end());
    this.#endIfEmpty();
  }

  stop() {
    this.#close();
  }

  #append(sentences) {
    this.#queue.push(...sentences.map((text) => ({ text, events: [], run: null, hasAudio: false, announced: false })));
    this.#synthesize();
  }

  /** Starts the runs of the first sentences. */
  #synthesize() {
    for (const sentence of this.#queue.slice(0, AHEAD)) {
      if (!sentence.run) {
        this.#speak(sentence, this.#choose(sentence.text));
      }
    }
    this.#announceSentence();
  }

  #speak(sentence, { model, voice }) {
    const params = { input: sentence.text, plain: true, ...(voice ? { voice } : {}) };
    sentence.run = pageSocket().start({ task: "speech", model, params }, (event) => this.#onEvent(sentence, event));
  }

  #announceSentence() {
    const [sentence] = this.#queue;
    if (sentence && !sentence.announced) {
      sentence.announced = true;
      this.dispatchEvent(new CustomEvent("sentence", { detail: { text: sentence.text } }));
    }
  }

  /** A model that cannot speak a sentence's language may name a voice that can: that one speaks it. */
  #onEvent(sentence, event) {
    if (this.#closed) {
      return;
    }
    const { model, voice } = (event.type === "run.error" && event.error?.metadata) || {};
    if (model && voice && !sentence.helped) {
      sentence.helped = true;
      this.#speak(sentence, { model, voice });
    } else if (event.type === "run.error" && event.error?.code !== BAD_REQUEST) {
      this.#close(event.error);
    } else if (sentence === this.#queue[0]) {
      this.#play(sentence, event);
    } else {
      sentence.events.push(event);
    }
  }

  #play(sentence, event) {
    switch (event.type) {
      case "audio.start":
        this.#playback.begin({ format: event.format, sampleRate: event.sample_rate, channels: event.channels });
        break;
      case "audio.chunk":
        sentence.hasAudio = true;
        this.#playback.push(event.bytes);
        break;
      case "run.done":
      case "run.error":
        this.#playback.finish();
        if (!sentence.hasAudio) {
          this.#next();
        }
        break;
    }
  }

  #next() {
    this.#queue.shift();
    this.#endIfEmpty();
    if (this.#closed) {
      return;
    }
    this.#playback.unlock(24000);
    this.#synthesize();
    const [next] = this.#queue;
    next?.events.splice(0).forEach((event) => this.#queue[0] === next && this.#play(next, event));
  }

  #endIfEmpty() {
    if (this.#complete && this.#queue.length === 0) {
      this.#close();
    }
  }

  #close(error = null) {
    if (this.#closed) {
      return;
    }
    this.#closed = true;
    this.#queue.filter(({ run }) => run && !run.done).forEach(({ run }) => run.stop());
    this.#playback.close();
    this.dispatchEvent(new CustomEvent("end", { detail: { error } }));
  }
}
