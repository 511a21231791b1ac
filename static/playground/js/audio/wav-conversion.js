// Converts a recording to WAV, which every model with audio input accepts.

import { encodeWav } from "./wav.js";

const RATE = 16_000;

/** 16 kHz, mono, under the same name; the file itself where the browser cannot decode it. */
export async function convertToWav(file) {
  const context = new OfflineAudioContext(1, 1, RATE);
  try {
    const audio = await context.decodeAudioData(await file.arrayBuffer());
    const name = `${file.name.replace(/\.[^.]+$/, "")}.wav`;
    return new File([encodeWav(mixDown(audio), RATE)], name, { type: "audio/wav" });
  } catch {
    return file;
  }
}

/** All channels as one, in 16-bit samples. */
export function mixDown(audio) {
  const channels = Array.from({ length: audio.numberOfChannels }, (_, index) => audio.getChannelData(index));
  const samples = new Int16Array(audio.length);
  for (let index = 0; index < samples.length; index += 1) {
    const sum = channels.reduce((total, channel) => total + channel[index], 0) / channels.length;
    samples[index] = Math.max(-1, Math.min(1, sum)) * 32767;
  }
  return samples;
}
