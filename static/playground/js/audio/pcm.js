// Samples from a stream of little-endian signed 16-bit PCM, in chunks of any size.

const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Bytes in, one channel of Int16 samples out; an incomplete frame waits for its other bytes. */
export class PcmDecoder {
  #channels;
  #rest = new Uint8Array(0);

  constructor(channels = 1) {
    this.#channels = channels;
  }

  decode(bytes) {
    const whole = this.#join(bytes);
    const frame = 2 * this.#channels;
    const usable = whole.length - (whole.length % frame);
    this.#rest = whole.slice(usable);
    const samples = toInt16(whole.subarray(0, usable));
    return this.#channels === 1 ? samples : mixDown(samples, this.#channels);
  }

  #join(bytes) {
    if (this.#rest.length === 0) {
      return bytes;
    }
    const whole = new Uint8Array(this.#rest.length + bytes.length);
    whole.set(this.#rest);
    whole.set(bytes, this.#rest.length);
    return whole;
  }
}

/** A copy, because typed arrays refuse odd offsets and the buffer is transferred to another thread. */
function toInt16(bytes) {
  const copy = bytes.slice();
  if (LITTLE_ENDIAN) {
    return new Int16Array(copy.buffer, 0, copy.length >> 1);
  }
  const view = new DataView(copy.buffer);
  return Int16Array.from({ length: copy.length >> 1 }, (_, index) => view.getInt16(index * 2, true));
}

function mixDown(samples, channels) {
  const mixed = new Int16Array(samples.length / channels);
  for (let frame = 0; frame < mixed.length; frame += 1) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel += 1) {
      sum += samples[frame * channels + channel];
    }
    mixed[frame] = Math.round(sum / channels);
  }
  return mixed;
}

export function floatToInt16(samples) {
  return Int16Array.from(samples, (sample) => {
    const bounded = Math.max(-1, Math.min(1, sample));
    return Math.round(bounded < 0 ? bounded * 32768 : bounded * 32767);
  });
}

export function int16ToFloat(samples, target = new Float32Array(samples.length)) {
  for (let index = 0; index < samples.length; index += 1) {
    target[index] = samples[index] / 32768;
  }
  return target;
}
