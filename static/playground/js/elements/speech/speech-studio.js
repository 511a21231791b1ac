// Speak and listen: settings go up as an API body, sound comes down while it is being made.

import { announce } from "../../page/announcements.js";
import { readDraft, writeDraft } from "../../page/drafts.js";
import { message } from "../../page/messages.js";
import { pageSocket } from "../../wire/socket.js";
import "../common/receipt-line.js";
import "../common/run-list.js";
import { SpeechForm } from "../../speech/form.js";
import "../player/speech-player.js";
import "../common/status-note.js";
import "./text-meter.js";
import "./voice-picker.js";

class SpeechStudio extends HTMLElement {
  #form = null;
  #run = null;
  #sound = null;
  #sample = null;
  #results = null;

  connectedCallback() {
    this.#form = new SpeechForm(this);
    this.#form.restore(readDraft(this.model));
    this.#speak.addEventListener("click", () => (this.#run ? this.#stop() : this.#start()));
    this.addEventListener("keydown", (event) => this.#typed(event));
    this.addEventListener("input", () => this.#changed());
    this.addEventListener("voice-change", () => this.#changed());
    this.addEventListener("voice-sample", ({ detail }) => this.#hearSample(detail));
    this.addEventListener("run-replay", ({ detail }) => this.#replay(detail));
    this.addEventListener("player-first-sound", ({ detail }) => this.#heard(detail.ms));
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

  get #speak() {
    return this.querySelector("[data-role=speak]");
  }

  get #player() {
    return this.querySelector("speech-player");
  }

  get #receipt() {
    return this.querySelector("receipt-line");
  }

  #typed(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) {
      event.preventDefault();
      this.#speak.click();
    }
  }

  #changed() {
    this.#form.show();
    writeDraft(this.model, this.#form.params());
    const ready = this.dataset.ready === "yes";
    const { over } = this.querySelector("text-meter");
    this.#speak.disabled = !ready || (over && !this.#run);
    this.#speak.setAttribute("aria-describedby", ready ? "script-text-meter" : "speak-why");
  }

  /** Everything up to `unlock` happens inside the click: a browser gives sound to a gesture only. */
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
      (event) => this.#on(event),
    );
  }

  /** A run that outlived its page is asked for from its beginning: nothing of it is lost. */
  #resume(run) {
    this.#begin(JSON.parse(document.getElementById("running-params").textContent));
    this.#sound.resumed = true;
    this.#run = pageSocket().resume({ run }, (event) => this.#on(event));
  }

  #begin(params) {
    this.#sample?.stop();
    this.#player.unlock({ sampleRate: 24000, text: params.input });
    this.#results ??= import("../../speech/result.js");
    this.#sound = { params, words: [], first: null, end: null, run: null, resumed: false };
    this.querySelector("status-note").clear();
    delete this.dataset.trouble;
    this.#receipt.clear();
    this.#speak.dataset.state = "running";
    this.#speak.disabled = false;
    announce(message("speaking"));
  }

  #stop() {
    this.#player.pause();
    this.#run.stop();
  }

  #on(event) {
    const sound = this.#sound;
    switch (event.type) {
      case "run.started":
        sound.run = event.run;
        this.#estimate(sound, event);
        break;
      case "audio.start":
        this.#player.begin({ format: event.format, sampleRate: event.sample_rate, channels: event.channels });
        break;
      case "audio.chunk":
        this.#player.push(event.bytes);
        break;
      case "speech.words":
        sound.words.push(...event.words);
        this.#player.addWords(event.words);
        break;
      case "audio.end":
        sound.end = event;
        break;
      case "run.done":
        this.#done(event);
        break;
      case "run.error":
        this.#failed(event);
        break;
    }
  }

  async #estimate(sound, event) {
    const { estimateParts } = await this.#results;
    if (sound === this.#sound && this.#run) {
      this.#receipt.show(estimateParts(event));
      this.#showFirst();
    }
  }

  async #done({ outcome, receipt, error, run }) {
    const sound = this.#sound;
    const { end, params } = sound;
    this.#idle();
    const { ending, fileName, listed, receiptParts, trouble } = await this.#results;
    const name = fileName(this.model, params);
    this.querySelector("run-list").add({ ...listed({ run, outcome, receipt, end }, sound), name });
    if (sound !== this.#sound) {
      return;
    }
    this.#player.finish({ url: end?.url, name, partial: outcome !== "completed" });
    if (receipt) {
      this.#receipt.show(receiptParts(receipt, end, sound.first, run));
    }
    if (outcome === "completed" || outcome === "stopped") {
      announce(ending(outcome, receipt, end));
    } else {
      this.#complain(trouble(error, { partial: true, run, receipt }));
    }
  }

  async #failed({ error, run }) {
    this.#player.finish({ partial: this.#player.stats.received > 0 });
    this.#idle();
    this.#receipt.clear();
    const { trouble } = await this.#results;
    this.#complain(trouble(error, { run }));
  }

  /** The note takes the place of the words and the receipt, so that the script stays where it is. */
  #complain(note) {
    this.dataset.trouble = note.kind;
    this.querySelector("status-note").show(note);
  }

  #idle() {
    this.#run = null;
    this.#speak.dataset.state = "idle";
    this.#changed();
  }

  #heard(milliseconds) {
    if (this.#sound && !this.#sound.resumed && this.#sound.first === null) {
      this.#sound.first = milliseconds;
      this.#showFirst();
      this.#report();
    }
  }

  async #showFirst() {
    const { seconds } = await this.#results;
    const { first } = this.#sound;
    if (first !== null) {
      this.querySelector("receipt-line [data-field=first]").textContent = seconds(first / 1000);
      this.querySelector("receipt-line [data-part=first]").hidden = false;
    }
  }

  /** Tells the server what was measured here, for the receipt. */
  #report() {
    const { run, first } = this.#sound ?? {};
    if (run && first) {
      const { received, played, underruns } = this.#player.stats;
      const body = { first_sound_ms: first, stalls: underruns, received_samples: received, played_samples: played };
      const headers = { "X-CSRFToken": this.dataset.csrf, "Content-Type": "application/json" };
      fetch(`/runs/${run}/timings`, { method: "POST", keepalive: true, headers, body: JSON.stringify(body) });
    }
  }

  #replay({ sound, title, duration, name, words: spoken }) {
    if (this.#run) {
      return;
    }
    this.#sound = null;
    this.#sample?.stop();
    delete this.dataset.trouble;
    this.querySelector("status-note").clear();
    this.#receipt.clear();
    this.#player.load({ src: sound, text: title, words: spoken ?? [], duration, name });
    this.#player.play();
  }

  async #hearSample({ voice, playing }) {
    const { VoiceSample } = await import("../../speech/voice-sample.js");
    this.#sample ??= new VoiceSample(this.model, (which, state) => this.#showSample(which, state));
    this.#sample.toggle(voice, playing);
  }

  #showSample(voice, state) {
    this.querySelector("voice-picker")?.setSample(voice, state);
    if (state === "error") {
      announce(message("sample-failed"));
    }
  }
}

customElements.define("speech-studio", SpeechStudio);
