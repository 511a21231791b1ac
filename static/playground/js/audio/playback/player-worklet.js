// Plays 16-bit samples on the audio thread and counts them. It imports nothing: the hashing of static files does not
// rewrite the URLs of worklets.

/** The amplitude from which audio counts as audible, of 32768. */
const AUDIBLE = 32;
const REPORT_SECONDS = 0.04;

/** First in, first out, of a fixed size; what does not fit throws a RangeError. */
export class RingBuffer {
  #samples;
  #read = 0;
  length = 0;

  constructor(capacity) {
    this.#samples = new Int16Array(capacity);
  }

  get room() {
    return this.#samples.length - this.length;
  }

  write(samples) {
    if (samples.length > this.room) {
      throw new RangeError("ring buffer overrun");
    }
    const start = (this.#read + this.length) % this.#samples.length;
    const first = Math.min(samples.length, this.#samples.length - start);
    this.#samples.set(samples.subarray(0, first), start);
    this.#samples.set(samples.subarray(first), 0);
    this.length += samples.length;
  }

  /** Moves up to target.length samples into a Float32Array, scaled to -1..1; returns how many. */
  read(target) {
    const count = Math.min(target.length, this.length);
    for (let index = 0; index < count; index += 1) {
      target[index] = this.#samples[this.#read] / 32768;
      this.#read = this.#read + 1 === this.#samples.length ? 0 : this.#read + 1;
    }
    this.length -= count;
    return count;
  }

  clear() {
    this.#read = 0;
    this.length = 0;
  }
}

class PlayerProcessor extends AudioWorkletProcessor {
  #ring;
  #prebuffer;
  #epoch = 0;
  #consumed = 0;
  #played = 0;
  #underruns = 0;
  #flowing = false;
  #started = false;
  #last = false;
  #ended = false;
  #audible = false;
  #sinceReport = 0;
  #alive = true;

  constructor(options) {
    super();
    const { capacity, prebuffer } = options.processorOptions;
    this.#ring = new RingBuffer(capacity);
    this.#prebuffer = prebuffer;
    this.port.onmessage = (event) => this.#onMessage(event.data);
  }

  #onMessage(message) {
    if (message.type === "feed" && message.epoch === this.#epoch) {
      this.#ring.write(message.samples);
    } else if (message.type === "last" && message.epoch === this.#epoch) {
      this.#last = true;
    } else if (message.type === "flush") {
      this.#flush(message);
    } else if (message.type === "close") {
      this.#alive = false;
    }
  }

  #flush({ epoch, fresh }) {
    this.#ring.clear();
    this.#epoch = epoch;
    this.#consumed = 0;
    this.#flowing = this.#started = this.#last = this.#ended = false;
    if (fresh) {
      this.#played = this.#underruns = 0;
      this.#audible = false;
    }
  }

  process(_, [output]) {
    const channel = output[0];
    if (this.#ready()) {
      this.#play(channel);
      for (let other = 1; other < output.length; other += 1) {
        output[other].set(channel);
      }
    }
    this.#sinceReport += channel.length;
    if (this.#sinceReport >= REPORT_SECONDS * sampleRate) {
      this.#report("report");
    }
    return this.#alive;
  }

  /** Playback starts once the prebuffer is filled, or all samples have arrived. */
  #ready() {
    if (!this.#flowing && !this.#ended) {
      this.#flowing = this.#ring.length > 0 && (this.#last || this.#ring.length >= this.#prebuffer);
      this.#started ||= this.#flowing;
    }
    return this.#flowing;
  }

  #play(channel) {
    const count = this.#ring.read(channel);
    this.#consumed += count;
    this.#played += count;
    if (!this.#audible && channel.some((sample) => Math.abs(sample) * 32768 >= AUDIBLE)) {
      this.#audible = true;
      this.#report("first");
    }
    if (this.#ring.length > 0) {
      return;
    }
    if (this.#last) {
      this.#flowing = false;
      this.#ended = true;
      this.#report("ended");
    } else if (count < channel.length) {
      this.#flowing = false;
      this.#underruns += 1;
      this.#report("report");
    }
  }

  #report(type) {
    this.#sinceReport = 0;
    this.port.postMessage({
      type,
      epoch: this.#epoch,
      consumed: this.#consumed,
      played: this.#played,
      underruns: this.#underruns,
      flowing: this.#flowing,
      time: currentTime,
    });
  }
}

registerProcessor("polyphony-player", PlayerProcessor);
