// Filters apply as they change; without this element the form still works by its button.

import { announce } from "../../page/announcements.js";

const PAUSE = 180;

class ModelFilters extends HTMLElement {
  #wait = 0;
  #asked = null;

  connectedCallback() {
    this.addEventListener("input", (event) => this.#soon(event.target.type === "search" ? PAUSE : 0));
    this.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#soon(0);
    });
    // typed before this script was here, or put back by the browser
    if (String(this.#asking()) !== location.search.slice(1)) {
      this.#soon(0);
    }
  }

  #asking() {
    const fields = [...new FormData(this.querySelector("form"))];
    return new URLSearchParams(fields.filter(([, value]) => value !== ""));
  }

  #soon(pause) {
    clearTimeout(this.#wait);
    this.#wait = setTimeout(() => this.#apply(), pause);
  }

  async #apply() {
    const asking = this.#asking();
    const url = asking.size ? `${location.pathname}?${asking}` : location.pathname;
    this.#asked?.abort();
    this.#asked = new AbortController();
    const results = document.getElementById("results");
    results.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(url, { signal: this.#asked.signal });
      if (!answer.ok || answer.redirected) {
        location.assign(url);
        return;
      }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      results.replaceChildren(...page.getElementById("results").childNodes);
      history.replaceState(null, "", url);
      announce(results.querySelector("[data-role=count]").textContent);
    } catch (error) {
      if (error.name !== "AbortError") {
        location.assign(url);
      }
      return;
    }
    results.removeAttribute("aria-busy");
  }
}

customElements.define("model-filters", ModelFilters);
