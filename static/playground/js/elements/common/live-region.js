// The page's one polite voice for screen readers.

class LiveRegion extends HTMLElement {
  #heard = (event) => this.#say(event.detail.text);
  #timer = 0;

  connectedCallback() {
    document.addEventListener("announce", this.#heard);
  }

  disconnectedCallback() {
    document.removeEventListener("announce", this.#heard);
  }

  /** Emptied first: the same sentence twice is news twice. */
  #say(text) {
    clearTimeout(this.#timer);
    this.textContent = "";
    this.#timer = setTimeout(() => { this.textContent = text; }, 60);
  }
}

customElements.define("live-region", LiveRegion);
