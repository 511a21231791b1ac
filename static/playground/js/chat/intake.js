// What comes to a message by itself: files dropped anywhere on the studio or pasted; and what its model refuses.

import { message } from "../messages.js";
import { pastedFiles } from "./pasted.js";

const LONGEST = 960 * 1024;

/** `take` is called with the files that came. */
export function attend(composer, studio, take) {
  const over = (event) => {
    if (event.dataTransfer?.types.includes("Files")) {
      event.preventDefault();
      event.dataTransfer.dropEffect = "copy";
      composer.toggleAttribute("data-over", event.type === "dragover");
      event.type === "drop" && take([...event.dataTransfer.files]);
    }
  };
  studio.addEventListener("dragover", over);
  studio.addEventListener("drop", over);
  studio.addEventListener("dragleave", (event) => {
    studio.contains(event.relatedTarget) || composer.removeAttribute("data-over");
  });
  document.addEventListener("paste", (event) => {
    const files = event.defaultPrevented ? [] : pastedFiles(event.clipboardData);
    if (files.length) {
      event.preventDefault();
      take(files);
    }
  });
}

/** Whether a message is more than the socket takes in one frame, with some room for what goes with it. */
export function tooLong(text) {
  return text.length > LONGEST / 6 && new Blob([JSON.stringify(text)]).size > LONGEST;
}

/** Buttons of what the model does not take stay, and say why. */
export function gate(composer) {
  const silent = !window.isSecureContext || !navigator.mediaDevices;
  for (const button of composer.querySelectorAll("[data-attach]")) {
    const { ok = false, why = "" } = composer.accepts[button.dataset.attach] ?? {};
    const deaf = ok && silent && button.dataset.role === "record";
    button.setAttribute("aria-disabled", String(!ok || deaf));
    button.title = deaf ? message("mic-insecure") : ok ? button.getAttribute("aria-label") : why;
  }
}
