// Plays PCM audio while it arrives: pause, seek, and an exact count of the samples played.

import { floatToInt16, PcmDecoder } from "../pcm.js";
import { SampleStore } from "./sample-store.js";
import { WorkletSink } from "./worklet-sink.js";

/**
 * One player for many results, one after the other. Events: "state" (see `state`), "first-sound", "ended".
 * Call `unlock` inside the click, then `begin`, `push` …, `finish`.
 */
export class PcmPlayer extends EventTarget {
  state = "empty";
  #workletUrl;
  #context = null;
  #sink = null;
  #decoder = new PcmDecoder();
  #store = new SampleStore();
  #epoch = 0;
  #base = 0;
  #fed = 0;
  #finished = false;
  #report = null;
  #firstSoundAt = null;
  #clickAt = null;

  constructor({ workletUrl }) {
    super();
    this.#workletUrl = workletUrl;
  }

  /** Resumes the audio context synchronously, as browsers require inside a click. */
  unlock(sampleRate = 24000) {
    this.#reset();
    this.#clickAt = performance.now();
    this.#open(sampleRate);
    this.#setState(blocked() ? "paused" : "waiting");
  }

  begin({ sampleRate = 24000, channels = 1 } = {}) {
    this.#decoder = new PcmDecoder(channels);
    this.#open(sampleRate);
  }

  /** Bytes of 16-bit little-endian PCM, or samples as Int16Array or Float32Array. Returns the new samples. */
  push(chunk) {
    const samples = this.#decode(chunk);
    this.#store.append(samples);
    this.#fill();
    return samples;
  }

  finish() {
    this.#finished = true;
    if (this.#store.length === 0) {
      this.#setState("empty");
      this.#context?.suspend();
    }
    this.#fill();
  }

  play() {
    if (this.state === "ended") {
      this.seek(0);
    }
    this.#context?.resume();
    this.#setState(this.#store.length ? "playing" : "waiting");
  }

  pause() {
    this.#context?.suspend();
    this.#setState("paused");
  }

  seek(seconds) {
    const wanted = Math.round(seconds * this.sampleRate);
    const target = Math.max(0, Math.min(wanted, this.#store.length - 1));
    const wasEnded = this.state === "ended";
    this.#restart(target, false);
    if (wasEnded) {
      this.pause();
    }
  }

  close() {
    this.#sink?.close();
    this.#context?.close();
    this.#sink = this.#context = null;
  }

  get sampleRate() {
    return this.#context?.sampleRate ?? 24000;
  }

  /** Seconds of audio received. */
  get duration() {
    return this.#store.length / this.sampleRate;
  }

  /** Seconds played so far; between two reports of the sink by the audio clock. */
  get position() {
    if (this.state === "ended") {
      return this.duration;
    }
    const report = this.#report;
    if (!report) {
      return this.#base / this.sampleRate;
    }
    const running = report.flowing && this.state === "playing";
    const since = running ? Math.max(0, this.#context.currentTime - report.time) : 0;
    const known = (this.#base + report.consumed) / this.sampleRate;
    return Math.min(known + since, this.#fed / this.sampleRate);
  }

  /** Samples per channel; times are performance.now() values. */
  get stats() {
    return {
      received: this.#store.length,
      played: this.#report?.played ?? 0,
      underruns: this.#report?.underruns ?? 0,
      firstSoundAt: this.#firstSoundAt,
      clickAt: this.#clickAt,
      mode: this.#sink?.mode ?? null,
    };
  }

  get samples() {
    return this.#store.all();
  }

  #reset() {
    this.#store = new SampleStore();
    this.#finished = false;
    this.#firstSoundAt = null;
    this.#restart(0, true);
  }

  #restart(base, fresh) {
    const counts = this.#report;
    this.#epoch += 1;
    this.#base = this.#fed = base;
    this.#report = fresh || !counts ? null : { ...counts, consumed: 0, flowing: false };
    this.#sink?.flush(this.#epoch, fresh);
    this.#fill();
  }

  /** Reuses the last context while the sample rate is the same: a second click starts faster. */
  #open(sampleRate) {
    if (this.#context?.sampleRate !== sampleRate) {
      this.close();
      this.#context = new AudioContext({ sampleRate, latencyHint: "interactive" });
      this.#connect(this.#context);
    }
    // rejects where the context is closed before it has started
    this.#context.resume().catch(() => {});
  }

  async #connect(context) {
    const listener = (report) => context === this.#context && this.#onReport(report);
    let sink = null;
    try {
      sink = await WorkletSink.open(context, this.#workletUrl, listener);
    } catch {
      const { ScheduledSink } = await import("./scheduled-sink.js");
      sink = new ScheduledSink(context, listener);
    }
    if (context !== this.#context) {
      sink.close();
      return;
    }
    this.#sink = sink;
    sink.flush(this.#epoch, true);
    this.#fed = this.#base;
    this.#fill();
  }

  #decode(chunk) {
    if (chunk instanceof Int16Array) {
      return chunk;
    }
    return chunk instanceof Float32Array ? floatToInt16(chunk) : this.#decoder.decode(chunk);
  }

  /** Fills the sink up to its capacity. */
  #fill() {
    if (!this.#sink) {
      return;
    }
    const waiting = this.#fed - this.#base - (this.#report?.consumed ?? 0);
    const count = Math.min(this.#sink.capacity - waiting, this.#store.length - this.#fed);
    if (count > 0) {
      this.#sink.feed(this.#epoch, this.#store.slice(this.#fed, this.#fed + count));
      this.#fed += count;
    }
    if (this.#finished && this.#fed === this.#store.length) {
      this.#sink.last(this.#epoch);
    }
  }

  #onReport(report) {
    if (report.epoch !== this.#epoch) {
      return;
    }
    this.#report = report;
    if (report.type === "first" && this.#firstSoundAt === null) {
      this.#firstSoundAt = performance.now() + 1000 * (this.#context.outputLatency || 0);
      this.dispatchEvent(new Event("first-sound"));
    }
    if (report.type === "ended") {
      this.#end(report.epoch);
    } else if (["waiting", "playing", "stalled"].includes(this.state)) {
      this.#setState(report.flowing ? "playing" : report.played ? "stalled" : "waiting");
    }
    this.#fill();
  }

  /** The last sample has left the sink; it is audible after the device's latency. */
  #end(epoch) {
    const delay = 1000 * (this.#context.outputLatency || this.#context.baseLatency || 0);
    setTimeout(() => {
      if (epoch === this.#epoch) {
        this.#context.suspend();
        this.#setState("ended");
        this.dispatchEvent(new Event("ended"));
      }
    }, delay);
  }

  #setState(state) {
    if (this.state !== state) {
      this.state = state;
      this.dispatchEvent(new Event("state"));
    }
  }
}

/** Without a user gesture on the page the browser plays nothing: the user has to press play. */
function blocked() {
  return navigator.userActivation?.hasBeenActive === false;
}
