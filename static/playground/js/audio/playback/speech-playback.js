// Playback of one speech result, live or stored: chooses the player, and keeps the peaks and the bytes.

import { floatToInt16 } from "../pcm.js";
import { FilePlayer } from "./file-player.js";
import { PcmPlayer } from "./pcm-player.js";
import { Peaks } from "./peaks.js";

/** Seconds; the decoded samples of longer audio would fill the memory of a phone. */
const MAX_WAVEFORM = 1800;

/** Events: "change" (state, duration), "first-sound", "ended", "broken". */
export class SpeechPlayback extends EventTarget {
  peaks = new Peaks();
  complete = false;
  partial = false;
  #live;
  #file = new FilePlayer();
  #active;
  #encoded = null;
  #received = 0;
  #firstSoundAt = null;
  #objectUrl = null;
  #type = "";

  constructor(workletUrl) {
    super();
    this.#live = new PcmPlayer({ workletUrl });
    this.#active = this.#live;
    for (const player of [this.#live, this.#file]) {
      player.addEventListener("state", () => player === this.#active && this.#dispatch("change"));
      player.addEventListener("ended", () => player === this.#active && this.#dispatch("ended"));
    }
    this.#file.addEventListener("state", () => this.#noteFirstSound());
    this.#live.addEventListener("first-sound", () => this.#dispatch("first-sound"));
    this.#file.addEventListener("broken", () => this.#active === this.#file && this.#dispatch("broken"));
  }

  unlock(sampleRate) {
    this.#reset();
    this.#live.unlock(sampleRate);
  }

  begin({ format = "pcm", sampleRate = 24000, channels = 1 }) {
    this.#encoded = format.startsWith("pcm") ? null : [];
    this.#type = `audio/${format === "mp3" ? "mpeg" : format}`;
    if (!this.#encoded) {
      this.#live.begin({ sampleRate, channels });
    }
  }

  push(bytes) {
    if (this.#encoded) {
      this.#encoded.push(bytes.slice());
      this.#received += bytes.length;
    } else {
      this.peaks.append(this.#live.push(bytes));
    }
  }

  finish({ partial = false } = {}) {
    if (this.complete) {
      return;
    }
    this.complete = true;
    this.partial = partial;
    if (this.#encoded?.length) {
      this.#playEncoded();
    } else {
      this.#live.finish();
    }
    this.#dispatch("change");
  }

  /** A stored file, ready to play; its peaks follow once it has been fetched, unless it is very long. */
  async load(src, duration) {
    this.#reset();
    this.#live.close();
    this.complete = true;
    this.#active = this.#file;
    this.#file.load(src, duration);
    if (duration > MAX_WAVEFORM) {
      return;
    }
    const peaks = this.peaks;
    const answer = await fetch(src);
    if (answer.ok && this.peaks === peaks) {
      await this.#addPeaks(await answer.arrayBuffer(), peaks);
    }
  }

  play() {
    return this.#active.play();
  }

  pause() {
    this.#active.pause();
  }

  seek(seconds) {
    this.#active.seek(seconds);
    this.#dispatch("change");
  }

  /** Only complete audio can change its speed: it is moved to the file player, which keeps the pitch. */
  set rate(value) {
    if (this.#active === this.#live && this.complete && value !== 1) {
      this.#moveToFile();
    }
    this.#file.rate = value;
  }

  get rate() {
    return this.#active === this.#file ? this.#file.rate : 1;
  }

  get state() {
    return this.#active.state;
  }

  get position() {
    return this.#active.position;
  }

  get duration() {
    return this.#active.duration;
  }

  get stats() {
    const stats = this.#live.stats;
    if (this.#encoded) {
      return { ...stats, received: this.#received, firstSoundAt: this.#firstSoundAt, mode: "file" };
    }
    return this.#active === this.#file ? { ...stats, mode: "file" } : stats;
  }

  /**
   * An object URL of the complete audio: WAV for samples, else the bytes as received.
   * Empty where the next result has begun meanwhile.
   */
  async fileUrl() {
    const { peaks } = this;
    const { encodeWav } = await import("../wav.js");
    if (this.peaks !== peaks) {
      return "";
    }
    if (!this.#objectUrl) {
      const blob = this.#encoded
        ? new Blob(this.#encoded, { type: this.#type })
        : new Blob([encodeWav(this.#live.samples, this.#live.sampleRate)], { type: "audio/wav" });
      this.#objectUrl = URL.createObjectURL(blob);
    }
    return this.#objectUrl;
  }

  close() {
    this.#reset();
    this.#live.close();
  }

  async #playEncoded() {
    const { peaks } = this;
    const parts = this.#encoded;
    const url = await this.fileUrl();
    const bytes = await new Blob(parts).arrayBuffer();
    if (url && this.peaks === peaks) {
      this.#active = this.#file;
      this.#file.load(url);
      this.#file.play();
      await this.#addPeaks(bytes, peaks);
    }
  }

  /** The first audio of encoded bytes, which only the file player can play. */
  #noteFirstSound() {
    if (this.#encoded && this.#firstSoundAt === null && this.#file.state === "playing") {
      this.#firstSoundAt = performance.now();
      this.#dispatch("first-sound");
    }
  }

  async #moveToFile() {
    const { position, state, duration } = this.#live;
    this.#live.pause();
    const url = await this.fileUrl();
    if (!url) {
      return;
    }
    this.#active = this.#file;
    this.#file.load(url, duration);
    this.#file.seek(state === "ended" ? 0 : position);
    if (state === "playing") {
      this.#file.play();
    }
  }

  async #addPeaks(bytes, peaks) {
    try {
      const decoded = await new OfflineAudioContext(1, 1, 24000).decodeAudioData(bytes);
      peaks.append(floatToInt16(decoded.getChannelData(0)));
      this.#dispatch("change");
    } catch {
      // the file may still play: only its waveform is missing
    }
  }

  #reset() {
    this.#file.clear();
    this.#active = this.#live;
    this.#encoded = null;
    this.#received = 0;
    this.#firstSoundAt = null;
    this.peaks = new Peaks();
    this.complete = this.partial = false;
    if (this.#objectUrl) {
      URL.revokeObjectURL(this.#objectUrl);
      this.#objectUrl = null;
    }
  }

  #dispatch(type) {
    this.dispatchEvent(new Event(type));
  }
}
