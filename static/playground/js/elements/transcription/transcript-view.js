// The transcript: grows while it is heard; then every word is a way into the sound.

import { WordAligner, wordAt } from "../../audio/word-alignment.js";
import { formatClock } from "../../page/format.js";
import { fill } from "../../page/messages.js";

const COLOURS = 6;
const UNSURE = 0.5;

/** Events that bubble: "transcript-seek" {seconds}, "transcript-edit". */
class TranscriptView extends HTMLElement {
  transcript = null;
  #spans = [];
  #words = [];
  #current = -1;
  #tools = null;

  connectedCallback() {
    this.#box.addEventListener("click", (event) => this.#pressed(event));
    this.#box.addEventListener("keydown", (event) => this.#typed(event));
  }

  get box() {
    return this.#box;
  }

  get #box() {
    return this.querySelector("[data-role=text]");
  }

  /** Shows a transcript from its beginning; null shows the hint. */
  show(transcript, { run = null, done = false } = {}) {
    this.transcript = transcript;
    this.run = run;
    this.#current = -1;
    this.#box.querySelectorAll(".row").forEach((row) => row.remove());
    this.#box.scrollTop = 0;
    this.dataset.state = transcript ? "streaming" : "empty";
    transcript?.rows.forEach((row) => this.#box.insertBefore(this.#row(row), this.#pending));
    this.refresh();
    if (done) {
      this.finish(run);
    }
  }

  addSegment(row) {
    this.#keepEnd(() => this.#box.insertBefore(this.#row(row), this.#pending));
    this.refresh();
  }

  redraw(rows) {
    for (const row of rows) {
      this.#box.querySelector(`.row[data-row="${row.id}"]`)?.replaceWith(this.#row(row));
    }
    this.#index();
  }

  /** Shows what came of the text beyond the rows. */
  refresh() {
    this.#keepEnd(() => {
      this.#pending.textContent = this.transcript?.pending ?? "";
    });
    this.#index();
  }

  /** The transcript is whole: its tools are of use now. */
  async finish(run) {
    const { transcript } = this;
    this.run = run;
    transcript.finish();
    this.dataset.state = transcript.empty ? "silent" : "done";
    this.redrawAll();
    this.#tools ??= import("../../transcription/tools.js").then(({ TranscriptTools }) => new TranscriptTools(this));
    (await this.#tools).show(transcript, run);
  }

  redrawAll() {
    this.#box.querySelectorAll(".row").forEach((row) => row.remove());
    this.transcript.rows.forEach((row) => this.#box.insertBefore(this.#row(row), this.#pending));
    this.refresh();
  }

  /** Lights the word said at `seconds`; `follow` scrolls to it. */
  mark(seconds, follow = true) {
    const index = wordAt(this.#words, seconds);
    if (index === this.#current) {
      return;
    }
    this.#spans[this.#current]?.classList.remove("is-current");
    this.#spans[index]?.classList.add("is-current");
    this.#current = index;
    if (follow && this.#spans[index]) {
      this.reveal(this.#spans[index]);
    }
  }

  /** Only the box scrolls, never the page. */
  reveal(span) {
    const top = span.getBoundingClientRect().top - this.#box.getBoundingClientRect().top;
    if (top < 0 || top + span.offsetHeight > this.#box.clientHeight) {
      this.#box.scrollTop += top - this.#box.clientHeight / 3;
    }
  }

  get spans() {
    return this.#spans;
  }

  get #pending() {
    return this.#box.querySelector(".row-pending");
  }

  #row(row) {
    const line = this.querySelector("template").content.firstElementChild.cloneNode(true);
    line.dataset.row = row.id;
    const time = line.querySelector("[data-field=time]");
    time.hidden = row.start === null;
    time.textContent = formatClock(row.start ?? 0);
    time.dataset.start = row.start ?? "";
    time.setAttribute("aria-label", fill(this.dataset.from, { time: time.textContent }));
    this.#tellSpeaker(line.querySelector("[data-field=speaker]"), row.speaker);
    line.querySelector("[data-field=text]").append(this.#wordsOf(row));
    return line;
  }

  #tellSpeaker(label, speaker) {
    label.hidden = speaker === null;
    if (speaker !== null) {
      const index = Math.max(0, speaker.toUpperCase().charCodeAt(0) - 65) % COLOURS;
      label.dataset.speaker = index + 1;
      label.textContent = this.transcript.speakers[speaker] || fill(this.dataset.speaker, { name: speaker });
    }
  }

  /** The row's own spelling with a span around each word whose time is known. */
  #wordsOf(row) {
    const whole = document.createDocumentFragment();
    const aligner = new WordAligner(row.text);
    let shown = 0;
    for (const word of row.words) {
      const { from, to } = aligner.next(word.word);
      if (from < to) {
        whole.append(row.text.slice(shown, from), this.#word(row.text.slice(from, to), word));
        shown = to;
      }
    }
    whole.append(row.text.slice(shown));
    return whole;
  }

  #word(text, word) {
    const span = document.createElement("span");
    span.className = "word";
    span.textContent = text;
    span.time = word;
    if (typeof word.confidence === "number" && word.confidence < UNSURE) {
      span.classList.add("is-unsure");
      span.title = fill(this.dataset.unsure, { share: Math.round(word.confidence * 100) });
    }
    return span;
  }

  #index() {
    this.#spans = [...this.#box.querySelectorAll(".word")];
    this.#words = this.#spans.map((span) => span.time);
    this.#current = -1;
  }

  /** While it grows, the end stays in sight for a reader who is at the end. */
  #keepEnd(change) {
    const box = this.#box;
    const atEnd = box.scrollTop + box.clientHeight >= box.scrollHeight - 48;
    change();
    if (atEnd && this.dataset.state === "streaming") {
      box.scrollTop = box.scrollHeight;
    }
  }

  #pressed({ target }) {
    const start = target.time?.start ?? (target.dataset.start ? Number(target.dataset.start) : null);
    if (start !== null && !target.isContentEditable) {
      this.#seek(start);
    }
  }

  /** Arrows go from word to word. */
  #typed(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step && event.target === this.#box && this.#words.length) {
      event.preventDefault();
      event.stopPropagation();
      const next = Math.max(0, Math.min(this.#words.length - 1, this.#current + step));
      this.#seek(this.#words[next].start);
    }
  }

  #seek(seconds) {
    this.mark(seconds);
    this.dispatchEvent(new CustomEvent("transcript-seek", { bubbles: true, detail: { seconds } }));
  }
}

customElements.define("transcript-view", TranscriptView);
