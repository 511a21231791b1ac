// A sample with a copy button, which is only shown where copying works.

const SHOWN_MILLISECONDS = 1600;

class CopySample extends HTMLElement {
  #timer = 0;

  connectedCallback() {
    const button = this.querySelector("button");
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", () => this.#copy());
  }

  async #copy() {
    await navigator.clipboard.writeText(this.querySelector("code").textContent);
    this.#show(true);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#show(false), SHOWN_MILLISECONDS);
  }

  #show(copied) {
    const words = this.querySelector("[data-when=copied]");
    words.hidden = !copied;
    this.querySelector("[data-when=idle]").hidden = copied;
    this.querySelector("[role=status]").textContent = copied ? words.textContent : "";
  }
}

customElements.define("copy-sample", CopySample);
