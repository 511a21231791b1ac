// The ways for a file into a message: dropped anywhere on the studio, pasted, picked; and the state of the attach buttons.

import { message } from "../../page/messages.js";

/** `add` is called with the files. */
export function listenForFiles(composer, studio, add) {
  const onDrag = (event) => {
    if (event.dataTransfer?.types.includes("Files")) {
      event.preventDefault();
      event.dataTransfer.dropEffect = "copy";
      composer.toggleAttribute("data-over", event.type === "dragover");
      event.type === "drop" && add([...event.dataTransfer.files]);
    }
  };
  studio.addEventListener("dragover", onDrag);
  studio.addEventListener("drop", onDrag);
  studio.addEventListener("dragleave", (event) => {
    studio.contains(event.relatedTarget) || composer.removeAttribute("data-over");
  });
  composer.querySelector("[data-role=picker]").addEventListener("change", ({ target }) => {
    add([...target.files]);
    target.value = "";
  });
  document.addEventListener("paste", (event) => {
    const files = event.defaultPrevented ? [] : pastedFiles(event.clipboardData);
    if (files.length) {
      event.preventDefault();
      add(files);
    }
  });
}

/** The clipboard's files; none where the only one is a bitmap that renders the text beside it. */
export function pastedFiles(data) {
  const files = [...(data?.files ?? [])];
  const text = data?.getData("text/plain") ?? "";
  const rendering = text.trim() && files.every(({ name }) => name === "image.png");
  return rendering ? [] : files;
}

/**
 * Buttons for what the model does not accept stay, marked as disabled, with the reason as their title. A recording can
 * be written down where a transcription model is ready.
 */
export function updateAttachButtons(composer) {
  const noMicrophone = !window.isSecureContext || !navigator.mediaDevices;
  for (const button of composer.querySelectorAll("[data-attach]")) {
    const { ok = false, why = "" } = composer.accepts[button.dataset.attach] ?? {};
    const { dictate, role } = button.dataset;
    const usable = ok || dictate;
    const insecure = usable && noMicrophone && role === "record";
    button.setAttribute("aria-disabled", String(!usable || insecure));
    button.title = insecure ? message("mic-insecure") : ok ? button.getAttribute("aria-label") : dictate || why;
  }
}
