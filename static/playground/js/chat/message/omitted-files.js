// Marks the files of a question that the model does not get. Loaded with the first message that has files.

import { message } from "../../page/messages.js";

const KINDS = { image_url: "image", input_audio: "audio", video_url: "video", file: "file" };

/**
 * Marks files that the model of the next answer does not accept, and those that the last run left out: `omitted` has
 * {message, part}, the id of a message and the index of its part.
 */
export function markFiles(element, accepts = {}, omitted = []) {
  const left = omitted.filter(({ message: id }) => id === element.message.id).map(({ part }) => String(part));
  const reasons = {};
  for (const { dataset } of element.querySelectorAll(".message-file")) {
    if (accepts[KINDS[dataset.kind]]?.ok === false || left.includes(dataset.part)) {
      reasons[dataset.part] = message("left-out");
    }
  }
  element.mark(reasons);
}
