// Writes down a sample recording on the home page; a file of the user's own is uploaded and opened in the model's page.

import { message } from "../../page/messages.js";
import { pageSocket } from "../../wire/socket.js";
import { HomePanel } from "./home-panel.js";

class HomeTranscription extends HomePanel {
  action = "sample";
  #text = "";
  /** Whether the text comes in pieces; its segments then repeat them. */
  #flows = false;

  connectedCallback() {
    super.connectedCallback();
    if (!this.model) {
      return;
    }
    this.part("choose").addEventListener("click", () => this.part("picker").click());
    this.part("picker").addEventListener("change", ({ target }) => this.#upload(target.files[0]));
    this.addEventListener("dragover", (event) => {
      event.preventDefault();
      this.toggleAttribute("data-over", true);
    });
    this.addEventListener("dragleave", ({ relatedTarget }) => this.contains(relatedTarget) || this.removeAttribute("data-over"));
    this.addEventListener("drop", (event) => {
      event.preventDefault();
      this.removeAttribute("data-over");
      this.#upload(event.dataTransfer.files[0]);
    });
  }

  /** The model's page lists the user's files that wait to be transcribed. */
  async #upload(file) {
    if (!file) {
      return;
    }
    if (file.size > Number(this.part("drop").dataset.limit)) {
      this.fail({ code: 413, message: message("too-large") });
      return;
    }
    this.note(message("uploading"));
    const { upload } = await import("../../wire/upload.js");
    try {
      await upload(file, {
        url: "/uploads/",
        csrf: this.dataset.csrf,
        task: "transcription",
        onProgress: (share) => this.#progress(share),
      }).done;
      location.assign(this.dataset.url);
    } catch (error) {
      this.#progress(null);
      this.fail(error);
    }
  }

  async start() {
    this.begin({ stop: () => {} }, "listening");
    this.#flows = false;
    this.#write("");
    this.#progress(undefined);
    this.button.disabled = true;
    try {
      const upload = await this.#sample();
      const params = { file: { upload }, response_format: "json" };
      this.run = pageSocket().start({ task: "transcription", model: this.model, params }, (event) => this.#onEvent(event));
    } catch (error) {
      this.#progress(null);
      this.end({ type: "run.error", error });
    }
    this.button.disabled = false;
  }

  /** The id of the sample as an upload of the user's. */
  async #sample() {
    const response = await fetch(`/recordings/${this.button.dataset.language}`, { method: "POST", headers: { "X-CSRFToken": this.dataset.csrf } });
    const body = await response.json().catch(() => null);
    if (!response.ok) {
      throw body?.error ?? { code: response.status };
    }
    return body.id;
  }

  #onEvent(event) {
    switch (event.type) {
      case "run.progress":
        this.#progress(event.total ? event.done / event.total : undefined);
        break;
      case "transcript.delta":
        this.#flows = true;
        this.#write(this.#text + event.text);
        break;
      case "transcript.segment":
        if (!this.#flows) {
          this.#write(`${this.#text} ${event.text.trim()}`.trim());
        }
        break;
      case "run.done":
      case "run.error":
        this.#progress(null);
        this.end(event);
        break;
    }
  }

  #write(text) {
    this.#text = text;
    this.toggleAttribute("data-filled", true);
    this.field("text").textContent = text;
  }

  /** A share of the work, undefined where it is unknown, null at the end. */
  #progress(share) {
    const bar = this.part("progress");
    bar.hidden = share === null;
    if (share === undefined) {
      bar.removeAttribute("value");
    } else {
      bar.value = share ?? 0;
    }
  }
}

customElements.define("home-transcription", HomeTranscription);
