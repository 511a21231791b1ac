// What a player shows: the waveform, the clock, the slider's values and the state of its controls.

import { formatClock } from "../../page/format.js";
import { fill } from "../../page/messages.js";
import { Waveform } from "./waveform.js";

/** States in which the button pauses. */
export const ACTIVE = ["waiting", "playing", "stalled"];

export class PlayerDisplay {
  #player;
  #waveform;

  constructor(player) {
    this.#player = player;
    this.#waveform = new Waveform(player.querySelector("canvas"));
  }

  /** Calls `redraw` whenever the size or the colours change, until `signal` aborts. */
  watch(signal, redraw) {
    const recolour = () => { this.#waveform.forgetColours(); redraw(); };
    document.addEventListener("theme-change", recolour, { signal });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolour, { signal });
    const observer = new ResizeObserver(() => { this.#waveform.resize(); redraw(); });
    observer.observe(this.#player.querySelector("canvas"));
    signal.addEventListener("abort", () => observer.disconnect());
  }

  /** `axis` is the waveform's width in seconds. */
  draw(peaks, position, duration, axis) {
    const perSecond = duration > 0 ? peaks.length / duration : 24000;
    this.#waveform.draw(peaks, position * perSecond, axis * perSecond);
    this.#showClock(position, duration);
  }

  showControls({ state, complete, partial }) {
    const player = this.#player;
    const empty = state === "empty";
    player.dataset.state = state;
    const toggle = this.part("toggle");
    toggle.disabled = empty;
    toggle.setAttribute("aria-label", ACTIVE.includes(state) ? toggle.dataset.pause : toggle.dataset.play);
    const rate = this.part("rate");
    rate.disabled = empty || !complete;
    rate.title = rate.disabled ? player.dataset.whyRate : "";
    this.slider.setAttribute("aria-disabled", String(empty));
    const notes = { waiting: player.dataset.making, stalled: player.dataset.waiting };
    this.note = partial ? player.dataset.partial : notes[state] ?? "";
  }

  set note(text) {
    this.#field("note").textContent = text;
  }

  /** The address of the file for download; none while there is no file. */
  setDownload(url, name) {
    const link = this.part("download");
    if (url) {
      link.href = url;
      link.download = name || "speech.wav";
      link.removeAttribute("aria-disabled");
    } else {
      link.removeAttribute("href");
      link.setAttribute("aria-disabled", "true");
    }
  }

  get slider() {
    return this.#player.querySelector("[role=slider]");
  }

  part(role) {
    return this.#player.querySelector(`[data-role="${role}"]`);
  }

  #showClock(position, duration) {
    const [now, all] = [formatClock(position), formatClock(duration)];
    if (this.#field("position").textContent === now && this.#field("duration").textContent === all) {
      return;
    }
    this.#field("position").textContent = now;
    this.#field("duration").textContent = all;
    const { slider } = this;
    slider.setAttribute("aria-valuemax", duration.toFixed(1));
    slider.setAttribute("aria-valuenow", position.toFixed(1));
    slider.setAttribute("aria-valuetext", fill(this.#player.dataset.position, { position: now, duration: all }));
  }

  #field(name) {
    return this.#player.querySelector(`[data-field="${name}"]`);
  }
}
