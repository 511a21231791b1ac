// The text as it is being said: the current word is lit, a click on a word goes there.

import { WordAligner, wordAt } from "../../audio/word-alignment.js";

const WORD = /\p{Script=Han}|(?:(?!\p{Script=Han})[\p{L}\p{M}\p{N}'’])+/gu;

export class SpokenWords {
  #box;
  #words = [];
  #pieces = [];
  #spoken = [];
  #aligner = null;
  #next = 0;
  #current = -1;

  constructor(box, onSeek) {
    this.#box = box;
    box.addEventListener("click", (event) => {
      const index = this.#spoken.findIndex((spans) => spans.includes(event.target));
      if (index >= 0) {
        onSeek(this.#words[index].start);
      }
    });
  }

  get empty() {
    return this.#words.length === 0;
  }

  /** Shows the whole text at once, in pieces that stay where they are; without one, the hint. */
  start(text, hint = "") {
    this.#words = [];
    this.#spoken = [];
    this.#next = 0;
    this.#current = -1;
    this.#aligner = text ? new WordAligner(text) : null;
    this.#pieces = [];
    this.#box.replaceChildren(text ? this.#cut(text) : hint);
    this.#box.scrollTop = 0;
  }

  add(words) {
    if (this.empty && !this.#aligner) {
      this.#box.replaceChildren();
    }
    for (const word of words) {
      this.#words.push(word);
      this.#spoken.push(this.#aligner ? this.#find(word.word) : [this.#append(word.word)]);
    }
  }

  /** Lights the word said at `seconds`. */
  mark(seconds) {
    const index = wordAt(this.#words, seconds);
    if (index === this.#current) {
      return;
    }
    const [from, to] = [Math.min(index, this.#current) + 1, Math.max(index, this.#current)];
    for (let word = from; word <= to; word += 1) {
      this.#light(word, "is-spoken", word <= index);
    }
    this.#light(this.#current, "is-current", false);
    this.#light(index, "is-current", true);
    this.#current = index;
    this.#follow(this.#spoken[index]?.[0]);
  }

  #cut(text) {
    const whole = document.createDocumentFragment();
    let shown = 0;
    for (const { 0: word, index } of text.matchAll(WORD)) {
      const span = wordSpan(word);
      whole.append(text.slice(shown, index), span);
      shown = index + word.length;
      this.#pieces.push({ from: index, to: shown, span });
    }
    whole.append(text.slice(shown));
    return whole;
  }

  /** The pieces a spoken word covers: none for what the text does not have, several for a sign-by-sign script. */
  #find(word) {
    const { from, to } = this.#aligner.next(word);
    const spans = [];
    while (this.#next < this.#pieces.length && this.#pieces[this.#next].to <= from) {
      this.#next += 1;
    }
    for (let piece = this.#next; piece < this.#pieces.length && this.#pieces[piece].from < to; piece += 1) {
      spans.push(this.#pieces[piece].span);
    }
    return spans;
  }

  #append(word) {
    const span = wordSpan(word);
    this.#box.append(span, " ");
    return span;
  }

  #light(word, name, on) {
    for (const span of this.#spoken[word] ?? []) {
      span.classList.toggle(name, on);
    }
  }

  /** Only this box scrolls, never the page. */
  #follow(span) {
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
