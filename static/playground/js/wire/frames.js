// Binary frames of the playground socket: number u32, seq u32 (both big-endian), then sound.

const HEAD = 8;

/** {number, seq, bytes} of a frame, or null where it is too short to be one. */
export function readFrame(buffer) {
  if (buffer.byteLength < HEAD) {
    return null;
  }
  const view = new DataView(buffer);
  return { number: view.getUint32(0), seq: view.getUint32(4), bytes: new Uint8Array(buffer, HEAD) };
}
