// The speech tab: sends the form as a speech request and plays the audio while it arrives.

import { announce } from "../../page/announcements.js";
import { readDraft, writeDraft } from "../../page/drafts.js";
import { message } from "../../page/messages.js";
import { SpeechForm } from "../../speech/form.js";
import { pageSocket } from "../../wire/socket.js";
import "../common/receipt-line.js";
import "../common/run-list.js";
import "../common/status-note.js";
import "../player/speech-player.js";
import "./text-meter.js";
import "./voice-picker.js";

class SpeechStudio extends HTMLElement {
  #button = this.querySelector("[data-role=speak]");
  #player = this.querySelector("speech-player");
  #receipt = this.querySelector("receipt-line");
  #note = this.querySelector("status-note");
  #echo = this.querySelector("echo-check");
  #form = null;
  #run = null;
  #result = null;
  #sample = null;
  #texts = null;

  connectedCallback() {
    this.#form = new SpeechForm(this);
    this.#form.restore(readDraft(this.model));
    this.#button.addEventListener("click", () => (this.#run ? this.#stop() : this.#start()));
    this.addEventListener("keydown", (event) => this.#onKey(event));
    this.addEventListener("input", () => this.#changed());
    this.addEventListener("voice-change", () => this.#changed());
    this.addEventListener("click", (event) => this.#onClick(event));
    this.addEventListener("voice-sample", ({ detail }) => this.#playSample(detail));
    this.addEventListener("run-replay", ({ detail }) => this.#replay(detail));
    this.addEventListener("player-first-sound", ({ detail }) => this.#firstAudio(detail.ms));
    this.addEventListener("player-ended", () => this.#report());
    if (/Mac|iP/.test(navigator.platform)) {
      this.querySelector(".kbd").textContent = "⌘ ↵";
    }
    this.#changed();
    pageSocket();
    if (this.dataset.running) {
      this.#resume(this.dataset.running);
    }
  }

  get model() {
    return this.getAttribute("model");
  }

  #onKey(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) {
      event.preventDefault();
      this.#button.click();
    }
  }

  /** A style fills the form, and sends nothing. */
  async #onClick({ target }) {
    const style = target.closest("[data-style]");
    style && (await import("../../speech/styles.js")).toggleStyle(style, this.#form);
  }

  #changed() {
    this.#form.show();
    writeDraft(this.model, this.#form.params());
    const ready = this.dataset.ready === "yes";
    const { over } = this.querySelector("text-meter");
    this.#button.disabled = !ready || (over && !this.#run);
    this.#button.setAttribute("aria-describedby", ready ? "script-text-meter" : "speak-why");
  }

  /** Everything up to `unlock` happens inside the click: a browser allows audio only from a user gesture. */
  #start() {
    const params = this.#form.params();
    if (!params.input.trim()) {
      announce(message("empty"));
      this.querySelector("textarea").focus();
      return;
    }
    this.#begin(params);
    this.#run = pageSocket().start(
      { task: "speech", model: this.model, params },
      (event) => this.#onEvent(event),
    );
  }

  /** Follows a run that was started before the page was loaded again, from its first event. */
  #resume(run) {
    this.#begin(JSON.parse(document.getElementById("running-params").textContent));
    this.#result.resumed = true;
    this.#run = pageSocket().resume({ run }, (event) => this.#onEvent(event));
  }

  #begin(params) {
    this.#sample?.stop();
    this.#player.unlock({ sampleRate: 24000, text: params.input });
    this.#texts ??= import("../../speech/result.js");
    this.#result = { params, words: [], first: null, end: null, run: null, resumed: false };
    this.#echo.clear?.();
    this.#note.clear();
    delete this.dataset.trouble;
    this.#receipt.clear();
    this.#button.dataset.state = "running";
    this.#button.disabled = false;
    announce(message("speaking"));
  }

  #stop() {
    this.#player.pause();
    this.#run.stop();
  }

  #onEvent(event) {
    const result = this.#result;
    switch (event.type) {
      case "run.started":
        result.run = event.run;
        this.#showEstimate(result, event);
        break;
      case "run.attempt":
        this.#texts.then(({ tell }) => tell(this.#receipt, event));
        break;
      case "run.progress":
        this.#note.show({ text: message("queued", event) });
        break;
      case "audio.start":
        this.#note.clear();
        this.#player.begin({ format: event.format, sampleRate: event.sample_rate, channels: event.channels });
        break;
      case "audio.chunk":
        this.#player.push(event.bytes);
        break;
      case "speech.words":
        result.words.push(...event.words);
        this.#player.addWords(event.words);
        break;
      case "audio.end":
        result.end = event;
        break;
      case "run.done":
        this.#done(event);
        break;
      case "run.error":
        this.#failed(event);
        break;
    }
  }

  async #showEstimate(result, event) {
    const { estimateParts } = await this.#texts;
    if (result === this.#result && this.#run) {
      this.#receipt.show(estimateParts(event));
      this.#showFirst();
    }
  }

  async #done({ outcome, receipt, error, run }) {
    const result = this.#result;
    const { end, params } = result;
    this.#idle();
    const { endText, fileName, receiptParts, runRow } = await this.#texts;
    await import("./echo-check.js");
    const name = fileName(this.model, params);
    this.querySelector("run-list").add({ ...runRow({ run, outcome, receipt, end }, result), name });
    if (result !== this.#result) {
      return;
    }
    this.#player.finish({ url: end?.url, name, partial: outcome !== "completed" });
    end?.url && this.#echo.offer({ run, ...params });
    if (receipt) {
      this.#receipt.show(receiptParts(receipt, end, result.first, run));
    }
    if (outcome === "completed" || outcome === "stopped") {
      announce(endText(outcome, receipt, end));
    } else {
      this.#showError(error, { partial: true, run, receipt });
    }
  }

  #failed({ error, run }) {
    this.#player.finish({ partial: this.#player.stats.received > 0 });
    this.#idle();
    this.#receipt.clear();
    this.#showError(error, { run });
  }

  /** The note replaces the words and the receipt, so that nothing moves. */
  async #showError(error, context) {
    const { speechNote, offerRetry } = await this.#texts;
    const note = speechNote(error, context, this.#result?.params);
    this.dataset.trouble = note.kind;
    this.#note.show(note);
    offerRetry(this.#note, error, () => this.#button.click());
  }

  #idle() {
    this.#run = null;
    this.#button.dataset.state = "idle";
    this.#changed();
  }

  #firstAudio(milliseconds) {
    if (this.#result && !this.#result.resumed && this.#result.first === null) {
      this.#result.first = milliseconds;
      this.#showFirst();
      this.#report();
    }
  }

  async #showFirst() {
    const { seconds } = await this.#texts;
    const { first } = this.#result;
    if (first !== null) {
      this.#receipt.querySelector("[data-field=first]").textContent = seconds(first / 1000);
      this.#receipt.querySelector("[data-part=first]").hidden = false;
    }
  }

  async #report() {
    const { run, first } = this.#result ?? {};
    if (run && first) {
      const { stats } = this.#player;
      (await this.#texts).sendTimings(run, first, stats, this.dataset.csrf);
    }
  }

  #replay({ run, sound, title, duration, name, words }) {
    if (this.#run) {
      return;
    }
    this.#result = null;
    this.#sample?.stop();
    delete this.dataset.trouble;
    this.#note.clear();
    this.#receipt.clear();
    this.#player.load({ src: sound, text: title, words: words ?? [], duration, name });
    import("./echo-check.js").then(() => this.#result || this.#echo.offer({ run, input: title, plain: true }));
    this.#player.play();
  }

  async #playSample({ voice, playing }) {
    const { VoiceSample } = await import("../../speech/voice-sample.js");
    this.#sample ??= new VoiceSample(this.model, (...state) => this.querySelector("voice-picker")?.setSample(...state));
    this.#sample.toggle(voice, playing);
  }
}

customElements.define("speech-studio", SpeechStudio);
