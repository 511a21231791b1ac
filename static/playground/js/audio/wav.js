// A WAV file around 16-bit samples.

/** Int16 samples (interleaved where there are more channels) as the bytes of a WAV file. */
export function encodeWav(samples, sampleRate, channels = 1) {
  const size = samples.length * 2;
  const view = new DataView(new ArrayBuffer(44 + size));
  writeText(view, 0, "RIFF");
  view.setUint32(4, 36 + size, true);
  writeText(view, 8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * channels * 2, true);
  view.setUint16(32, channels * 2, true);
  view.setUint16(34, 16, true);
  writeText(view, 36, "data");
  view.setUint32(40, size, true);
  for (let index = 0; index < samples.length; index += 1) {
    view.setInt16(44 + index * 2, samples[index], true);
  }
  return view.buffer;
}

function writeText(view, offset, text) {
  for (let index = 0; index < text.length; index += 1) {
    view.setUint8(offset + index, text.charCodeAt(index));
  }
}
