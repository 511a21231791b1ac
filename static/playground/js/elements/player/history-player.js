// The player of the history page, for a list of runs, and of a run's page, for that run with its word times.
// That of a list is shown with the first sound.

import { writeDraft } from "../../page/drafts.js";

class HistoryPlayer extends HTMLElement {
  async connectedCallback() {
    this.addEventListener("run-replay", ({ detail }) => {
      const { sound, title, words, duration, name } = detail;
      this.querySelector("[data-role=dock]").hidden = false;
      this.#player.load({ src: sound, text: title, words: words ?? [], duration, name });
      this.#player.play();
    });
    this.addEventListener("click", ({ target }) => useAgain(target.closest("[data-role=use]")));
    const words = document.getElementById("run-words");
    if (words) {
      await customElements.whenDefined("speech-player");
      this.#player.addWords(JSON.parse(words.textContent));
    }
  }

  get #player() {
    return this.querySelector("speech-player");
  }
}

/** The form of the model's page, which the link leads to, is filled with the parameters of the run. */
function useAgain(link) {
  if (link) {
    writeDraft(link.dataset.model, JSON.parse(link.dataset.params));
  }
}

customElements.define("history-player", HistoryPlayer);
