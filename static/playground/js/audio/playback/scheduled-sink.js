// Plays samples without an audio worklet (where the page is not a secure context), as scheduled buffers.

import { int16ToFloat } from "../pcm.js";

const LEAD_SECONDS = 0.08;
const REPORT_MILLISECONDS = 40;
const AUDIBLE = 32;

export class ScheduledSink {
  mode = "scheduled";
  #context;
  #listener;
  #timer;
  #epoch = 0;
  #pieces = [];
  #next = 0;
  #consumed = 0;
  #before = 0;
  #underruns = 0;
  #last = false;
  #ended = false;
  #audible = false;
  #dry = false;

  constructor(context, listener) {
    this.#context = context;
    this.#listener = listener;
    this.capacity = Math.ceil(4 * context.sampleRate);
    this.#timer = setInterval(() => this.#tick(), REPORT_MILLISECONDS);
  }

  feed(epoch, samples) {
    if (epoch !== this.#epoch || samples.length === 0) {
      return;
    }
    const buffer = this.#context.createBuffer(1, samples.length, this.#context.sampleRate);
    int16ToFloat(samples, buffer.getChannelData(0));
    const source = this.#context.createBufferSource();
    source.buffer = buffer;
    source.connect(this.#context.destination);
    const now = this.#context.currentTime;
    const start = this.#next < now ? now + LEAD_SECONDS : this.#next;
    source.start(start);
    this.#next = start + buffer.duration;
    this.#dry = false;
    this.#pieces.push({ source, start, length: samples.length, audibleAt: this.#audible ? -1 : firstAudible(samples) });
  }

  last(epoch) {
    this.#last = this.#last || epoch === this.#epoch;
  }

  flush(epoch, fresh) {
    for (const piece of this.#pieces) {
      piece.source.stop();
      piece.source.disconnect();
    }
    this.#before = fresh ? 0 : this.#before + this.#progress();
    this.#underruns = fresh ? 0 : this.#underruns;
    this.#audible = fresh ? false : this.#audible;
    this.#pieces = [];
    this.#epoch = epoch;
    this.#consumed = 0;
    this.#next = 0;
    this.#last = this.#ended = this.#dry = false;
  }

  close() {
    clearInterval(this.#timer);
    this.flush(-1, true);
  }

  /** Samples of this epoch that were played, by the audio clock; removes buffers that are over. */
  #progress() {
    const now = this.#context.currentTime;
    while (this.#pieces.length && this.#end(this.#pieces[0]) <= now) {
      this.#consumed += this.#pieces.shift().length;
    }
    const current = this.#pieces[0];
    const partial = current ? Math.max(0, (now - current.start) * this.#context.sampleRate) : 0;
    return this.#consumed + Math.floor(partial);
  }

  #end(piece) {
    return piece.start + piece.length / this.#context.sampleRate;
  }

  #tick() {
    if (this.#context.state !== "running") {
      return;
    }
    const now = this.#context.currentTime;
    const next = this.#pieces.find((piece) => piece.audibleAt >= 0);
    if (!this.#audible && next && now >= next.start + next.audibleAt / this.#context.sampleRate) {
      this.#audible = true;
      this.#report("first");
    }
    const consumed = this.#progress();
    const empty = this.#pieces.length === 0 && consumed > 0;
    if (empty && this.#last && !this.#ended) {
      this.#ended = true;
      this.#report("ended");
    } else if (empty && !this.#last && !this.#dry) {
      this.#dry = true;
      this.#underruns += 1;
    }
    this.#report("report");
  }

  #report(type) {
    const consumed = this.#progress();
    this.#listener({
      type,
      epoch: this.#epoch,
      consumed,
      played: this.#before + consumed,
      underruns: this.#underruns,
      flowing: this.#pieces.length > 0 && this.#pieces[0].start <= this.#context.currentTime,
      time: this.#context.currentTime,
    });
  }
}

function firstAudible(samples) {
  return samples.findIndex((sample) => Math.abs(sample) >= AUDIBLE);
}
