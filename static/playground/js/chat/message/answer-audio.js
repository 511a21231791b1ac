// Plays an answer's audio while it arrives. Loaded before the first answer with audio.

import { SpeechPlayback } from "../../audio/playback/speech-playback.js";
import { formatClock } from "../../page/format.js";

const ACTIVE = ["waiting", "playing", "stalled"];

let current = null;

/** To be called inside the click that asks for the answer: a browser allows audio only from a user gesture. */
export function unlockAudio(worklet) {
  current?.close();
  current = new AnswerAudio(worklet);
}

const players = new WeakMap();

/** Plays an event of an answer's audio, with controls in `box`; uses the player that was unlocked last. */
export function playEvent(answer, box, event, worklet) {
  if (!players.has(answer)) {
    current = current && !current.visible ? current : new AnswerAudio(worklet);
    current.show(box);
    players.set(answer, current);
  }
  players.get(answer).apply(event);
}

export function stopAudio() {
  current?.stop();
}

class AnswerAudio {
  visible = false;
  #playback;
  #box = null;
  #clock = 0;

  constructor(worklet) {
    this.#playback = new SpeechPlayback(worklet);
    this.#playback.unlock(24000);
    this.#playback.addEventListener("change", () => this.#draw());
    this.#playback.addEventListener("ended", () => this.#draw());
  }

  show(box) {
    this.visible = true;
    const template = document.querySelector("chat-thread template[data-for=sound]");
    this.#box = document.importNode(template.content.firstElementChild, true);
    this.#box.querySelector("[data-role=toggle]").addEventListener("click", () => this.toggle());
    box.replaceChildren(this.#box);
    box.hidden = false;
    this.#draw();
  }

  /** `event` is audio.start, audio.chunk or audio.end, then run.done or run.error. */
  apply(event) {
    if (event.type === "audio.start") {
      this.#playback.begin({ format: event.format, sampleRate: event.sample_rate, channels: event.channels });
    } else if (event.type === "audio.chunk") {
      this.#playback.push(event.bytes);
    } else if (event.type !== "audio.end") {
      this.#playback.finish({ partial: event.outcome !== "completed" });
    }
  }

  toggle() {
    ACTIVE.includes(this.#playback.state) ? this.#playback.pause() : this.#playback.play();
    this.#draw();
  }

  stop() {
    this.#playback.pause();
    this.#draw();
  }

  close() {
    this.#playback.close();
    clearInterval(this.#clock);
  }

  #draw() {
    if (!this.#box) {
      return;
    }
    const active = ACTIVE.includes(this.#playback.state);
    this.#box.dataset.state = active ? "playing" : "paused";
    const { position, duration } = this.#playback;
    this.#box.querySelector("[data-field=clock]").textContent = `${formatClock(position)} / ${formatClock(duration)}`;
    clearInterval(this.#clock);
    this.#clock = active && this.#box.isConnected ? setInterval(() => this.#draw(), 250) : 0;
  }
}
