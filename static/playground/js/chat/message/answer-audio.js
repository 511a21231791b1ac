// The sound of an answer, heard while it is still being spoken.

import { SpeechSound } from "../../audio/playback/speech-playback.js";
import { formatClock } from "../../page/format.js";

const MOVING = ["waiting", "playing", "stalled"];

let current = null;

/** Inside the click that asks for a spoken answer: a browser gives sound to a gesture only. */
export function unlockSound(worklet) {
  current?.close();
  current = new AnswerSound(worklet);
}

const sounds = new WeakMap();

/** An event of a spoken answer, played in `box`; the sound that was unlocked last is the one that plays it. */
export function hearSound(answer, box, event, worklet) {
  if (!sounds.has(answer)) {
    current = current && !current.shown ? current : new AnswerSound(worklet);
    current.show(box);
    sounds.set(answer, current);
  }
  sounds.get(answer).hear(event);
}

export function stopSound() {
  current?.stop();
}

class AnswerSound {
  shown = false;
  #sound;
  #box = null;
  #clock = 0;

  constructor(worklet) {
    this.#sound = new SpeechSound(worklet);
    this.#sound.unlock(24000);
    this.#sound.addEventListener("change", () => this.#draw());
    this.#sound.addEventListener("ended", () => this.#draw());
  }

  show(box) {
    this.shown = true;
    const template = document.querySelector("chat-thread template[data-for=sound]");
    this.#box = document.importNode(template.content.firstElementChild, true);
    this.#box.querySelector("[data-role=toggle]").addEventListener("click", () => this.toggle());
    box.replaceChildren(this.#box);
    box.hidden = false;
    this.#draw();
  }

  /** audio.start, audio.chunk, audio.end, then run.done or run.error. */
  hear(event) {
    if (event.type === "audio.start") {
      this.#sound.begin({ format: event.format, sampleRate: event.sample_rate, channels: event.channels });
    } else if (event.type === "audio.chunk") {
      this.#sound.push(event.bytes);
    } else if (event.type !== "audio.end") {
      this.#sound.finish({ partial: event.outcome !== "completed" });
    }
  }

  toggle() {
    MOVING.includes(this.#sound.state) ? this.#sound.pause() : this.#sound.play();
    this.#draw();
  }

  stop() {
    this.#sound.pause();
    this.#draw();
  }

  close() {
    this.#sound.close();
    clearInterval(this.#clock);
  }

  #draw() {
    if (!this.#box) {
      return;
    }
    const moving = MOVING.includes(this.#sound.state);
    this.#box.dataset.state = moving ? "playing" : "paused";
    const { position, duration } = this.#sound;
    this.#box.querySelector("[data-field=clock]").textContent = `${formatClock(position)} / ${formatClock(duration)}`;
    clearInterval(this.#clock);
    this.#clock = moving && this.#box.isConnected ? setInterval(() => this.#draw(), 250) : 0;
  }
}
