// Records from a microphone: device, level, living waveform, elapsed time, pause.

import { announce } from "../../page/announcements.js";
import { Capture } from "../../audio/microphone.js";
import { formatClock } from "../../page/format.js";
import { message } from "../../page/messages.js";

const BAR = 3;
const STEP = 5;
const EVERY = 60;

class AudioRecorder extends HTMLElement {
  #capture = new Capture();
  #settle = null;
  #frame = 0;
  #levels = [];
  #drawn = 0;

  connectedCallback() {
    this.#part("finish").addEventListener("click", () => this.#finish());
    this.#part("cancel").addEventListener("click", () => this.#end(null));
    this.#part("pause").addEventListener("click", () => this.#pause());
    this.#part("device").addEventListener("change", ({ target }) => this.#open(target.value));
    this.addEventListener("keydown", (event) => event.key === "Escape" && this.#end(null));
  }

  disconnectedCallback() {
    this.#end(null);
  }

  /** Asks for the microphone and records. Resolves with the file, or null where there is none. */
  record() {
    if (this.#settle) {
      return Promise.resolve(null);
    }
    this.hidden = false;
    return new Promise((resolve) => {
      this.#settle = resolve;
      this.#open();
    });
  }

  async #open(device = "") {
    this.#levels = [];
    this.dataset.state = "asking";
    this.#tell(message("mic-asking"));
    try {
      await this.#capture.open(device);
      this.#capture.start();
    } catch (error) {
      this.#refused(error.reason ?? "failed");
      return;
    }
    if (!this.#settle) {
      this.#capture.cancel();
      return;
    }
    this.dataset.state = "recording";
    this.#tell("");
    announce(message("recording"));
    this.#part("pause").focus();
    await this.#listDevices();
    cancelAnimationFrame(this.#frame);
    this.#draw();
  }

  #refused(reason) {
    this.dataset.state = "refused";
    this.#tell(message(`mic-${reason}`));
    announce(message(`mic-${reason}`));
    this.#part("cancel").focus();
  }

  async #listDevices() {
    const devices = await this.#capture.devices();
    const options = devices.map(({ id, label }, index) => new Option(label || `${index + 1}`, id));
    this.#part("device").replaceChildren(...options);
    this.#part("device").value = this.#capture.device;
  }

  #pause() {
    this.#capture.toggle();
    this.dataset.state = this.#capture.paused ? "paused" : "recording";
    this.#part("pause").setAttribute("aria-pressed", String(this.#capture.paused));
  }

  async #finish() {
    const name = message("recording-name", { time: new Date().toLocaleTimeString(document.documentElement.lang) });
    const file = await this.#capture.finish(name);
    this.#end(file);
  }

  #end(file) {
    cancelAnimationFrame(this.#frame);
    this.#capture.cancel();
    this.hidden = true;
    this.#settle?.(file);
    this.#settle = null;
  }

  #draw() {
    this.#frame = requestAnimationFrame((now) => {
      const { level } = this.#capture;
      this.querySelector("meter").value = level;
      this.#field("elapsed").textContent = formatClock(this.#capture.elapsed);
      if (this.dataset.state === "recording" && now - this.#drawn > EVERY) {
        this.#drawn = now;
        this.#levels.push(level);
        this.#paint();
      }
      this.#draw();
    });
  }

  #paint() {
    const canvas = this.querySelector("canvas");
    const scale = window.devicePixelRatio || 1;
    const { clientWidth: width, clientHeight: height } = canvas;
    if (canvas.width !== Math.round(width * scale)) {
      [canvas.width, canvas.height] = [Math.round(width * scale), Math.round(height * scale)];
    }
    const paint = canvas.getContext("2d");
    paint.setTransform(scale, 0, 0, scale, 0, 0);
    paint.clearRect(0, 0, width, height);
    paint.fillStyle = getComputedStyle(canvas).getPropertyValue("--wave-played");
    const shown = this.#levels.slice(-Math.floor(width / STEP));
    shown.forEach((loud, index) => {
      const size = Math.max(BAR, loud ** 0.7 * height);
      paint.fillRect(index * STEP, (height - size) / 2, BAR, size);
    });
  }

  #tell(text) {
    this.#field("said").textContent = text;
  }

  #part(role) {
    return this.querySelector(`[data-role=${role}]`);
  }

  #field(name) {
    return this.querySelector(`[data-field=${name}]`);
  }
}

customElements.define("audio-recorder", AudioRecorder);
