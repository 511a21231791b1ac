// Listen and write down: files go up, words come down while they are heard; then the words lead back into the sound.

import { announce } from "../../page/announcements.js";
import { Transcript } from "../../transcription/transcript.js";
import { readDraft, writeDraft } from "../../page/drafts.js";
import { message } from "../../page/messages.js";
import { pageSocket } from "../../wire/socket.js";
import "./drop-zone.js";
import { playerKey } from "../player/shortcuts.js";
import "../common/receipt-line.js";
import "../common/run-list.js";
import "../common/status-note.js";
import "./transcript-view.js";
import { TranscriptionForm } from "../../transcription/form.js";

class TranscriptionStudio extends HTMLElement {
  #form = null;
  #run = null;
  #item = null;
  #results = null;
  #shown = null;

  async connectedCallback() {
    this.#form = new TranscriptionForm(this);
    this.#form.restore(readDraft(this.model));
    this.#button.addEventListener("click", () => (this.#run ? this.#run.stop() : this.#start()));
    this.addEventListener("input", () => this.#changed());
    this.addEventListener("files-change", () => this.#changed());
    this.addEventListener("file-select", ({ detail }) => this.#show(detail.item));
    this.addEventListener("run-replay", ({ detail }) => this.#replay(detail));
    this.addEventListener("transcript-seek", ({ detail }) => this.#player.seek?.(detail.seconds));
    this.addEventListener("transcript-aligned", ({ detail }) => this.#aligned(detail));
    this.addEventListener("player-progress", ({ detail }) => this.#progress(detail));
    document.addEventListener("keydown", (event) => this.#typed(event));
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

  /** The file that is next: the chosen one where it can be used, else the first that waits. */
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
    this.#estimate();
  }

  /** What the waiting files may cost, before they do. */
  #estimate() {
    const price = this.dataset.price;
    const waiting = this.#files.items.filter(({ state, duration }) => state === "ready" && duration);
    const seconds = waiting.reduce((sum, { duration }) => sum + duration, 0);
    const field = this.querySelector("[data-field=estimate]");
    if (!seconds || !Number(price)) {
      field.textContent = field.dataset.price;
      return;
    }
    this.#results ??= import("../../transcription/result.js");
    this.#results.then(({ estimateText }) => {
      field.textContent = estimateText(seconds, Number(price));
    });
  }

  #start(item = this.#next) {
    const task = this.#form.task;
    const params = { file: { upload: item.upload }, ...this.#form.params() };
    item.task = task;
    this.#begin(item);
    this.#run = pageSocket().start({ task, model: this.model, params }, (event) => this.#on(event, item));
    this.#changed();
    announce(message("listening"));
  }

  /** A run that outlived its page is told again from its beginning. */
  async #resume(run) {
    const answer = await fetch(`/runs/${run}/transcript`);
    if (!answer.ok) {
      return;
    }
    const { name, media, duration, upload, task } = await answer.json();
    const item = this.#files.restore({ name, media, duration, upload, task, run, state: "running" });
    this.#begin(item);
    item.clicked = null;
    this.#run = pageSocket().resume({ run }, (event) => this.#on(event, item));
    this.#changed();
  }

  #begin(item) {
    this.#item = item;
    Object.assign(item, { transcript: new Transcript(), run: null, first: null, ended: null, clicked: performance.now() });
    this.#results ??= import("../../transcription/result.js");
    this.#files.set(item, { state: "running", progress: null, done: 0, total: null });
    this.#button.dataset.state = "running";
    this.#files.select(item);
  }

  #on(event, item) {
    const { transcript } = item;
    const visible = this.#shown === transcript;
    switch (event.type) {
      case "run.started":
        item.run = event.run;
        break;
      case "run.progress":
        this.#files.set(item, { done: event.done, total: event.total, progress: event.total ? event.done / event.total : null });
        break;
      case "transcript.delta":
        this.#heard(item);
        transcript.delta(event.text);
        visible && this.#view.refresh();
        break;
      case "transcript.segment": {
        this.#heard(item);
        const row = transcript.segment(event);
        visible && this.#view.addSegment(row);
        break;
      }
      case "transcript.words": {
        this.#heard(item);
        const rows = transcript.addWords(event.words);
        visible && this.#view.redraw(rows);
        break;
      }
      case "run.done":
      case "run.error":
        this.#ended(event, item);
        break;
    }
  }

  #heard(item) {
    if (item.first === null && item.clicked !== null) {
      item.first = performance.now() - item.clicked;
    }
  }

  async #ended(event, item) {
    const whole = event.type === "run.done";
    const good = whole && (event.outcome === "completed" || event.outcome === "stopped");
    const { ending, listed, receiptParts, trouble } = await this.#results;
    const note = good ? null : trouble(event.error, { partial: whole, run: whole ? event.run : null, receipt: event.receipt });
    const receipt = event.receipt ? receiptParts(event.receipt, item, event.run) : null;
    item.transcript.finish();
    Object.assign(item, { ended: { note, receipt, run: whole ? event.run : null } });
    this.#run = null;
    this.#button.dataset.state = "idle";
    this.#files.set(item, good ? { state: event.outcome === "stopped" ? "stopped" : "done" } : { state: "failed", error: note.title });
    if (whole) {
      this.querySelector("run-list").add(listed(event, item));
    }
    if (this.#shown === item.transcript) {
      this.#show(item);
    }
    if (good) {
      announce(ending(event, item));
    }
    this.#queue(event);
  }

  /** The next file by itself, unless somebody stopped or nothing goes any more. */
  #queue({ outcome }) {
    const next = this.#files.items.find(({ state }) => state === "ready");
    if (next && outcome === "completed") {
      this.#start(next);
    } else {
      this.#changed();
    }
  }

  #show(item) {
    this.#load(item);
    const { ended, transcript } = item ?? {};
    if (transcript) {
      transcript.alignable = item.task === "transcription" && Boolean(item.upload);
    }
    this.#shown = transcript ?? null;
    this.#view.show(this.#shown, { run: ended?.run, done: Boolean(ended) });
    this.#regions();
    this.#complain(ended?.note);
    if (ended?.receipt) {
      this.#receipt.show(ended.receipt);
    } else {
      this.#receipt.clear();
    }
    this.#changed();
  }

  /** The player is fetched with the first file: without one there is nothing to hear. */
  async #load(item) {
    const media = item?.media ?? "";
    if ((this.#player.dataset.media ?? "") === media) {
      return;
    }
    this.#player.dataset.media = media;
    await import("../player/speech-player.js");
    if (this.#player.dataset.media !== media) {
      return;
    }
    if (media) {
      this.#player.load({ src: media, duration: item.duration ?? 0, name: item.name });
      this.#regions();
    } else {
      this.#player.reset();
    }
  }

  async #regions() {
    const transcript = this.#shown;
    if (transcript?.rows.some(({ start }) => start !== null)) {
      const { drawRegions } = await import("../../transcription/regions.js");
      drawRegions(this.#player, this.#shown === transcript ? transcript : null);
    } else {
      this.#player.querySelector(".player-regions")?.remove();
    }
  }

  #aligned({ kept, run }) {
    const item = this.#files.items.find(({ ended }) => ended?.run === run);
    item.transcript = new Transcript().load(kept);
    this.#show(item);
  }

  #complain(note) {
    const box = this.querySelector("status-note");
    this.toggleAttribute("data-trouble", Boolean(note));
    if (note) {
      box.show(note);
    } else if (this.dataset.ready === "yes") {
      box.clear();
    }
  }

  #progress({ position }) {
    if (this.#player.state !== "empty" && this.#view.dataset.state === "done") {
      this.#view.mark(position, this.#player.state === "playing");
    }
  }

  async #replay({ run, sound, name }) {
    const known = this.#files.items.find((item) => item.ended?.run === run);
    if (known) {
      this.#files.select(known);
      return;
    }
    const answer = await fetch(`/runs/${run}/transcript`);
    if (answer.ok) {
      const kept = await answer.json();
      const transcript = new Transcript().load(kept);
      const { receiptParts } = await (this.#results ??= import("../../transcription/result.js"));
      const item = { ...kept, name: kept.name || name, media: sound || kept.media, transcript, state: "done", first: null };
      item.ended = { note: null, run, receipt: kept.receipt ? receiptParts(kept.receipt, item, run) : null };
      this.#files.select(this.#files.restore(item));
    }
  }

  #typed(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) {
      event.preventDefault();
      this.#button.click();
    } else {
      playerKey(event, this.#player);
    }
  }
}

customElements.define("transcription-studio", TranscriptionStudio);
