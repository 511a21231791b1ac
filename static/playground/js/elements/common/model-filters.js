// Applies the catalogue's filters as they change; without scripts the form works with its button.

import { announce } from "../../page/announcements.js";
import { message } from "../../page/messages.js";

const PAUSE = 180;

class ModelFilters extends HTMLElement {
  #timer = 0;
  #request = null;

  connectedCallback() {
    this.addEventListener("input", (event) => this.#applyLater(event.target.type === "search" ? PAUSE : 0));
    this.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#applyLater(0);
    });
    document.getElementById("results").addEventListener("click", (event) => this.#onClick(event));
    // typed before this script was loaded, or restored by the browser
    if (String(this.#query()) !== location.search.slice(1)) {
      this.#applyLater(0);
    }
  }

  #onClick(event) {
    const tab = event.target.closest("[data-task]");
    const star = event.target.closest("[data-star]");
    if (tab && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      this.querySelector("[name=task]").value = tab.dataset.task;
      this.#apply().then(() => document.querySelector(".task-tabs [aria-current]")?.focus());
    } else if (star) {
      this.#toggle(star);
    }
  }

  /** Gives the model a star, or takes it; the order of the list changes with the next page. */
  async #toggle(star) {
    const starred = star.ariaPressed !== "true";
    star.ariaPressed = String(starred);
    const method = starred ? "PUT" : "DELETE";
    const headers = { "X-CSRFToken": this.dataset.csrf };
    const response = await fetch(star.dataset.star, { method, headers }).catch(() => null);
    if (!response?.ok) {
      star.ariaPressed = String(!starred);
    }
    announce(message(!response?.ok ? "star-failed" : starred ? "starred" : "unstarred"));
  }

  #query() {
    const fields = [...new FormData(this.querySelector("form"))];
    return new URLSearchParams(fields.filter(([, value]) => value !== ""));
  }

  #applyLater(pause) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#apply(), pause);
  }

  async #apply() {
    const query = this.#query();
    const url = query.size ? `${location.pathname}?${query}` : location.pathname;
    this.#request?.abort();
    this.#request = new AbortController();
    const results = document.getElementById("results");
    results.setAttribute("aria-busy", "true");
    try {
      const response = await fetch(url, { signal: this.#request.signal });
      if (!response.ok || response.redirected) {
        location.assign(url);
        return;
      }
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
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
