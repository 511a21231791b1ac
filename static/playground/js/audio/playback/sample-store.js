// All samples received so far, in one growing array, so that seeking needs no network.

export class SampleStore {
  #samples = new Int16Array(1 << 16);
  length = 0;

  append(samples) {
    this.#grow(this.length + samples.length);
    this.#samples.set(samples, this.length);
    this.length += samples.length;
  }

  /** A copy of [from, to), safe to transfer to another thread. */
  slice(from, to = this.length) {
    return this.#samples.slice(from, Math.min(to, this.length));
  }

  /** A view of all samples, valid until the next append. */
  all() {
    return this.#samples.subarray(0, this.length);
  }

  #grow(needed) {
    if (needed <= this.#samples.length) {
      return;
    }
    let size = this.#samples.length;
    while (size < needed) {
      size *= 2;
    }
    const larger = new Int16Array(size);
    larger.set(this.all());
    this.#samples = larger;
  }
}
