// Draws the prompt of the home page in the place of the example.

import { writeDraft } from "../../page/drafts.js";
import { message } from "../../page/messages.js";
import { pageSocket } from "../../wire/socket.js";
import { HomePanel } from "./home-panel.js";

class HomeImage extends HomePanel {
  action = "draw";

  connectedCallback() {
    super.connectedCallback();
    if (this.model) {
      this.addEventListener("input", () => this.#changed());
      this.#changed();
    }
  }

  get #prompt() {
    return this.querySelector("textarea").value.trim();
  }

  draft() {
    writeDraft(this.model, { task: "image", prompt: this.#prompt });
  }

  #changed() {
    this.button.disabled = !this.#prompt;
  }

  start() {
    const params = { prompt: this.#prompt };
    const run = pageSocket().start({ task: "image", model: this.model, params }, (event) => this.#onEvent(event, params.prompt));
    this.begin(run, "drawing");
    this.toggleAttribute("data-drawing", true);
  }

  #onEvent(event, prompt) {
    if (event.type === "image.partial" || event.type === "image.ready") {
      const image = this.querySelector("img");
      image.src = event.url;
      image.alt = prompt;
      const name = this.querySelector(".home-panel-model a").textContent;
      this.field("caption").textContent = message("caption", { model: name });
    } else if (event.type === "run.done" || event.type === "run.error") {
      this.removeAttribute("data-drawing");
      this.end(event);
    }
  }
}

customElements.define("home-image", HomeImage);
