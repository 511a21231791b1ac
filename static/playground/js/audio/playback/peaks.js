// The peaks of a waveform in a fixed number of bins, updated as samples arrive.

const BINS = 4096;

export class Peaks {
  #bins = new Float32Array(BINS);
  #filled = 0;
  #perBin;
  #open = 0;
  #inOpen = 0;
  length = 0;

  constructor(samplesPerBin = 64) {
    this.#perBin = samplesPerBin;
  }

  append(samples) {
    for (const sample of samples) {
      const peak = sample < 0 ? -sample : sample;
      if (peak > this.#open) {
        this.#open = peak;
      }
      this.#inOpen += 1;
      if (this.#inOpen === this.#perBin) {
        this.#close();
      }
    }
    this.length += samples.length;
  }

  /** `count` heights 0..1 over `total` samples; -1 where nothing has arrived yet. */
  columns(count, total = this.length) {
    const heights = new Float32Array(count).fill(-1);
    if (total <= 0) {
      return heights;
    }
    for (let column = 0; column < count; column += 1) {
      const from = (column * total) / count;
      if (from >= this.length) {
        break;
      }
      heights[column] = this.#peak(from, ((column + 1) * total) / count) / 32768;
    }
    return heights;
  }

  #peak(from, to) {
    const first = Math.floor(from / this.#perBin);
    const last = Math.max(first, Math.ceil(to / this.#perBin) - 1);
    let peak = 0;
    for (let bin = first; bin <= last; bin += 1) {
      const value = bin < this.#filled ? this.#bins[bin] : bin === this.#filled ? this.#open : 0;
      peak = Math.max(peak, value);
    }
    return peak;
  }

  #close() {
    if (this.#filled === BINS) {
      this.#halve();
    }
    if (this.#inOpen < this.#perBin) {
      return;
    }
    this.#bins[this.#filled] = this.#open;
    this.#filled += 1;
    this.#open = 0;
    this.#inOpen = 0;
  }

  /** Merges each two bins into one, so that the memory stays the same. The open bin is then only half full. */
  #halve() {
    for (let bin = 0; bin < BINS / 2; bin += 1) {
      this.#bins[bin] = Math.max(this.#bins[2 * bin], this.#bins[2 * bin + 1]);
    }
    this.#filled = BINS / 2;
    this.#perBin *= 2;
  }
}
