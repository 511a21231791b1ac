// Word times after an edit: unchanged words keep theirs, new words share the time of those they replaced.

const TOKEN = /\p{Script=Han}|[^\s\p{Script=Han}]+/gu;
const MAX_WORDS = 600;

export function tokens(text) {
  return text.match(TOKEN) ?? [];
}

/** `words` with start and end, and the edited `text`: the words of the text, in order, inside the same time. */
export function retime(words, text, { start = words[0]?.start ?? 0, end = words.at(-1)?.end ?? start } = {}) {
  const edited = tokens(text);
  const pairs = [...matches(words.map(({ word }) => bare(word)), edited.map(bare)), [words.length, edited.length]];
  const timed = [];
  let [old, fresh] = [0, 0];
  for (const [nextOld, nextFresh] of pairs) {
    const gap = words.slice(old, nextOld);
    const from = gap[0]?.start ?? words[old - 1]?.end ?? start;
    const to = gap.at(-1)?.end ?? words[nextOld]?.start ?? end;
    timed.push(...spread(edited.slice(fresh, nextFresh), gap, from, Math.max(from, to)));
    if (nextOld < words.length) {
      timed.push({ ...words[nextOld], word: edited[nextFresh] });
    }
    [old, fresh] = [nextOld + 1, nextFresh + 1];
  }
  return timed;
}

/** Word by word where the number is the same, else in proportion to their length. */
function spread(edited, gap, from, to) {
  if (edited.length === gap.length) {
    return edited.map((word, index) => ({ word, start: gap[index].start, end: gap[index].end }));
  }
  const whole = edited.reduce((sum, word) => sum + word.length, 0);
  let at = 0;
  return edited.map((word) => {
    const begin = from + ((to - from) * at) / whole;
    at += word.length;
    return { word, start: round(begin), end: round(from + ((to - from) * at) / whole) };
  });
}

/** Pairs of positions of the longest common subsequence. */
function matches(left, right) {
  if (left.length > MAX_WORDS || right.length > MAX_WORDS) {
    return [];
  }
  const lengths = left.map(() => new Uint16Array(right.length + 1));
  lengths.push(new Uint16Array(right.length + 1));
  for (let i = left.length - 1; i >= 0; i -= 1) {
    for (let j = right.length - 1; j >= 0; j -= 1) {
      const same = left[i] === right[j];
      lengths[i][j] = same ? lengths[i + 1][j + 1] + 1 : Math.max(lengths[i + 1][j], lengths[i][j + 1]);
    }
  }
  return walk(lengths, left, right);
}

function walk(lengths, left, right) {
  const found = [];
  for (let i = 0, j = 0; i < left.length && j < right.length;) {
    if (left[i] === right[j]) {
      found.push([i, j]);
      i += 1;
      j += 1;
    } else if (lengths[i + 1][j] >= lengths[i][j + 1]) {
      i += 1;
    } else {
      j += 1;
    }
  }
  return found;
}

const bare = (word) => word.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "") || word;
const round = (seconds) => Math.round(seconds * 1000) / 1000;
