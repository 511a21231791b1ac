// One voice at a time says a sentence; the server makes each sample once and keeps it.

export class VoiceSample {
  #model;
  #tell;
  #audio = null;
  #voice = null;

  /** `tell(voice, state)` hears loading, playing, idle and error. */
  constructor(model, tell) {
    this.#model = model;
    this.#tell = tell;
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
      this.#tell(this.#voice, "idle");
      this.#audio = null;
    }
  }

  #play(voice) {
    const audio = new Audio(`/voices/sample?${new URLSearchParams({ model: this.#model, voice })}`);
    this.#audio = audio;
    this.#voice = voice;
    const tell = (state) => audio === this.#audio && this.#tell(voice, state);
    tell("loading");
    audio.onplaying = () => tell("playing");
    audio.onended = () => tell("idle");
    audio.onerror = () => tell("error");
    audio.play().catch(() => tell("error"));
  }
}
