// Speak and listen: settings go up as an API body, sound comes down while it is being made.

import { announce } from "../announce.js";
import { readDraft, writeDraft } from "../drafts.js";
import { formatCost, formatNumber, formatSeconds } from "../format.js";
import { message } from "../messages.js";
import { pageSocket } from "../wire/socket.js";
import { VoiceSample } from "../audio/voice-sample.js";
import "./receipt-line.js";
import "./run-list.js";
import { SpeechForm } from "./speech-form.js";
import "./speech-player.js";
import "./status-note.js";
import "./text-meter.js";
import "./voice-picker.js";

class SpeechStudio extends HTMLElement {
  #form = null;
  #run = null;
  #sound = null;
  #sample = null;

  connectedCallback() {
    this.#form = new SpeechForm(this);
    this.#form.restore(readDraft(this.model));
    this.#sample = new VoiceSample(this.model, (voice, state) => this.#showSample(voice, state));
    this.#speak.addEventListener("click", () => (this.#run ? this.#stop() : this.#start()));
    this.addEventListener("keydown", (event) => this.#typed(event));
    this.addEventListener("input", () => this.#changed());
    this.addEventListener("voice-change", () => this.#changed());
    this.addEventListener("voice-sample", ({ detail }) => this.#sample.toggle(detail.voice, detail.playing));
    this.addEventListener("run-replay", ({ detail }) => this.#replay(detail));
    this.addEventListener("player-first-sound", ({ detail }) => this.#heard(detail.ms));
    this.#changed();
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

  get #note() {
    return this.querySelector("status-note");
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
    const { over } = this.querySelector("text-meter");
    this.#speak.disabled = this.dataset.ready !== "yes" || (over && !this.#run);
  }

  /** Everything up to `unlock` happens inside the click: a browser gives sound to a gesture only. */
  #start() {
    const params = this.#form.params();
    if (!params.input.trim()) {
      announce(message("empty"));
      this.querySelector("textarea").focus();
      return;
    }
    this.#sample.stop();
    this.#player.unlock({ sampleRate: 24000, text: params.input });
    this.#begin(params);
    this.#run = pageSocket().start(
      { task: "speech", model: this.model, params },
      (event) => this.#on(event),
    );
  }

  #resume(run) {
    this.#player.unlock({ sampleRate: 24000 });
    this.#begin(this.#form.params());
    this.#run = pageSocket().resume({ run }, (event) => this.#on(event));
  }

  #begin(params) {
    this.#sound = { params, words: [], first: null, end: null, units: null };
    this.#note.clear();
    this.querySelector("receipt-line").clear();
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
        this.#failed(event.error);
        break;
    }
  }

  #done({ outcome, receipt, error, run }) {
    const { end, params } = this.#sound;
    const name = fileName(this.model, params);
    this.#player.finish({ url: end?.url, name, partial: outcome !== "completed" });
    this.#showReceipt(receipt, end, run);
    this.#remember({ run, outcome, receipt, end, name });
    if (outcome === "completed") {
      const cost = formatCost(receipt.cost, words());
      announce(message("spoken", { duration: seconds(end.duration), cost }));
    } else if (outcome === "stopped") {
      announce(message("stopped"));
    } else {
      const text = error?.message ?? "";
      this.#note.show({ kind: "warn", title: message("partial"), text, requestId: receipt?.id ?? "" });
    }
    this.#idle();
  }

  #failed(error) {
    this.#player.finish({ partial: true });
    const requestId = error.metadata?.generation_id ?? "";
    this.#note.show({ kind: "bad", title: message("failed"), text: error.message, requestId });
    this.#idle();
  }

  #idle() {
    this.#run = null;
    this.#speak.dataset.state = "idle";
    this.#changed();
  }

  #heard(milliseconds) {
    if (this.#sound && this.#sound.first === null) {
      this.#sound.first = milliseconds;
      this.querySelector("receipt-line [data-field=first]").textContent = seconds(milliseconds / 1000);
      this.querySelector("receipt-line [data-part=first]").hidden = false;
    }
  }

  #showReceipt(receipt, end, run) {
    if (!receipt) {
      return;
    }
    const first = this.#sound.first ?? receipt.first_event_ms;
    this.querySelector("receipt-line").show({
      first: first === null ? "" : seconds(first / 1000),
      total: seconds(receipt.total_ms / 1000),
      units: units(receipt, end),
      cost: formatCost(receipt.cost, words()),
      model: receipt.model,
      provider: receipt.provider,
      url: `/runs/${run}`,
    });
  }

  #remember({ run, outcome, receipt, end, name }) {
    this.querySelector("run-list").add({
      id: run,
      title: this.#sound.params.input.trim().slice(0, 120),
      voice: this.#sound.params.voice ?? "",
      length: end ? seconds(end.duration) : "",
      cost: receipt ? formatCost(receipt.cost, words()) : "",
      state: outcome === "completed" ? "" : message(outcome),
      sound: end?.url ?? "",
      duration: end?.duration ?? 0,
      words: this.#sound.words,
      url: `/runs/${run}`,
      name,
    });
  }

  #replay({ sound, title, duration, name, words: spoken }) {
    if (this.#run) {
      return;
    }
    this.#sample.stop();
    this.#player.load({ src: sound, text: title, words: spoken ?? [], duration, name });
    this.#player.play();
  }

  #showSample(voice, state) {
    this.querySelector("voice-picker")?.setSample(voice, state);
    if (state === "error") {
      announce(message("sample-failed"));
    }
  }
}

function units(receipt, end) {
  const characters = receipt.units?.["text_in.character"];
  const parts = [];
  if (characters !== undefined) {
    parts.push(message("characters", { count: formatNumber(characters) }));
  }
  if (end?.duration) {
    parts.push(message("of-sound", { duration: seconds(end.duration) }));
    const factor = end.duration / Math.max(receipt.total_ms / 1000, 0.001);
    parts.push(message("real-time", { factor: formatNumber(factor, factor < 10 ? 1 : 0) }));
  }
  return parts.join(" · ");
}

function fileName(model, params) {
  const words = params.input.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const extension = params.response_format === "opus" ? "ogg" : params.response_format;
  return `${[model.split("/").pop(), ...words.slice(0, 6)].join("-").slice(0, 80)}.${extension}`;
}

const seconds = (value) => formatSeconds(value, message("seconds", { value: "{value}" }));
const words = () => ({ free: message("free"), unpriced: message("unpriced") });

customElements.define("speech-studio", SpeechStudio);
