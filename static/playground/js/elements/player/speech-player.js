// The sound as a large waveform: it grows while it is made, then it is the scrubber.

import { SpeechSound } from "../../audio/playback/speech-playback.js";
import { formatClock } from "../../page/format.js";
import { fill } from "../../page/messages.js";
import { makeScrubber } from "./scrubber.js";
import { SpokenWords } from "./word-highlight.js";
import { Waveform } from "./waveform.js";

const ACTIVE = ["waiting", "playing", "stalled"];
const SHORTEST_AXIS = 6;
const LONG_AXIS = 24;

class SpeechPlayer extends HTMLElement {
  #sound;
  #wave;
  #words;
  #slider;
  #frame = 0;
  #expected = 0;
  #hint = "";
  #listening = null;

  connectedCallback() {
    this.#sound ??= this.#build();
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    document.addEventListener("theme-change", () => this.#repaint(), { signal });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#repaint(), { signal });
    const observer = new ResizeObserver(() => { this.#wave.resize(); this.#draw(); });
    observer.observe(this.querySelector("canvas"));
    signal.addEventListener("abort", () => observer.disconnect());
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
    this.#listening.abort();
    cancelAnimationFrame(this.#frame);
    this.#sound.close();
  }

  #build() {
    this.#slider = this.querySelector("[role=slider]");
    this.#wave = new Waveform(this.querySelector("canvas"));
    this.#words = new SpokenWords(this.#part("words"), (seconds) => this.seek(seconds));
    this.#hint = this.#part("words").textContent;
    const sound = new SpeechSound(this.dataset.worklet);
    sound.addEventListener("change", () => this.#changed());
    sound.addEventListener("broken", () => { this.#field("note").textContent = this.dataset.broken; });
    sound.addEventListener("first-sound", () => this.#heard());
    sound.addEventListener("ended", () => this.#ended());
    this.#part("toggle").addEventListener("click", () => this.toggle());
    this.#part("rate").addEventListener("change", (event) => { this.rate = Number(event.target.value); });
    makeScrubber(this.#slider, this);
    return sound;
  }

  /** In the click and before any await. `expected` seconds (else guessed) are the width of the picture to come. */
  unlock({ sampleRate = 24000, expected = 0, text = "" } = {}) {
    this.#clear(text, expected);
    this.#sound.unlock(sampleRate);
    this.#changed();
  }

  begin(format) {
    this.#sound.begin(format);
  }

  push(bytes) {
    this.#sound.push(bytes);
    this.#schedule();
  }

  addWords(words) {
    this.#words.add(words);
  }

  finish({ url = "", name = "", partial = false } = {}) {
    this.#sound.finish({ partial });
    if (url) {
      this.#offer(url, name);
    } else if (this.#sound.stats.received > 0) {
      this.#sound.fileUrl().then((made) => made && this.#offer(made, name));
    }
    this.#changed();
  }

  /** A stored sound with its words, ready to play. */
  load({ src, text = "", words = [], duration = 0, name = "" }) {
    this.#clear(text, duration);
    this.#sound.load(src, duration).then(() => this.#schedule());
    this.#offer(src, name);
    if (words.length) {
      this.addWords(words);
    }
    this.#changed();
  }

  reset() {
    this.#sound.close();
    this.#clear("", 0);
    this.#changed();
  }

  play() {
    this.#sound.play();
    this.#schedule();
  }

  pause() {
    this.#sound.pause();
  }

  toggle() {
    if (ACTIVE.includes(this.state)) {
      this.pause();
    } else {
      this.play();
    }
  }

  seek(seconds) {
    this.#sound.seek(seconds);
    this.#schedule();
  }

  get position() {
    return this.#sound.position;
  }

  get duration() {
    return this.#sound.duration;
  }

  /** Seconds the picture is wide: until the real length is known the expected one, of a long text only the begin. */
  get axis() {
    const { duration } = this;
    const begin = Math.min(this.#expected, Math.max(LONG_AXIS, duration * 1.3));
    return this.#sound.complete ? duration : Math.max(SHORTEST_AXIS, begin, duration * 1.08);
  }

  get state() {
    return this.#sound.state;
  }

  get stats() {
    return this.#sound.stats;
  }

  get rate() {
    return this.#sound.rate;
  }

  set rate(value) {
    this.#sound.rate = value;
    this.#part("rate").value = String(value);
    this.#schedule();
  }

  #clear(text, expected) {
    this.#expected = expected || guessSeconds(text);
    this.#words.start(text, this.#hint);
    this.#part("rate").value = "1";
    const link = this.#part("download");
    link.removeAttribute("href");
    link.setAttribute("aria-disabled", "true");
    delete this.dataset.received;
    delete this.dataset.played;
  }

  #offer(url, name) {
    const link = this.#part("download");
    link.href = url;
    link.download = name || "speech.wav";
    link.removeAttribute("aria-disabled");
  }

  #changed() {
    const { state, complete } = this.#sound;
    const empty = state === "empty";
    this.dataset.state = state;
    const toggle = this.#part("toggle");
    toggle.disabled = empty;
    toggle.setAttribute("aria-label", ACTIVE.includes(state) ? toggle.dataset.pause : toggle.dataset.play);
    const rate = this.#part("rate");
    rate.disabled = empty || !complete;
    rate.title = rate.disabled ? this.dataset.whyRate : "";
    this.#slider.setAttribute("aria-disabled", String(empty));
    this.#field("note").textContent = this.#note(state);
    this.dispatchEvent(new CustomEvent("player-state", { bubbles: true, detail: { state } }));
    this.#schedule();
  }

  #note(state) {
    if (this.#sound.partial) {
      return this.dataset.partial;
    }
    return { waiting: this.dataset.making, stalled: this.dataset.waiting }[state] ?? "";
  }

  #heard() {
    const { firstSoundAt, clickAt } = this.stats;
    this.dispatchEvent(new CustomEvent("player-first-sound", { bubbles: true, detail: { ms: firstSoundAt - clickAt } }));
  }

  #ended() {
    const { received, played } = this.stats;
    Object.assign(this.dataset, { received, played });
    this.#draw();
    this.dispatchEvent(new CustomEvent("player-ended", { bubbles: true }));
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
    const { position, peaks } = this.#sound;
    const { duration, axis } = this;
    const perSecond = duration > 0 ? peaks.length / duration : 24000;
    this.#wave.draw(peaks, position * perSecond, axis * perSecond);
    this.#tell(position, duration);
    if (!this.#words.empty) {
      this.#words.mark(position);
    }
    this.dispatchEvent(new CustomEvent("player-progress", { bubbles: true, detail: { position, duration } }));
  }

  #tell(position, duration) {
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

  #repaint() {
    this.#wave.forgetColours();
    this.#draw();
  }

  #part(role) {
    return this.querySelector(`[data-role="${role}"]`);
  }

  #field(name) {
    return this.querySelector(`[data-field="${name}"]`);
  }
}

/** About fifteen letters or four Chinese characters a second. */
function guessSeconds(text) {
  const signs = text.match(/\p{Script=Han}/gu)?.length ?? 0;
  return (text.length - signs) / 15 + signs / 4;
}

customElements.define("speech-player", SpeechPlayer);
