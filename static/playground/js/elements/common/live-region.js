// The page's polite live region for screen readers.

class LiveRegion extends HTMLElement {
  #onAnnounce = (event) => this.#show(event.detail.text);
  #timer = 0;

  connectedCallback() {
    document.addEventListener("announce", this.#onAnnounce);
  }

  disconnectedCallback() {
    document.removeEventListener("announce", this.#onAnnounce);
  }

  /** Emptied first, so that the same text is announced twice. */
  #show(text) {
    clearTimeout(this.#timer);
    this.textContent = "";
    this.#timer = setTimeout(() => { this.textContent = text; }, 60);
  }
}

customElements.define("live-region", LiveRegion);
