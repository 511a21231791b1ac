// The echo test: the sound is transcribed, and the words of its text that did not survive are marked.

import { message } from "../../page/messages.js";

class EchoCheck extends HTMLElement {
  #button = this.querySelector("[data-role=check]");
  #spoken = null;
  #check = null;

  connectedCallback() {
    this.#button.addEventListener("click", () => (this.#check ? this.#check.stop() : this.#start()));
  }

  /** Sound that can be checked: the id of its run, its text `input`, its `voice`, whether Markdown was left out. */
  offer(spoken) {
    this.clear();
    this.#spoken = spoken;
    this.#button.disabled = !this.dataset.model;
  }

  clear() {
    this.#check?.stop();
    this.#check = null;
    this.#spoken = null;
    this.#button.disabled = true;
    this.#idle();
    this.#show(null);
  }

  async #start() {
    const { EchoRun } = await import("../../speech/echo/run.js");
    const { model, name, languages } = this.dataset;
    const check = new EchoRun({ model, name, languages: languages.split(" ") }, this.#spoken);
    this.#check = check;
    this.#button.dataset.state = "running";
    this.dataset.state = "running";
    this.#show({ figure: message("checking") });
    const result = await check.done;
    if (check === this.#check) {
      this.#check = null;
      this.#idle();
      this.dataset.state = result.failed ? "failed" : "done";
      this.#show(result);
      this.#mark(result.words ?? []);
    }
  }

  #idle() {
    this.#button.dataset.state = "idle";
    delete this.dataset.state;
  }

  /** {figure, lost, cost, url}, or null for the explanation. */
  #show(result) {
    this.#field("about").hidden = Boolean(result);
    this.#field("result").hidden = !result;
    this.#field("figure").textContent = result?.figure ?? "";
    this.#field("lost").textContent = result?.lost ?? "";
    this.#field("receipt").hidden = !result?.url;
    this.#field("receipt").href = result?.url ?? "#";
    this.#field("receipt").textContent = result?.cost ?? "";
    result || this.#mark([]);
  }

  /** Marks the lost words in the player's text. */
  #mark(words) {
    const spans = this.closest("speech-studio").querySelectorAll(".player-words .word");
    spans.forEach((span) => span.classList.remove("is-lost"));
    for (const { index, text } of words) {
      spans[index]?.classList.add("is-lost");
      spans[index]?.setAttribute("title", text);
    }
  }

  #field(name) {
    return this.querySelector(`[data-field=${name}]`);
  }
}

customElements.define("echo-check", EchoCheck);
