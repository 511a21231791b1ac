// The page's polite live region for screen readers.

class LiveRegion extends HTMLElement {
  #timer = 0;

  connectedCallback() {
    document.addEventListener("announce", ({ detail }) => this.#show(detail.text));
  }

  /** Emptied first, so that the same text is announced twice. */
  #show(text) {
    clearTimeout(this.#timer);
    this.textContent = "";
    this.#timer = setTimeout(() => { this.textContent = text; }, 60);
  }
}

customElements.define("live-region", LiveRegion);
