// The text of a speech result: highlights the current word; a click on a word seeks to it.

import { WORD, WordAligner, wordAt } from "../../audio/word-alignment.js";

export class WordHighlight {
  #box;
  #words = [];
  #ranges = [];
  #spans = [];
  #aligner = null;
  #next = 0;
  #current = -1;

  constructor(box, onSeek) {
    this.#box = box;
    box.addEventListener("click", (event) => {
      const index = this.#spans.findIndex((spans) => spans.includes(event.target));
      if (index >= 0) {
        onSeek(this.#words[index].start);
      }
    });
  }

  get empty() {
    return this.#words.length === 0;
  }

  /** Shows the whole text, a span around each word; without a text, the hint. */
  start(text, hint = "") {
    this.#words = [];
    this.#spans = [];
    this.#next = 0;
    this.#current = -1;
    this.#aligner = text ? new WordAligner(text) : null;
    this.#ranges = [];
    this.#box.replaceChildren(text ? this.#splitWords(text) : hint);
    this.#box.scrollTop = 0;
  }

  add(words) {
    if (this.empty && !this.#aligner) {
      this.#box.replaceChildren();
    }
    for (const word of words) {
      this.#words.push(word);
      this.#spans.push(this.#aligner ? this.#spansOf(word.word) : [this.#append(word.word)]);
    }
  }

  /** Highlights the word spoken at `seconds`. */
  mark(seconds) {
    const index = wordAt(this.#words, seconds);
    if (index === this.#current) {
      return;
    }
    const [from, to] = [Math.min(index, this.#current) + 1, Math.max(index, this.#current)];
    for (let word = from; word <= to; word += 1) {
      this.#toggleClass(word, "is-spoken", word <= index);
    }
    this.#toggleClass(this.#current, "is-current", false);
    this.#toggleClass(index, "is-current", true);
    this.#current = index;
    this.#scrollTo(this.#spans[index]?.[0]);
  }

  #splitWords(text) {
    const whole = document.createDocumentFragment();
    let end = 0;
    for (const { 0: word, index } of text.matchAll(WORD)) {
      const span = wordSpan(word);
      whole.append(text.slice(end, index), span);
      end = index + word.length;
      this.#ranges.push({ from: index, to: end, span });
    }
    whole.append(text.slice(end));
    return whole;
  }

  /** The spans that a timed word covers: none where the text does not have it, several in a script without spaces. */
  #spansOf(word) {
    const { from, to } = this.#aligner.next(word);
    const spans = [];
    while (this.#next < this.#ranges.length && this.#ranges[this.#next].to <= from) {
      this.#next += 1;
    }
    for (let at = this.#next; at < this.#ranges.length && this.#ranges[at].from < to; at += 1) {
      spans.push(this.#ranges[at].span);
    }
    return spans;
  }

  #append(word) {
    const span = wordSpan(word);
    this.#box.append(span, " ");
    return span;
  }

  #toggleClass(word, name, on) {
    for (const span of this.#spans[word] ?? []) {
      span.classList.toggle(name, on);
    }
  }

  /** Scrolls this box, never the page. */
  #scrollTo(span) {
    if (!span) {
      return;
    }
    const top = span.offsetTop - this.#box.offsetTop;
    const { scrollTop, clientHeight } = this.#box;
    if (top < scrollTop || top + span.offsetHeight > scrollTop + clientHeight) {
      this.#box.scrollTop = top - 4;
    }
  }
}

function wordSpan(text) {
  const span = document.createElement("span");
  span.className = "word";
  span.textContent = text;
  return span;
}
