// Speaks the text of the home page with the chosen voice, while the sound arrives.

import { writeDraft } from "../../page/drafts.js";
import { message } from "../../page/messages.js";
import { money } from "../../results.js";
import { pageSocket } from "../../wire/socket.js";
import "../player/speech-player.js";
import { HomePanel } from "./home-panel.js";

class HomeSpeech extends HomePanel {
  action = "speak";
  #end = null;

  connectedCallback() {
    super.connectedCallback();
    if (this.model) {
      this.addEventListener("input", () => this.#showCost());
      this.#showCost();
      pageSocket();
    }
  }

  get #player() {
    return this.querySelector("speech-player");
  }

  #params() {
    const voice = this.part("voice")?.value;
    const input = this.querySelector("textarea").value;
    return { input, response_format: this.button.dataset.format, plain: true, ...(voice ? { voice } : {}) };
  }

  draft() {
    writeDraft(this.model, this.#params());
  }

  #showCost() {
    const { price } = this.field("cost").dataset;
    const { input } = this.#params();
    this.button.disabled = !input.trim();
    this.field("cost").textContent = Number(price) ? message("about", { cost: money(price * input.length) }) : "";
  }

  /** A browser allows sound only from within the click. */
  start() {
    const params = this.#params();
    this.#player.unlock({ sampleRate: 24000, text: params.input });
    this.#end = null;
    this.begin(pageSocket().start({ task: "speech", model: this.model, params }, (event) => this.#onEvent(event)), "speaking");
  }

  #onEvent(event) {
    switch (event.type) {
      case "run.progress":
        this.note(message("queued", event));
        break;
      case "audio.start":
        this.note("");
        this.#player.begin({ format: event.format, sampleRate: event.sample_rate, channels: event.channels });
        break;
      case "audio.chunk":
        this.#player.push(event.bytes);
        break;
      case "audio.end":
        this.#end = event;
        break;
      case "run.done":
      case "run.error":
        this.#player.finish({ url: this.#end?.url, partial: event.type === "run.error" && this.#player.stats.received > 0 });
        this.end(event);
        break;
    }
  }
}

customElements.define("home-speech", HomeSpeech);
