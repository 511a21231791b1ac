// Where the spoken words stand in the text, and which one is being said.

const REACH = 200;

/** Finds each word behind the one before; a word not in the text (a number spoken out) covers nothing. */
export class WordAligner {
  #text;
  #cursor = 0;

  constructor(text) {
    this.#text = text;
  }

  /** {from, to} in the text for the next word; from equals to where the text does not have it. */
  next(word) {
    const wanted = word.trim();
    const window = this.#text.slice(this.#cursor, this.#cursor + REACH);
    let found = window.indexOf(wanted);
    if (found < 0) {
      found = window.toLowerCase().indexOf(wanted.toLowerCase());
    }
    if (found < 0 || wanted === "") {
      return { from: this.#cursor, to: this.#cursor };
    }
    const from = this.#cursor + found;
    this.#cursor = from + wanted.length;
    return { from, to: this.#cursor };
  }
}

/** Index of the last word begun at `seconds`, or -1; `words` are ordered by start. */
export function wordAt(words, seconds) {
  let low = 0;
  let high = words.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (words[middle].start <= seconds) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low - 1;
}
