// Plays a complete audio file; the browser keeps the pitch when the speed changes.

export class FilePlayer extends EventTarget {
  state = "empty";
  #audio = new Audio();
  #known = 0;

  constructor() {
    super();
    this.#audio.preload = "metadata";
    this.#audio.preservesPitch = true;
    this.#audio.addEventListener("playing", () => this.#setState("playing"));
    this.#audio.addEventListener("waiting", () => this.#setState("stalled"));
    this.#audio.addEventListener("pause", () => !this.#audio.ended && this.#setState("paused"));
    this.#audio.addEventListener("loadedmetadata", () => this.dispatchEvent(new Event("state")));
    this.#audio.addEventListener("ended", () => this.#finish());
    this.#audio.addEventListener("error", () => this.#audio.src && this.dispatchEvent(new Event("broken")));
  }

  /** `duration` in seconds where it is known: some files have it only at their end. */
  load(url, duration = 0) {
    this.#known = duration;
    this.#audio.src = url;
    this.#setState("paused");
  }

  clear() {
    this.#audio.pause();
    this.#audio.removeAttribute("src");
    this.state = "empty";
  }

  /** Resolves to false where the browser requires another click. */
  async play() {
    try {
      await this.#audio.play();
      return true;
    } catch {
      this.#setState("paused");
      return false;
    }
  }

  pause() {
    this.#audio.pause();
  }

  seek(seconds) {
    this.#audio.currentTime = Math.max(0, Math.min(seconds, this.duration));
    if (this.state === "ended") {
      this.#setState("paused");
    }
  }

  get position() {
    return this.#audio.currentTime;
  }

  get duration() {
    return this.#known || (Number.isFinite(this.#audio.duration) ? this.#audio.duration : 0);
  }

  get rate() {
    return this.#audio.playbackRate;
  }

  set rate(value) {
    this.#audio.playbackRate = value;
    this.#audio.defaultPlaybackRate = value;
  }

  #finish() {
    this.#setState("ended");
    this.dispatchEvent(new Event("ended"));
  }

  #setState(state) {
    if (this.state !== state) {
      this.state = state;
      this.dispatchEvent(new Event("state"));
    }
  }
}
