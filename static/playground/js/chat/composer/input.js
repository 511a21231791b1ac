// What comes to a message: files dropped anywhere on the studio, pasted or picked; and what keeps it from going.

import { message } from "../../page/messages.js";
import { pastedFiles } from "../attachments/clipboard-files.js";

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
  composer.querySelector("[data-role=picker]").addEventListener("change", ({ target }) => {
    take([...target.files]);
    target.value = "";
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
function tooLong(text) {
  return text.length > LONGEST / 6 && new Blob([JSON.stringify(text)]).size > LONGEST;
}

/** Why a message cannot go now; empty where it can. */
export function hindrance(composer, tray, text) {
  if (composer.state === "blocked") {
    return composer.querySelector("[data-field=hint]").dataset.blocked ?? "";
  }
  const key = tray?.unfit ? "why-unfit" : tray?.failed ? "why-failed" : tooLong(text) ? "why-long" : "";
  return key && message(key);
}

/** Where no style makes a field as high as its text. */
export function grow(field) {
  if (!CSS.supports("field-sizing", "content")) {
    field.style.blockSize = "auto";
    field.style.blockSize = `${field.scrollHeight}px`;
  }
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
