// The ways a file comes to a message: dropped anywhere on the studio, pasted, picked, recorded.

import { message } from "../messages.js";
import { pastedFiles } from "./pasted.js";

const TAKEN = {
  image: "image/png,image/jpeg,image/webp,image/gif",
  file: "application/pdf",
  audio: "audio/*,.flac,.opus,.m4a,.aiff,.aif",
  video: "video/*,.mov,.webm",
};

export class Intake {
  #composer;
  #take;

  /** `take` is called with the files that came. */
  constructor(composer, studio, take) {
    this.#composer = composer;
    this.#take = take;
    studio.addEventListener("dragover", (event) => this.#over(event));
    studio.addEventListener("dragleave", (event) => !studio.contains(event.relatedTarget) && this.#left());
    studio.addEventListener("drop", (event) => this.#dropped(event));
    document.addEventListener("paste", (event) => this.#pasted(event));
    this.#picker.addEventListener("change", () => this.#picked());
  }

  pick(kind) {
    this.#picker.accept = TAKEN[kind];
    this.#picker.click();
  }

  /** As a WAV file: what browsers record, few models take. */
  async record() {
    await import("../elements/audio-recorder.js");
    const recorded = await this.#composer.querySelector("audio-recorder").record();
    this.#composer.querySelector("[data-role=record]").focus();
    if (recorded) {
      const { asWav } = await import("../audio/as-wav.js");
      this.#take([await asWav(recorded)]);
    }
  }

  /** Buttons of what the model does not take stay, and say why. */
  gate(accepts) {
    const silent = !window.isSecureContext || !navigator.mediaDevices;
    for (const button of this.#composer.querySelectorAll("[data-attach]")) {
      const { ok = false, why = "" } = accepts[button.dataset.attach] ?? {};
      const deaf = ok && silent && button.dataset.role === "record";
      button.setAttribute("aria-disabled", String(!ok || deaf));
      button.title = deaf ? message("mic-insecure") : ok ? button.getAttribute("aria-label") : why;
    }
  }

  get #picker() {
    return this.#composer.querySelector("[data-role=picker]");
  }

  #picked() {
    this.#take([...this.#picker.files]);
    this.#picker.value = "";
  }

  #over(event) {
    if (event.dataTransfer?.types.includes("Files")) {
      event.preventDefault();
      event.dataTransfer.dropEffect = "copy";
      this.#composer.dataset.over = "";
    }
  }

  #left() {
    this.#composer.removeAttribute("data-over");
  }

  #dropped(event) {
    this.#left();
    if (event.dataTransfer?.files.length) {
      event.preventDefault();
      this.#take([...event.dataTransfer.files]);
    }
  }

  #pasted(event) {
    const files = event.defaultPrevented ? [] : pastedFiles(event.clipboardData);
    if (files.length) {
      event.preventDefault();
      this.#take(files);
    }
  }
}
