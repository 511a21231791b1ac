// Search in a transcript: marks the words found; Enter goes from one to the next.

import { message } from "../page/messages.js";

export class TranscriptSearch {
  #view;
  #field;
  #found = [];
  #at = -1;

  constructor(view) {
    this.#view = view;
    this.#field = view.querySelector("[data-role=search]");
    this.#field.addEventListener("input", () => this.#search());
    this.#field.addEventListener("keydown", (event) => this.#onKey(event));
  }

  clear() {
    this.#field.value = "";
    this.#search();
  }

  #search() {
    const wanted = this.#field.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    const { spans } = this.#view;
    this.#found.flat().forEach((span) => span.classList.remove("is-found"));
    this.#found = wanted.length ? findWords(spans, wanted) : [];
    this.#found.flat().forEach((span) => span.classList.add("is-found"));
    this.#at = -1;
    const count = this.#view.querySelector("[data-field=found]");
    count.textContent = wanted.length ? message("found", { count: this.#found.length }) : "";
    if (this.#found.length) {
      this.#show(0);
    }
  }

  #onKey(event) {
    if (event.key === "Enter" && this.#found.length && !event.isComposing) {
      event.preventDefault();
      this.#show((this.#at + (event.shiftKey ? -1 : 1) + this.#found.length) % this.#found.length);
      this.#found[this.#at][0].click();
    }
  }

  #show(index) {
    this.#at = index;
    this.#view.reveal(this.#found[index][0]);
  }
}

/** Runs of neighbouring spans that each contain the wanted word at their place. */
function findWords(spans, wanted) {
  const plain = spans.map((span) => span.textContent.toLocaleLowerCase());
  const found = [];
  for (let index = 0; index + wanted.length <= spans.length; index += 1) {
    if (wanted.every((word, offset) => plain[index + offset].includes(word))) {
      found.push(spans.slice(index, index + wanted.length));
    }
  }
  return found;
}
