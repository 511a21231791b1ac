// Which files of a question the model does not get.

import { message } from "../../page/messages.js";

const KINDS = { image_url: "image", input_audio: "audio", video_url: "video", file: "file" };

/** What a run left out, by message: why, by the place of the part. */
export function leftOut(told) {
  const left = new Map();
  for (const { message: id, part } of told) {
    left.set(id, { ...left.get(id), [part]: message("left-out") });
  }
  return left;
}

/** Marks files that the model of the next answer does not take, or that `left` says were left out of the last one. */
export function markFiles(element, accepts = {}, left = {}) {
  const whys = { ...left };
  for (const { dataset } of element.querySelectorAll(".message-file")) {
    if (accepts[KINDS[dataset.kind]]?.ok === false) {
      whys[dataset.part] = message("left-out");
    }
  }
  element.mark(whys);
}
