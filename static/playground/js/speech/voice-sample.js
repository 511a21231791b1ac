// Plays a voice's sample sentence, one at a time; the server synthesizes each sample once and stores it.

export class VoiceSample {
  #model;
  #onState;
  #audio = null;
  #voice = null;

  /** `onState(voice, state)` is called with "loading", "playing", "idle" and "error". */
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

  #play(voice) {
    const audio = new Audio(`/voices/sample?${new URLSearchParams({ model: this.#model, voice })}`);
    this.#audio = audio;
    this.#voice = voice;
    const report = (state) => audio === this.#audio && this.#onState(voice, state);
    report("loading");
    audio.onplaying = () => report("playing");
    audio.onended = () => report("idle");
    audio.onerror = () => report("error");
    audio.play().catch(() => report("error"));
  }
}
