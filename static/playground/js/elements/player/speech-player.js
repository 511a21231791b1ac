// A player with a waveform that grows while the audio arrives and is the scrubber afterwards.

import { SpeechPlayback } from "../../audio/playback/speech-playback.js";
import { ACTIVE, PlayerDisplay } from "./player-display.js";
import { makeScrubber } from "./scrubber.js";
import { WordHighlight } from "./word-highlight.js";

const SHORTEST_AXIS = 6;
const LONG_AXIS = 24;

/** Events that bubble: "player-state" {state}, "player-first-sound" {ms}, "player-progress" {position, duration}, "player-ended". */
class SpeechPlayer extends HTMLElement {
  #playback;
  #display;
  #words;
  #frame = 0;
  #expected = 0;
  #hint = "";
  #listeners = null;

  connectedCallback() {
    this.#playback ??= this.#build();
    this.#listeners = new AbortController();
    this.#display.watch(this.#listeners.signal, () => this.#draw());
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
    this.#display = new PlayerDisplay(this);
    const words = this.#display.part("words");
    this.#words = new WordHighlight(words, (seconds) => this.seek(seconds));
    this.#hint = words.textContent;
    const playback = new SpeechPlayback(this.dataset.worklet);
    playback.addEventListener("change", () => this.#changed());
    playback.addEventListener("broken", () => { this.#display.note = this.dataset.broken; });
    playback.addEventListener("first-sound", () => this.#firstAudio());
    playback.addEventListener("ended", () => this.#ended());
    this.#display.part("toggle").addEventListener("click", () => this.toggle());
    this.#display.part("rate").addEventListener("change", (event) => { this.rate = Number(event.target.value); });
    makeScrubber(this.#display.slider, this);
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
      this.#display.setDownload(url, name);
    } else if (this.#playback.stats.received > 0) {
      this.#playback.fileUrl().then((local) => local && this.#display.setDownload(local, name));
    }
    this.#changed();
  }

  /** A stored audio file with its word times, ready to play. */
  load({ src, text = "", words = [], duration = 0, name = "" }) {
    this.#clear(text, duration);
    this.#playback.load(src, duration).then(() => this.#schedule());
    this.#display.setDownload(src, name);
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
    this.#display.part("rate").value = String(value);
    this.#schedule();
  }

  #clear(text, expected) {
    this.#expected = expected || guessSeconds(text);
    this.#words.start(text, this.#hint);
    this.#display.part("rate").value = "1";
    this.#display.setDownload("");
    delete this.dataset.received;
    delete this.dataset.played;
  }

  #changed() {
    this.#display.showControls(this.#playback);
    this.#dispatch("player-state", { state: this.state });
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
    this.#display.draw(peaks, position, duration, axis);
    if (!this.#words.empty) {
      this.#words.mark(position);
    }
    this.#dispatch("player-progress", { position, duration });
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
