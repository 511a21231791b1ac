// Which words of a spoken text came back in a transcript of the sound: the longest common subsequence of both.

import { comparable, heardWords, spokenWords } from "./words.js";

/** How far, in words, a word may be from where it is expected: it bounds the memory for long texts. */
const BAND = 400;

/**
 * {total, survived, lost}: numbers of words, and [{word, index, heard}] of those that did not survive, where `heard` is
 * what stands in their place, "" for nothing. Words that are only written apart ("any one") survive.
 */
export function compare(text, transcript, options) {
  const spoken = spokenWords(text, options);
  const heard = heardWords(transcript);
  const pairs = align(spoken.map(({ word }) => comparable(word)), heard.map(comparable));
  const lost = [];
  let [from, start] = [0, 0];
  for (const [at, place] of [...pairs, [spoken.length, heard.length]]) {
    lost.push(...lostOf(spoken.slice(from, at), heard.slice(start, place)));
    [from, start] = [at + 1, place + 1];
  }
  return { total: spoken.length, survived: spoken.length - lost.length, lost };
}

function lostOf(spoken, heard) {
  const joined = (words) => words.map(comparable).join("");
  if (joined(spoken.map(({ word }) => word)) === joined(heard)) {
    return [];
  }
  return spoken.map(({ word, index }) => ({ word, index, heard: heard.join(" ") }));
}

/** Pairs of places of equal words in `left` and `right`, ascending in both. */
export function align(left, right) {
  const rows = tableOf(left, right);
  const length = (i, j) => valueAt(rows[i], j);
  const pairs = [];
  for (let i = 0, j = 0; i < left.length && j < right.length; ) {
    if (left[i] === right[j]) {
      pairs.push([i, j]);
      i += 1;
      j += 1;
    } else if (length(i + 1, j) >= length(i, j + 1)) {
      i += 1;
    } else {
      j += 1;
    }
  }
  return pairs;
}

/** Row `i` has, for each `j` near the diagonal, the length of the longest common subsequence of both rests. */
function tableOf(left, right) {
  const rows = [];
  rows[left.length] = { from: 0, values: new Uint16Array(0) };
  for (let i = left.length - 1; i >= 0; i -= 1) {
    const middle = Math.round((i * right.length) / left.length);
    const from = Math.max(0, middle - BAND);
    const to = Math.min(right.length, middle + BAND + 1);
    const row = { from, values: new Uint16Array(to - from) };
    rows[i] = row;
    for (let j = to - 1; j >= from; j -= 1) {
      const same = left[i] === right[j];
      row.values[j - from] = same
        ? valueAt(rows[i + 1], j + 1) + 1
        : Math.max(valueAt(rows[i + 1], j), valueAt(row, j + 1));
    }
  }
  return rows;
}

const valueAt = ({ from, values }, j) => values[j - from] ?? 0;
