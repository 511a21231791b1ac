// Files that a button asks for: picked or recorded. Loaded with the first of them.

const ACCEPTED = {
  image: "image/png,image/jpeg,image/webp,image/gif",
  file: "application/pdf",
  audio: "audio/*,.flac,.opus,.m4a,.aiff,.aif",
  video: "video/*,.mov,.webm",
};

export function pick(composer, kind) {
  const picker = composer.querySelector("[data-role=picker]");
  picker.accept = ACCEPTED[kind];
  picker.click();
}

/**
 * A recording as a WAV file, since few models accept what browsers record. It is null where there is none, and where the
 * model takes no sound: then what was said is written into the message.
 */
export async function record(composer) {
  await import("../../elements/common/audio-recorder.js");
  const recording = await composer.querySelector("audio-recorder").record();
  composer.querySelector("[data-role=record]").focus();
  if (recording && !composer.accepts.audio?.ok) {
    const { writeDown } = await import("../dictation.js");
    writeDown(recording, composer);
    return null;
  }
  const { convertToWav } = await import("../../audio/wav-conversion.js");
  return recording && convertToWav(recording);
}
