// The places of timed words in a text, and the word at a given time.

/** The words of a text: a Chinese character is one, every other is a run of letters and digits. */
export const WORD = /\p{Script=Han}|(?:(?!\p{Script=Han})[\p{L}\p{M}\p{N}'’])+/gu;

/** How many characters ahead a word is looked for. */
const REACH = 200;

/** Finds each word after the one before; a word that is not in the text (a number in letters) has an empty range. */
export class WordAligner {
  #text;
  #cursor = 0;

  constructor(text) {
    this.#text = text;
  }

  /** {from, to} of the next word in the text; `from` equals `to` where the text does not have it. */
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

/** The index of the last word that starts at or before `seconds`, or -1; `words` are ordered by start. */
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
