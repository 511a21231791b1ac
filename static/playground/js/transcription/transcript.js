// A transcript while it grows: events are applied, rows come out. Independent of the page.

/** How many characters ahead a row's text is looked for. */
const REACH = 4000;
/** Seconds of silence that end a row. */
const PAUSE = 0.8;
/** Characters. */
const LONG_ROW = 160;
/** Seconds that a word may lie outside its row. */
const SLACK = 0.06;

/** Rows are {id, start, end, text, speaker, words}; start is null where the model returns no times. */
export class Transcript {
  rows = [];
  text = "";
  pending = "";
  speakers = {};
  aligned = false;
  alignable = false;
  #cursor = 0;
  #unmatched = [];
  #loose = [];

  get empty() {
    return this.rows.length === 0 && this.text === "";
  }

  get words() {
    return this.rows.flatMap((row) => row.words);
  }

  delta(text) {
    this.text += text;
    this.#updatePending();
  }

  /** Adds a row, with the words already received for its time. */
  segment({ start, end, text, speaker = null }) {
    const row = { id: this.rows.length, start, end, text: text.trim(), speaker, words: [] };
    this.rows.push(row);
    this.#loose = this.#loose.filter((word) => !addWord(row, word));
    this.#unmatched.push(row.text);
    this.#updatePending();
    return row;
  }

  /** Adds words to the rows of their time. Returns the rows that changed. */
  addWords(words) {
    const changed = new Set();
    for (const word of words) {
      const row = this.rows.findLast((candidate) => addWord(candidate, word));
      if (row) {
        changed.add(row);
      } else {
        this.#loose.push(word);
      }
    }
    return [...changed];
  }

  /** All events have arrived: words without a row become rows, a text without times one row. */
  finish() {
    const loose = this.#loose;
    this.#loose = [];
    if (this.rows.length === 0 && loose.length) {
      this.rows = rowsFromWords(loose);
    } else {
      loose.forEach((word) => nearest(this.rows, word).words.push(word));
    }
    if (this.rows.length === 0 && this.text.trim()) {
      this.rows = [{ id: 0, start: null, end: null, text: this.text.trim(), speaker: null, words: [] }];
    }
    for (const row of this.rows) {
      row.words.sort((left, right) => left.start - right.start);
    }
    this.pending = "";
    return this;
  }

  /** A transcript as the server stores it. */
  load({ text, segments = [], words = [], speakers = {}, aligned = false }) {
    this.text = text;
    this.aligned = aligned;
    this.speakers = { ...speakers };
    segments.forEach((segment) => this.segment(segment));
    this.addWords(words);
    return this.finish();
  }

  /** The request body that stores an edit. */
  body() {
    const timed = this.rows.filter((row) => row.start !== null);
    return {
      text: this.rows.map((row) => row.text).join(" "),
      segments: timed.map(({ id, start, end, text, speaker }) => ({ id, start, end, text, speaker })),
      words: this.words,
      speakers: this.speakers,
    };
  }

  /** Sets `pending`, the text after the last row; a segment may arrive before or after its deltas. */
  #updatePending() {
    while (this.#unmatched.length) {
      const found = this.text.slice(0, this.#cursor + REACH).indexOf(this.#unmatched[0], this.#cursor);
      if (found < 0) {
        break;
      }
      this.#cursor = found + this.#unmatched.shift().length;
    }
    this.pending = this.#unmatched.length ? "" : this.text.slice(this.#cursor).trim();
  }
}

function addWord(row, word) {
  const middle = (word.start + word.end) / 2;
  const inside = row.start !== null && middle >= row.start - SLACK && middle <= row.end + SLACK;
  if (inside) {
    row.words.push(word);
  }
  return inside;
}

function nearest(rows, word) {
  const distance = (row) => Math.abs((row.start ?? 0) - word.start);
  return rows.reduce((best, row) => (distance(row) < distance(best) ? row : best));
}

/** A row ends at a pause, at a change of speaker, and at the end of a sentence once it is long. */
function rowsFromWords(words) {
  const rows = [];
  for (const word of words) {
    const row = rows.at(-1);
    const last = row?.words.at(-1);
    const sentenceEnd = last && row.text.length > LONG_ROW / 2 && /[.!?。！？]$/u.test(last.word);
    const same = row && row.speaker === (word.speaker ?? null) && row.text.length < LONG_ROW;
    if (same && !sentenceEnd && word.start - last.end < PAUSE) {
      row.words.push(word);
      row.text += separator(last.word, word.word) + word.word;
      row.end = word.end;
    } else {
      const speaker = word.speaker ?? null;
      rows.push({ id: rows.length, start: word.start, end: word.end, text: word.word, speaker, words: [word] });
    }
  }
  return rows;
}

const separator = (left, right) => (/\p{Script=Han}$/u.test(left) && /^\p{Script=Han}/u.test(right) ? "" : " ");
