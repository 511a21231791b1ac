// Code with a copy button.

import { copyText } from "../../page/clipboard.js";

const SHOWN_MILLISECONDS = 1600;

class CodeSample extends HTMLElement {
  #timer = 0;

  connectedCallback() {
    this.querySelector("[data-role=copy]").addEventListener("click", () => this.#copy());
  }

  setCode(text) {
    this.querySelector("[data-field=code]").textContent = text;
  }

  async #copy() {
    await copyText(this.querySelector("[data-field=code]").textContent);
    this.dataset.copied = "";
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => delete this.dataset.copied, SHOWN_MILLISECONDS);
    this.dispatchEvent(new CustomEvent("code-copied", { bubbles: true }));
  }
}

customElements.define("code-sample", CodeSample);
