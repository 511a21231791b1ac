// A player with a waveform that grows while the audio arrives and is the scrubber afterwards.

import { SpeechPlayback } from "../../audio/playback/speech-playback.js";
import { formatClock } from "../../page/format.js";
import { fill } from "../../page/messages.js";
import { Waveform } from "./waveform.js";
import { WordHighlight } from "./word-highlight.js";

const ACTIVE = ["waiting", "playing", "stalled"];
const SHORTEST_AXIS = 6;
const LONG_AXIS = 24;

/** Events that bubble: "player-state" {state}, "player-first-sound" {ms}, "player-progress" {position, duration}, "player-ended". */
class SpeechPlayer extends HTMLElement {
  #playback;
  #waveform;
  #words;
  #slider = this.querySelector("[role=slider]");
  #frame = 0;
  #expected = 0;
  #hint = "";
  #scrubber = null;
  #listeners = null;

  connectedCallback() {
    this.#playback ??= this.#build();
    this.#listeners = new AbortController();
    this.#waveform.watch(this.#listeners.signal, () => this.#draw());
    if (this.hasAttribute("src")) {
      this.load({
        src: this.getAttribute("src"),
        duration: Number(this.getAttribute("duration")) || 0,
        text: this.getAttribute("text") ?? "",
        name: this.getAttribute("download") ?? "",
      });
    }
  }

  disconnectedCallback() {
    this.#listeners.abort();
    cancelAnimationFrame(this.#frame);
    this.#playback.close();
  }

  #build() {
    this.#waveform = new Waveform(this.querySelector("canvas"));
    const words = this.#part("words");
    this.#words = new WordHighlight(words, (seconds) => this.seek(seconds));
    this.#hint = words.textContent;
    const playback = new SpeechPlayback(this.dataset.worklet);
    playback.addEventListener("change", () => this.#changed());
    playback.addEventListener("broken", () => { this.#field("note").textContent = this.dataset.broken; });
    playback.addEventListener("first-sound", () => this.#firstAudio());
    playback.addEventListener("ended", () => this.#ended());
    this.#part("toggle").addEventListener("click", () => this.toggle());
    this.#part("rate").addEventListener("change", (event) => { this.rate = Number(event.target.value); });
    return playback;
  }

  /** To be called in the click, before any await. `expected` is the audio's likely length in seconds, else guessed from the text. */
  unlock({ sampleRate = 24000, expected = 0, text = "" } = {}) {
    this.#clear(text, expected);
    this.#playback.unlock(sampleRate);
    this.#changed();
  }

  begin(format) {
    this.#playback.begin(format);
  }

  push(bytes) {
    this.#playback.push(bytes);
    this.#schedule();
  }

  addWords(words) {
    this.#words.add(words);
  }

  finish({ url = "", name = "", partial = false } = {}) {
    this.#playback.finish({ partial });
    if (url) {
      this.#setDownload(url, name);
    } else if (this.#playback.stats.received > 0) {
      this.#playback.fileUrl().then((local) => local && this.#setDownload(local, name));
    }
    this.#changed();
  }

  /** A stored audio file with its word times, ready to play. */
  load({ src, text = "", words = [], duration = 0, name = "" }) {
    this.#clear(text, duration);
    this.#playback.load(src, duration).then(() => this.#schedule());
    this.#setDownload(src, name);
    if (words.length) {
      this.addWords(words);
    }
    this.#changed();
  }

  reset() {
    this.#playback.close();
    this.#clear("", 0);
    this.#changed();
  }

  play() {
    this.#playback.play();
    this.#schedule();
  }

  pause() {
    this.#playback.pause();
  }

  toggle() {
    if (ACTIVE.includes(this.state)) {
      this.pause();
    } else {
      this.play();
    }
  }

  seek(seconds) {
    this.#playback.seek(seconds);
    this.#schedule();
  }

  get position() {
    return this.#playback.position;
  }

  get duration() {
    return this.#playback.duration;
  }

  /** The waveform's width in seconds: until the length is known the expected one, for a long text only its beginning. */
  get axis() {
    const { duration } = this;
    const beginning = Math.min(this.#expected, Math.max(LONG_AXIS, duration * 1.3));
    return this.#playback.complete ? duration : Math.max(SHORTEST_AXIS, beginning, duration * 1.08);
  }

  get state() {
    return this.#playback.state;
  }

  get stats() {
    return this.#playback.stats;
  }

  get rate() {
    return this.#playback.rate;
  }

  set rate(value) {
    this.#playback.rate = value;
    this.#part("rate").value = String(value);
    this.#schedule();
  }

  #clear(text, expected) {
    this.#scrubber ??= import("./scrubber.js").then(({ makeScrubber }) => makeScrubber(this.#slider, this));
    this.#expected = expected || guessSeconds(text);
    this.#words.start(text, this.#hint);
    this.#part("rate").value = "1";
    this.#setDownload("");
    delete this.dataset.received;
    delete this.dataset.played;
  }

  /** The address of the file for download; empty while there is no file. */
  #setDownload(url, name) {
    const link = this.#part("download");
    if (url) {
      link.href = url;
      link.download = name || "speech.wav";
      link.removeAttribute("aria-disabled");
    } else {
      link.removeAttribute("href");
      link.setAttribute("aria-disabled", "true");
    }
  }

  #changed() {
    const { state, complete, partial } = this.#playback;
    const empty = state === "empty";
    this.dataset.state = state;
    const toggle = this.#part("toggle");
    toggle.disabled = empty;
    toggle.setAttribute("aria-label", ACTIVE.includes(state) ? toggle.dataset.pause : toggle.dataset.play);
    const rate = this.#part("rate");
    rate.disabled = empty || !complete;
    rate.title = rate.disabled ? this.dataset.whyRate : "";
    this.#slider.setAttribute("aria-disabled", String(empty));
    const notes = { waiting: this.dataset.making, stalled: this.dataset.waiting };
    this.#field("note").textContent = partial ? this.dataset.partial : notes[state] ?? "";
    this.#dispatch("player-state", { state });
    this.#schedule();
  }

  #firstAudio() {
    const { firstSoundAt, clickAt } = this.stats;
    this.#dispatch("player-first-sound", { ms: firstSoundAt - clickAt });
  }

  #ended() {
    const { received, played } = this.stats;
    Object.assign(this.dataset, { received, played });
    this.#draw();
    this.#dispatch("player-ended", null);
  }

  #schedule() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
      if (ACTIVE.includes(this.state)) {
        this.#schedule();
      }
    });
  }

  #draw() {
    const { position, peaks } = this.#playback;
    const { duration, axis } = this;
    const perSecond = duration > 0 ? peaks.length / duration : 24000;
    this.#waveform.draw(peaks, position * perSecond, axis * perSecond);
    this.#showClock(position, duration);
    if (!this.#words.empty) {
      this.#words.mark(position);
    }
    this.#dispatch("player-progress", { position, duration });
  }

  #showClock(position, duration) {
    const [now, all] = [formatClock(position), formatClock(duration)];
    if (this.#field("position").textContent === now && this.#field("duration").textContent === all) {
      return;
    }
    this.#field("position").textContent = now;
    this.#field("duration").textContent = all;
    this.#slider.setAttribute("aria-valuemax", duration.toFixed(1));
    this.#slider.setAttribute("aria-valuenow", position.toFixed(1));
    this.#slider.setAttribute("aria-valuetext", fill(this.dataset.position, { position: now, duration: all }));
  }

  #part(role) {
    return this.querySelector(`[data-role="${role}"]`);
  }

  #field(name) {
    return this.querySelector(`[data-field="${name}"]`);
  }

  #dispatch(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { bubbles: true, detail }));
  }
}

/** The length of a text's speech in seconds: about fifteen letters or four Chinese characters a second. */
function guessSeconds(text) {
  const chinese = text.match(/\p{Script=Han}/gu)?.length ?? 0;
  return (text.length - chinese) / 15 + chinese / 4;
}

customElements.define("speech-player", SpeechPlayer);
