// Words of a spoken text and of its transcript, in the form in which they are compared.

import { WORD } from "../../audio/word-alignment.js";

/** What is not spoken where Markdown is left out. */
const UNSPOKEN = /`{3}[\s\S]*?(?:`{3}|$)|\x60[^`\n]*`|(?:https?:\/\/|www\.)\S+|<[^>\n]+>/g;

const NUMBERS = new Map(
  ("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen " +
    "eighteen nineteen twenty").split(" ").map((word, number) => [word, String(number)]),
);

/** [{word, index}] of the words to be heard; `index` counts all words of the text. */
export function spokenWords(text, { plain = false } = {}) {
  const unspoken = plain ? [...text.matchAll(UNSPOKEN)].map(({ 0: part, index }) => [index, index + part.length]) : [];
  const left = (at) => unspoken.some(([from, to]) => at >= from && at < to);
  return [...text.matchAll(WORD)]
    .map(({ 0: word, index: at }, index) => ({ word, index, at }))
    .filter(({ word, at }) => comparable(word) && !left(at))
    .map(({ word, index }) => ({ word, index }));
}

export function heardWords(text) {
  return (text.match(WORD) ?? []).filter(comparable);
}

/** A word without case, accents and apostrophes; a small English number as digits. */
export function comparable(word) {
  const bare = word.normalize("NFKD").replace(/[\p{M}'’]/gu, "").toLowerCase();
  return NUMBERS.get(bare) ?? bare;
}
