// The transcription tab: files are uploaded and transcribed one after the other; each word then leads to its place in the audio.

import { announce } from "../../page/announcements.js";
import { readDraft, writeDraft } from "../../page/drafts.js";
import { message } from "../../page/messages.js";
import { TranscriptionForm } from "../../transcription/form.js";
import { TranscriptPlayback } from "../../transcription/playback.js";
import { applyEvent } from "../../transcription/run-events.js";
import { Transcript } from "../../transcription/transcript.js";
import { pageSocket } from "../../wire/socket.js";
import "../common/receipt-line.js";
import "../common/run-list.js";
import "../common/status-note.js";
import { handlePlayerKey } from "../player/shortcuts.js";
import "./drop-zone.js";
import "./transcript-view.js";

/** Codes of errors that the next file meets as well: no connection, signed out, no budget, no access. */
const HOPELESS = [0, 401, 402, 403];

class TranscriptionStudio extends HTMLElement {
  #form = null;
  #playback = null;
  #run = null;
  #texts = null;

  async connectedCallback() {
    this.#form = new TranscriptionForm(this);
    this.#form.restore(readDraft(this.model));
    this.#playback = new TranscriptPlayback(this.#player, this.#view);
    this.#button.addEventListener("click", () => (this.#run ? this.#run.stop() : this.#start()));
    this.addEventListener("input", () => this.#changed());
    this.addEventListener("files-change", () => this.#changed());
    this.addEventListener("file-select", ({ detail }) => this.#show(detail.item));
    this.addEventListener("run-replay", ({ detail }) => this.#replay(detail));
    this.addEventListener("transcript-seek", ({ detail }) => this.#playback.seek(detail.seconds));
    this.addEventListener("transcript-aligned", ({ detail }) => this.#aligned(detail));
    this.addEventListener("player-progress", ({ detail }) => this.#playback.highlight(detail.position));
    document.addEventListener("keydown", (event) => this.#onKey(event));
    this.#show(this.#files.selected);
    pageSocket();
    if (this.dataset.running) {
      await this.#resume(this.dataset.running);
    }
  }

  get model() {
    return this.getAttribute("model");
  }

  get #button() {
    return this.querySelector("[data-role=start]");
  }

  get #files() {
    return this.querySelector("drop-zone");
  }

  get #player() {
    return this.querySelector("speech-player");
  }

  get #view() {
    return this.querySelector("transcript-view");
  }

  get #receipt() {
    return this.querySelector("receipt-line");
  }

  /** The file to be transcribed next: the selected one where it is ready, else the first that is. */
  get #next() {
    const ready = this.#files.items.filter(({ state }) => state === "ready");
    const { selected } = this.#files;
    const again = selected?.upload && ["done", "failed", "stopped"].includes(selected.state) ? selected : null;
    return ready.includes(selected) ? selected : ready[0] ?? again;
  }

  #changed() {
    this.#form.show();
    writeDraft(this.model, this.#form.draft());
    this.#button.disabled = this.dataset.ready !== "yes" || (!this.#run && !this.#next);
    this.#showEstimate();
  }

  #loadTexts() {
    this.#texts ??= import("../../transcription/result.js");
    return this.#texts;
  }

  /** What the waiting files may cost. */
  #showEstimate() {
    const price = this.dataset.price;
    const waiting = this.#files.items.filter(({ state, duration }) => state === "ready" && duration);
    const seconds = waiting.reduce((sum, { duration }) => sum + duration, 0);
    const field = this.querySelector("[data-field=estimate]");
    if (!seconds || !Number(price)) {
      field.textContent = field.dataset.price;
      return;
    }
    this.#loadTexts().then(({ estimateText }) => {
      field.textContent = estimateText(seconds, Number(price));
    });
  }

  #start(item = this.#next) {
    const task = this.#form.task;
    const params = { file: { upload: item.upload }, ...this.#form.params() };
    item.task = task;
    this.#begin(item);
    this.#run = pageSocket().start({ task, model: this.model, params }, (event) => this.#onEvent(event, item));
    this.#changed();
    announce(message("listening"));
  }

  /** Follows a run that was started before the page was loaded again, from its first event. */
  async #resume(run) {
    const stored = await readStoredRun(run);
    if (!stored) {
      return;
    }
    const { name, media, duration, upload, task } = stored;
    const item = this.#files.restore({ name, media, duration, upload, task, run, state: "running" });
    this.#begin(item);
    item.clicked = null;
    this.#run = pageSocket().resume({ run }, (event) => this.#onEvent(event, item));
    this.#changed();
  }

  #begin(item) {
    Object.assign(item, { transcript: new Transcript(), run: null, first: null, ended: null, clicked: performance.now() });
    this.#loadTexts();
    this.#files.set(item, { state: "running", progress: null, done: 0, total: null, tried: "" });
    this.#button.dataset.state = "running";
    this.#files.dataset.folded = "";
    this.#files.select(item);
  }

  #onEvent(event, item) {
    if (event.type === "run.done" || event.type === "run.error") {
      this.#finish(event, item);
    } else {
      applyEvent(event, item, this.#files, this.#view);
      event.type === "run.attempt" && this.#tell(event, item);
    }
  }

  /** Says of an attempt that failed what became of it, until the next one brings something. */
  async #tell(event, item) {
    const run = this.#run;
    const { tell } = await import("../../route.js");
    tell({ show: ({ live }) => run === this.#run && item.transcript.empty && this.#files.set(item, { tried: live }) }, event);
  }

  async #finish(event, item) {
    const done = event.type === "run.done";
    const good = done && (event.outcome === "completed" || event.outcome === "stopped");
    const { endText, receiptParts, runRow } = await this.#loadTexts();
    const { errorNote, offerRetry } = await import("../../results.js");
    const note = good ? null : errorNote(event.error, { partial: done, run: done ? event.run : null, receipt: event.receipt });
    const receipt = event.receipt ? receiptParts(event.receipt, item, event.run) : null;
    item.transcript.finish();
    Object.assign(item, { ended: { note, receipt, run: done ? event.run : null } });
    this.#run = null;
    this.#button.dataset.state = "idle";
    this.#files.set(item, good ? { state: event.outcome === "stopped" ? "stopped" : "done" } : { state: "failed", error: note.title });
    if (done) {
      this.querySelector("run-list").add(runRow(event, item));
    }
    if (this.#view.transcript === item.transcript) {
      this.#show(item);
      good || offerRetry(this.querySelector("status-note"), event.error, () => this.#run || this.#start(item));
    }
    if (good) {
      announce(endText(event, item));
      this.#view.scrollIntoView({ block: "nearest" });
    }
    this.#startNext(event);
  }

  /** Goes on with the next file, unless the run was stopped or the next one cannot do better. */
  #startNext({ outcome, error }) {
    const next = this.#files.items.find(({ state }) => state === "ready");
    if (next && outcome !== "stopped" && !HOPELESS.includes(error?.code)) {
      this.#start(next);
    } else {
      this.#changed();
    }
  }

  #show(item) {
    this.#playback.load(item);
    const { ended, transcript } = item ?? {};
    if (transcript) {
      transcript.alignable = item.task === "transcription" && Boolean(item.upload);
    }
    this.#view.show(transcript ?? null, { run: ended?.run, done: Boolean(ended) });
    this.#playback.drawRegions();
    this.#showNote(ended?.note);
    if (ended?.receipt) {
      this.#receipt.show(ended.receipt);
    } else {
      this.#receipt.clear();
    }
    this.#changed();
  }

  #showNote(note) {
    const box = this.querySelector("status-note");
    this.toggleAttribute("data-trouble", Boolean(note));
    if (note) {
      box.show(note);
    } else if (this.dataset.ready === "yes") {
      box.clear();
    }
  }

  /** The server has found the word times: the transcript is shown with them. */
  #aligned({ stored, run }) {
    const item = this.#files.items.find(({ ended }) => ended?.run === run);
    item.transcript = new Transcript().load(stored);
    this.#show(item);
  }

  /** Shows an earlier run, of this page or of the server's. */
  async #replay({ run, sound, name }) {
    const known = this.#files.items.find((item) => item.ended?.run === run);
    if (known) {
      this.#files.select(known);
      return;
    }
    const stored = await readStoredRun(run);
    if (stored) {
      const transcript = new Transcript().load(stored);
      const { receiptParts } = await this.#loadTexts();
      const item = { ...stored, name: stored.name || name, media: sound || stored.media, transcript, state: "done", first: null };
      item.ended = { note: null, run, receipt: stored.receipt ? receiptParts(stored.receipt, item, run) : null };
      this.#files.select(this.#files.restore(item));
    }
  }

  #onKey(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) {
      event.preventDefault();
      this.#button.click();
    } else {
      handlePlayerKey(event, this.#player);
    }
  }
}

/** A run with its transcript as the server stores it; null where it cannot be read. */
async function readStoredRun(run) {
  const response = await fetch(`/runs/${run}/transcript`);
  return response.ok ? response.json() : null;
}

customElements.define("transcription-studio", TranscriptionStudio);
