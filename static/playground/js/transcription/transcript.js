// A transcript as it grows: events in, rows out; knows nothing of the page.

const REACH = 4000;
const PAUSE = 0.8;
const LONG_ROW = 160;
const SLACK = 0.06;

/** Rows are {id, start, end, text, speaker, words}; start is null where the model tells no times. */
export class Transcript {
  rows = [];
  text = "";
  pending = "";
  speakers = {};
  aligned = false;
  alignable = false;
  #cursor = 0;
  #unheard = [];
  #loose = [];

  get empty() {
    return this.rows.length === 0 && this.text === "";
  }

  get words() {
    return this.rows.flatMap((row) => row.words);
  }

  delta(text) {
    this.text += text;
    this.#settle();
  }

  /** A new row; the words already heard in its time are its own. */
  segment({ start, end, text, speaker = null }) {
    const row = { id: this.rows.length, start, end, text: text.trim(), speaker, words: [] };
    this.rows.push(row);
    this.#loose = this.#loose.filter((word) => !take(row, word));
    this.#unheard.push(row.text);
    this.#settle();
    return row;
  }

  /** Puts words into the rows they were said in. Returns the rows that changed. */
  addWords(words) {
    const changed = new Set();
    for (const word of words) {
      const row = this.rows.findLast((candidate) => take(candidate, word));
      if (row) {
        changed.add(row);
      } else {
        this.#loose.push(word);
      }
    }
    return [...changed];
  }

  /** Everything has come: words without a row make rows, a text without times is one row. */
  finish() {
    const loose = this.#loose;
    this.#loose = [];
    if (this.rows.length === 0 && loose.length) {
      this.rows = fromWords(loose);
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

  /** As the server keeps it. */
  load({ text, segments = [], words = [], speakers = {}, aligned = false }) {
    this.text = text;
    this.aligned = aligned;
    this.speakers = { ...speakers };
    segments.forEach((segment) => this.segment(segment));
    this.addWords(words);
    return this.finish();
  }

  /** The body that keeps an edit. */
  body() {
    const timed = this.rows.filter((row) => row.start !== null);
    return {
      text: this.rows.map((row) => row.text).join(" "),
      segments: timed.map(({ id, start, end, text, speaker }) => ({ id, start, end, text, speaker })),
      words: this.words,
      speakers: this.speakers,
    };
  }

  /** What was told of the text beyond the rows; a segment may come before or after its deltas. */
  #settle() {
    while (this.#unheard.length) {
      const found = this.text.slice(0, this.#cursor + REACH).indexOf(this.#unheard[0], this.#cursor);
      if (found < 0) {
        break;
      }
      this.#cursor = found + this.#unheard.shift().length;
    }
    this.pending = this.#unheard.length ? "" : this.text.slice(this.#cursor).trim();
  }
}

function take(row, word) {
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

/** A row ends at a pause, with the speaker, and at the end of a sentence once it is long. */
function fromWords(words) {
  const rows = [];
  for (const word of words) {
    const row = rows.at(-1);
    const last = row?.words.at(-1);
    const sentence = last && row.text.length > LONG_ROW / 2 && /[.!?。！？]$/u.test(last.word);
    const same = row && row.speaker === (word.speaker ?? null) && row.text.length < LONG_ROW;
    if (same && !sentence && word.start - last.end < PAUSE) {
      row.words.push(word);
      row.text += glue(last.word, word.word) + word.word;
      row.end = word.end;
    } else {
      const speaker = word.speaker ?? null;
      rows.push({ id: rows.length, start: word.start, end: word.end, text: word.word, speaker, words: [word] });
    }
  }
  return rows;
}

const glue = (left, right) => (/\p{Script=Han}$/u.test(left) && /^\p{Script=Han}/u.test(right) ? "" : " ");
