// A recording as a WAV file, which every model that hears can read.

import { encodeWav } from "./wav.js";

const RATE = 16_000;

/** 16 kHz, mono, under the same name; the file itself where this browser cannot decode it. */
export async function asWav(file) {
  const context = new OfflineAudioContext(1, 1, RATE);
  try {
    const sound = await context.decodeAudioData(await file.arrayBuffer());
    const name = `${file.name.replace(/\.[^.]+$/, "")}.wav`;
    return new File([encodeWav(mixed(sound), RATE)], name, { type: "audio/wav" });
  } catch {
    return file;
  }
}

/** All channels as one, in 16-bit samples. */
export function mixed(sound) {
  const channels = Array.from({ length: sound.numberOfChannels }, (_, index) => sound.getChannelData(index));
  const samples = new Int16Array(sound.length);
  for (let index = 0; index < samples.length; index += 1) {
    const sum = channels.reduce((total, channel) => total + channel[index], 0) / channels.length;
    samples[index] = Math.max(-1, Math.min(1, sum)) * 32767;
  }
  return samples;
}
