// Records from a microphone, with device, level, live waveform, elapsed time and pause.

import { Microphone } from "../../audio/microphone.js";
import { announce } from "../../page/announcements.js";
import { formatClock } from "../../page/format.js";
import { message } from "../../page/messages.js";

/** The width of a bar and the distance between two, in pixels; the time between two, in milliseconds. */
const BAR = 3;
const STEP = 5;
const INTERVAL = 60;

class AudioRecorder extends HTMLElement {
  #microphone = new Microphone();
  #resolve = null;
  #frame = 0;
  #levels = [];
  #paintedAt = 0;

  connectedCallback() {
    this.#part("finish").addEventListener("click", () => this.#finish());
    this.#part("cancel").addEventListener("click", () => this.#end(null));
    this.#part("pause").addEventListener("click", () => this.#pause());
    this.#part("device").addEventListener("change", ({ target }) => this.#exchange(target.value));
    this.addEventListener("keydown", (event) => event.key === "Escape" && this.#end(null));
  }

  disconnectedCallback() {
    this.#end(null);
  }

  /** Opens the microphone and records. Resolves to the file, or to null where the recording was cancelled. */
  record() {
    if (this.#resolve) {
      return Promise.resolve(null);
    }
    this.hidden = false;
    return new Promise((resolve) => {
      this.#resolve = resolve;
      this.#open();
    });
  }

  async #open(device = "") {
    this.#levels = [];
    this.dataset.state = "asking";
    this.#showStatus(message("mic-asking"));
    try {
      await this.#microphone.open(device);
      this.#microphone.start();
    } catch (error) {
      this.#refused(error.reason ?? "failed");
      return;
    }
    if (!this.#resolve) {
      this.#microphone.cancel();
      return;
    }
    this.dataset.state = "recording";
    this.#showStatus("");
    announce(message("recording"));
    this.#part("pause").focus();
    await this.#listDevices();
    cancelAnimationFrame(this.#frame);
    this.#draw();
  }

  /** Goes on with another microphone, or with this one where the other cannot be opened. */
  async #exchange(device) {
    if (!this.#microphone.recording) {
      this.#open(device);
      return;
    }
    try {
      await this.#microphone.open(device);
      this.#showStatus("");
    } catch (error) {
      this.#showStatus(message(`mic-${error.reason}`));
      announce(message(`mic-${error.reason}`));
    }
    this.#part("device").value = this.#microphone.device;
  }

  #refused(reason) {
    this.dataset.state = "refused";
    this.#showStatus(message(`mic-${reason}`));
    announce(message(`mic-${reason}`));
    this.#part("cancel").focus();
  }

  async #listDevices() {
    const devices = await this.#microphone.devices();
    const options = devices.map(({ id, label }, index) => new Option(label || `${index + 1}`, id));
    this.#part("device").replaceChildren(...options);
    this.#part("device").value = this.#microphone.device;
  }

  #pause() {
    this.#microphone.toggle();
    this.dataset.state = this.#microphone.paused ? "paused" : "recording";
    this.#part("pause").setAttribute("aria-pressed", String(this.#microphone.paused));
  }

  async #finish() {
    const name = message("recording-name", { time: new Date().toLocaleTimeString(document.documentElement.lang) });
    const file = await this.#microphone.finish(name);
    this.#end(file);
  }

  #end(file) {
    cancelAnimationFrame(this.#frame);
    this.#microphone.cancel();
    this.hidden = true;
    this.#resolve?.(file);
    this.#resolve = null;
  }

  #draw() {
    this.#frame = requestAnimationFrame((now) => {
      const { level } = this.#microphone;
      this.querySelector("meter").value = level;
      this.#field("elapsed").textContent = formatClock(this.#microphone.elapsed);
      if (this.dataset.state === "recording" && now - this.#paintedAt > INTERVAL) {
        this.#paintedAt = now;
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
    const visible = this.#levels.slice(-Math.floor(width / STEP));
    visible.forEach((peak, index) => {
      const size = Math.max(BAR, peak ** 0.7 * height);
      paint.fillRect(index * STEP, (height - size) / 2, BAR, size);
    });
  }

  #showStatus(text) {
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
