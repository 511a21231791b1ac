// Keeps the times of words through an edit: what stayed keeps its own, what is new shares the time of what it replaced.

const TOKEN = /\p{Script=Han}|[^\s\p{Script=Han}]+/gu;
const LARGEST = 600;

export function tokens(text) {
  return text.match(TOKEN) ?? [];
}

/** `words` with start and end, and the edited `text`: the words of the text, in order, inside the same time. */
export function retime(words, text, { start = words[0]?.start ?? 0, end = words.at(-1)?.end ?? start } = {}) {
  const spelled = tokens(text);
  const pairs = [...matches(words.map(({ word }) => bare(word)), spelled.map(bare)), [words.length, spelled.length]];
  const timed = [];
  let [old, fresh] = [0, 0];
  for (const [nextOld, nextFresh] of pairs) {
    const gap = words.slice(old, nextOld);
    const from = gap[0]?.start ?? words[old - 1]?.end ?? start;
    const to = gap.at(-1)?.end ?? words[nextOld]?.start ?? end;
    timed.push(...spread(spelled.slice(fresh, nextFresh), gap, from, Math.max(from, to)));
    if (nextOld < words.length) {
      timed.push({ ...words[nextOld], word: spelled[nextFresh] });
    }
    [old, fresh] = [nextOld + 1, nextFresh + 1];
  }
  return timed;
}

/** One for one where as many came as went, else by their length. */
function spread(spelled, gap, from, to) {
  if (spelled.length === gap.length) {
    return spelled.map((word, index) => ({ word, start: gap[index].start, end: gap[index].end }));
  }
  const whole = spelled.reduce((sum, word) => sum + word.length, 0);
  let at = 0;
  return spelled.map((word) => {
    const begin = from + ((to - from) * at) / whole;
    at += word.length;
    return { word, start: round(begin), end: round(from + ((to - from) * at) / whole) };
  });
}

/** Pairs of positions of the longest common subsequence. */
function matches(left, right) {
  if (left.length > LARGEST || right.length > LARGEST) {
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
