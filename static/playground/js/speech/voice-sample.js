// Plays a voice's sample sentence, one at a time; the server synthesizes each sample once and stores it.

import { announce } from "../page/announcements.js";
import { message } from "../page/messages.js";

export class VoiceSample {
  #model;
  #onState;
  #audio = null;
  #voice = null;

  /** `onState(voice, state)` is called with "loading", "playing", "idle" and "error", which is announced. */
  constructor(model, onState) {
    this.#model = model;
    this.#onState = onState;
  }

  toggle(voice, playing) {
    this.stop();
    if (!playing) {
      this.#play(voice);
    }
  }

  stop() {
    if (this.#audio) {
      this.#audio.pause();
      this.#onState(this.#voice, "idle");
      this.#audio = null;
    }
  }

  #fail(report) {
    report("error");
    announce(message("sample-failed"));
  }

  #play(voice) {
    const audio = new Audio(`/voices/sample?${new URLSearchParams({ model: this.#model, voice })}`);
    this.#audio = audio;
    this.#voice = voice;
    const report = (state) => audio === this.#audio && this.#onState(voice, state);
    report("loading");
    audio.onplaying = () => report("playing");
    audio.onended = () => report("idle");
    audio.onerror = () => this.#fail(report);
    audio.play().catch(() => this.#fail(report));
  }
}
