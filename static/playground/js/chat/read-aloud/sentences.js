// Splits a growing Markdown text into sentences for speech.

const SENTENCE_ENDS = /[.!?…]+["'”’»)\]]*\s+|[。！？｡]+[」』”’）]*|\n\s*\n|\n(?=\s*(?:[-*+#>]|\d+[.)])\s)/gu;
const FENCE = /^ {0,3}(\x60{3,}|~{3,})/m;
const ABBREVIATION = /(?:^|\s)(?:\p{L}|e\.g|i\.e|Dr|Mr|Mrs|Ms|Prof|St|vs|etc|No|т\.е|т\.д|т\.п|см|стр)\.\s+$/u;
const NUMBERED = /(?:^|\n)\s*\d+\.\s+$/;
const SHORTEST = 12;
const LONGEST = 600;

/** Returns complete sentences; a fenced block of code is one piece, which the server leaves out of the speech. */
export class SentenceSplitter {
  #rest = "";

  push(text) {
    this.#rest += text;
    return this.#cut(false);
  }

  /** The rest, once the text is complete. */
  end() {
    return this.#cut(true);
  }

  #cut(last) {
    const found = [];
    for (let length = this.#next(last); length > 0; length = this.#next(last)) {
      found.push(this.#rest.slice(0, length).trim());
      this.#rest = this.#rest.slice(length);
    }
    return found.filter((piece) => /[\p{L}\p{N}]/u.test(piece));
  }

  /** The length of the next piece in characters; 0 while it is not complete. */
  #next(last) {
    const fence = FENCE.exec(this.#rest);
    if (fence && !this.#rest.slice(0, fence.index).trim()) {
      return this.#code(fence, last);
    }
    const text = fence ? this.#rest.slice(0, fence.index) : this.#rest;
    return sentenceLength(text, last || fence !== null);
  }

  #code(fence, last) {
    const begun = fence.index + fence[0].length;
    const closing = new RegExp(`^ {0,3}${fence[1]}[^\\S\\n]*(?:\\n|$)`, "m").exec(this.#rest.slice(begun));
    if (closing && (last || closing[0].endsWith("\n"))) {
      return begun + closing.index + closing[0].length;
    }
    return last ? this.#rest.length : 0;
  }
}

function sentenceLength(text, last) {
  for (const { index, 0: ender } of text.matchAll(SENTENCE_ENDS)) {
    const length = index + ender.length;
    const piece = text.slice(0, length);
    const wide = /[。！？｡]/.test(ender);
    const long = piece.trim().length >= SHORTEST || wide || ender.includes("\n\n");
    if (long && !ABBREVIATION.test(piece) && !NUMBERED.test(piece)) {
      return length;
    }
  }
  if (text.length > LONGEST) {
    const space = text.lastIndexOf(" ", LONGEST);
    return space > 0 ? space + 1 : LONGEST;
  }
  return last ? text.length : 0;
}
