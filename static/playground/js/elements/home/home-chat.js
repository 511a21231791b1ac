// Asks the question of the home page in a new conversation, and opens it once the server has it.

import { writeDraft } from "../../page/drafts.js";
import { pageSocket } from "../../wire/socket.js";
import { HomePanel } from "./home-panel.js";

class HomeChat extends HomePanel {
  action = "send";

  connectedCallback() {
    super.connectedCallback();
    this.addEventListener("input", () => this.#changed());
    if (this.model) {
      this.#changed();
    }
  }

  get #text() {
    return this.querySelector("textarea").value;
  }

  draft() {
    writeDraft(`composer:${this.model}`, { text: this.#text, uploads: [] });
  }

  #changed() {
    this.button.disabled = !this.#text.trim();
  }

  start() {
    const params = { messages: [{ role: "user", content: this.#text }] };
    const request = { task: "chat", model: this.model, params, render: true, conversation: "new" };
    this.begin(pageSocket().start(request, (event) => this.#onEvent(event)), "answering");
  }

  #onEvent(event) {
    if (event.type === "run.started" && event.conversation) {
      location.assign(`${this.dataset.url}?conversation=${event.conversation}`);
    } else if (event.type === "run.error") {
      this.end(event);
    }
  }
}

customElements.define("home-chat", HomeChat);
