// The transcript: grows while the file is transcribed; afterwards a click on a word plays the audio from there.

import { WordAligner, wordAt } from "../../audio/word-alignment.js";
import { formatClock } from "../../page/format.js";
import { fill } from "../../page/messages.js";

const COLOURS = 6;
const UNSURE = 0.5;

/** Event that bubbles: "transcript-seek" {seconds}. */
class TranscriptView extends HTMLElement {
  transcript = null;
  #spans = [];
  #words = [];
  #current = -1;
  #toolbar = null;

  connectedCallback() {
    this.#box.addEventListener("click", (event) => this.#onClick(event));
    this.#box.addEventListener("keydown", (event) => this.#onKey(event));
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
    this.#stickToEnd(() => this.#box.insertBefore(this.#row(row), this.#pending));
    this.refresh();
  }

  redraw(rows) {
    for (const row of rows) {
      this.#box.querySelector(`.row[data-row="${row.id}"]`)?.replaceWith(this.#row(row));
    }
    this.#index();
  }

  /** Shows the text that is not in a segment yet. */
  refresh() {
    this.#stickToEnd(() => {
      this.#pending.textContent = this.transcript?.pending ?? "";
    });
    this.#index();
  }

  /** The transcript is complete: enables its toolbar, which is loaded with the first one. */
  async finish(run) {
    const { transcript } = this;
    this.run = run;
    transcript.finish();
    this.dataset.state = transcript.empty ? "silent" : "done";
    this.redrawAll();
    this.#toolbar ??= import("../../transcription/toolbar.js").then(({ TranscriptToolbar }) => new TranscriptToolbar(this));
    (await this.#toolbar).show(transcript, run);
  }

  redrawAll() {
    this.#box.querySelectorAll(".row").forEach((row) => row.remove());
    this.transcript.rows.forEach((row) => this.#box.insertBefore(this.#row(row), this.#pending));
    this.refresh();
  }

  /** Highlights the word spoken at `seconds`; `follow` scrolls to it. */
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

  /** Scrolls the transcript's box, never the page. */
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
    this.#showSpeaker(line.querySelector("[data-field=speaker]"), row.speaker);
    line.querySelector("[data-field=text]").append(this.#rowContent(row));
    return line;
  }

  #showSpeaker(label, speaker) {
    label.hidden = speaker === null;
    if (speaker !== null) {
      const index = Math.max(0, speaker.toUpperCase().charCodeAt(0) - 65) % COLOURS;
      label.dataset.speaker = index + 1;
      label.textContent = this.transcript.speakers[speaker] || fill(this.dataset.speaker, { name: speaker });
    }
  }

  /** The row's text with a span around each word that has a time. */
  #rowContent(row) {
    const whole = document.createDocumentFragment();
    const aligner = new WordAligner(row.text);
    let end = 0;
    for (const word of row.words) {
      const { from, to } = aligner.next(word.word);
      if (from < to) {
        whole.append(row.text.slice(end, from), this.#word(row.text.slice(from, to), word));
        end = to;
      }
    }
    whole.append(row.text.slice(end));
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

  /** While the transcript grows, keeps its end in view for a reader who has scrolled there. */
  #stickToEnd(change) {
    const box = this.#box;
    const atEnd = box.scrollTop + box.clientHeight >= box.scrollHeight - 48;
    change();
    if (atEnd && this.dataset.state === "streaming") {
      box.scrollTop = box.scrollHeight;
    }
  }

  #onClick({ target }) {
    const start = target.time?.start ?? (target.dataset.start ? Number(target.dataset.start) : null);
    if (start !== null && !target.isContentEditable) {
      this.#seek(start);
    }
  }

  /** Arrow keys go from word to word. */
  #onKey(event) {
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
