// Files that are asked for: picked or recorded; fetched with the first of them.

const TAKEN = {
  image: "image/png,image/jpeg,image/webp,image/gif",
  file: "application/pdf",
  audio: "audio/*,.flac,.opus,.m4a,.aiff,.aif",
  video: "video/*,.mov,.webm",
};

export function pick(composer, kind) {
  const picker = composer.querySelector("[data-role=picker]");
  picker.accept = TAKEN[kind];
  picker.click();
}

/** A WAV file, since few models take what browsers record; null where nothing was recorded. */
export async function record(composer) {
  await import("../../elements/common/audio-recorder.js");
  const recorded = await composer.querySelector("audio-recorder").record();
  composer.querySelector("[data-role=record]").focus();
  const { asWav } = await import("../../audio/wav-conversion.js");
  return recorded && asWav(recorded);
}
