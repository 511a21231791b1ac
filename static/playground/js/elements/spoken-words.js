// The text as it is being said: the current word is lit, a click on a word goes there.

import { WordAligner, wordAt } from "../audio/words.js";

export class SpokenWords {
  #box;
  #onSeek;
  #words = [];
  #spans = [];
  #aligner = new WordAligner("");
  #text = "";
  #shown = 0;
  #rest = document.createTextNode("");
  #current = -1;

  constructor(box, onSeek) {
    this.#box = box;
    this.#onSeek = onSeek;
    box.addEventListener("click", (event) => this.#click(event));
  }

  get empty() {
    return this.#words.length === 0;
  }

  /** Shows the whole text at once, so that nothing moves when the words come; without one, the hint. */
  start(text, hint = "") {
    this.#words = [];
    this.#spans = [];
    this.#text = text;
    this.#shown = 0;
    this.#current = -1;
    this.#aligner = new WordAligner(text);
    this.#rest = document.createTextNode(text || hint);
    this.#box.replaceChildren(this.#rest);
    this.#box.scrollTop = 0;
  }

  add(words) {
    const pieces = document.createDocumentFragment();
    for (const word of words) {
      const { from, to } = this.#text ? this.#aligner.next(word.word) : { from: 0, to: 0 };
      const spoken = this.#text ? this.#text.slice(from, to) : `${word.word} `;
      if (from > this.#shown) {
        pieces.append(this.#text.slice(this.#shown, from));
      }
      this.#shown = Math.max(this.#shown, to);
      pieces.append(this.#span(spoken));
      this.#words.push(word);
    }
    this.#rest.before(pieces);
    this.#rest.data = this.#text.slice(this.#shown);
  }

  /** Lights the word said at `seconds`. */
  mark(seconds) {
    const index = wordAt(this.#words, seconds);
    if (index === this.#current) {
      return;
    }
    const [from, to] = index > this.#current ? [this.#current + 1, index] : [index + 1, this.#current];
    for (let word = Math.max(0, from); word <= to; word += 1) {
      this.#spans[word].classList.toggle("is-spoken", word <= index);
    }
    this.#spans[this.#current]?.classList.remove("is-current");
    this.#spans[index]?.classList.add("is-current");
    this.#current = index;
    this.#follow(this.#spans[index]);
  }

  unmark() {
    this.#spans[this.#current]?.classList.remove("is-current");
    this.#current = -1;
    for (const span of this.#spans) {
      span.classList.remove("is-spoken");
    }
  }

  #span(text) {
    const span = document.createElement("span");
    span.className = "word";
    span.textContent = text;
    this.#spans.push(span);
    return span;
  }

  /** Only this box scrolls, never the page. */
  #follow(span) {
    if (!span || span.offsetHeight === 0) {
      return;
    }
    const top = span.offsetTop - this.#box.offsetTop;
    const visible = top >= this.#box.scrollTop && top + span.offsetHeight <= this.#box.scrollTop + this.#box.clientHeight;
    if (!visible) {
      this.#box.scrollTop = top - 4;
    }
  }

  #click(event) {
    const index = this.#spans.indexOf(event.target);
    if (index >= 0) {
      this.#onSeek(this.#words[index].start);
    }
  }
}
