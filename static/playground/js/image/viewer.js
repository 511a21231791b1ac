// One picture in a dialog: zoomed and moved by wheel, fingers, mouse and keys; compared with what it was made from.

import { formatNumber } from "../page/format.js";
import { loadPicture } from "./load-picture.js";
import { distance, middle } from "./stage-zoom.js";

const STEP = 1.25;
const MOST = 8;
const MOVE = 48;
const LARGEST_FIT = 4;

/** Pixels of the screen and of the picture: `scale` is the one divided by the other. */
export class PictureViewer {
  #dialog;
  #canvas;
  #image = null;
  #before = null;
  #scale = 1;
  #fitted = true;
  #x = 0;
  #y = 0;
  #pointers = new Map();
  #listeners = new AbortController();

  constructor(dialog) {
    this.#dialog = dialog;
    this.#canvas = dialog.querySelector("[data-role=canvas]");
  }

  async open({ url, before, prompt }) {
    const { signal } = this.#listeners;
    this.#image = await loadPicture(url);
    this.#before = before ? await loadPicture(before).catch(() => null) : null;
    this.#canvas.setAttribute("aria-label", prompt);
    this.#dialog.querySelector("[data-role=compare]").hidden = !this.#before;
    this.#dialog.addEventListener("close", () => this.#listeners.abort(), { signal });
    this.#dialog.addEventListener("click", ({ target }) => this.#onClick(target), { signal });
    this.#slider.addEventListener("input", () => this.#draw(), { signal });
    this.#stage.addEventListener("wheel", (event) => this.#onWheel(event), { signal, passive: false });
    this.#stage.addEventListener("keydown", (event) => this.#onKey(event), { signal });
    for (const type of ["pointerdown", "pointermove", "pointerup", "pointercancel"]) {
      this.#stage.addEventListener(type, (event) => this.#onPointer(event), { signal });
    }
    this.#dialog.showModal();
    const observer = new ResizeObserver(() => this.#resize());
    observer.observe(this.#stage);
    signal.addEventListener("abort", () => observer.disconnect());
    this.#stage.focus();
  }

  get #stage() {
    return this.#dialog.querySelector("[data-role=stage]");
  }

  get #slider() {
    return this.#dialog.querySelector("[data-role=compare] input");
  }

  #resize() {
    const { clientWidth, clientHeight } = this.#stage;
    const ratio = window.devicePixelRatio || 1;
    this.#canvas.width = clientWidth * ratio;
    this.#canvas.height = clientHeight * ratio;
    if (this.#fitted) {
      this.#fit();
    } else {
      this.#draw();
    }
  }

  get #fitScale() {
    const { width, height } = this.#canvas;
    return Math.min(width / this.#image.naturalWidth, height / this.#image.naturalHeight, LARGEST_FIT * (window.devicePixelRatio || 1));
  }

  #fit() {
    this.#fitted = true;
    this.#scale = this.#fitScale;
    this.#x = (this.#canvas.width - this.#image.naturalWidth * this.#scale) / 2;
    this.#y = (this.#canvas.height - this.#image.naturalHeight * this.#scale) / 2;
    this.#draw();
  }

  /** Zooms around a point of the canvas, its middle where none is given. */
  #zoom(factor, x = this.#canvas.width / 2, y = this.#canvas.height / 2) {
    const scale = Math.min(MOST, Math.max(this.#fitScale / 2, this.#scale * factor));
    this.#x = x - ((x - this.#x) * scale) / this.#scale;
    this.#y = y - ((y - this.#y) * scale) / this.#scale;
    this.#scale = scale;
    this.#fitted = false;
    this.#draw();
  }

  #move(x, y) {
    this.#x += x;
    this.#y += y;
    this.#fitted = false;
    this.#draw();
  }

  /** What was between two fingers stays between them, and grows as they part. */
  #pinch(earlier, finger, other) {
    const ratio = window.devicePixelRatio || 1;
    const { left, top } = this.#stage.getBoundingClientRect();
    const from = middle(earlier, other);
    const to = middle(finger, other);
    this.#x += (to[0] - from[0]) * ratio;
    this.#y += (to[1] - from[1]) * ratio;
    this.#zoom(distance(finger, other) / Math.max(1, distance(earlier, other)), (to[0] - left) * ratio, (to[1] - top) * ratio);
  }

  #draw() {
    const context = this.#canvas.getContext("2d");
    const { width, height } = this.#canvas;
    const { naturalWidth, naturalHeight } = this.#image;
    const place = [this.#x, this.#y, naturalWidth * this.#scale, naturalHeight * this.#scale];
    context.clearRect(0, 0, width, height);
    context.imageSmoothingEnabled = this.#scale < 3;
    context.drawImage(this.#image, ...place);
    if (this.#before) {
      const edge = (place[2] * (100 - Number(this.#slider.value))) / 100;
      context.save();
      context.beginPath();
      context.rect(place[0], place[1], place[2] - edge, place[3]);
      context.clip();
      context.clearRect(0, 0, width, height);
      context.drawImage(this.#before, ...place);
      context.restore();
      this.#drawDivider(context, place[0] + place[2] - edge);
    }
    const percent = (this.#scale / (window.devicePixelRatio || 1)) * 100;
    this.#dialog.querySelector("[data-field=scale]").textContent = `${formatNumber(percent)} %`;
  }

  /** White between darker edges is seen on every picture. */
  #drawDivider(context, x) {
    for (const [colour, width] of [
      ["#0009", 6],
      ["#fff", 2],
    ]) {
      context.fillStyle = colour;
      context.fillRect(x - width / 2, this.#y, width, this.#image.naturalHeight * this.#scale);
    }
  }

  #onClick(target) {
    const role = target === this.#dialog ? "close" : target.closest("[data-role]")?.dataset.role;
    const actions = {
      close: () => this.#dialog.close(),
      "zoom-in": () => this.#zoom(STEP),
      "zoom-out": () => this.#zoom(1 / STEP),
      "zoom-fit": () => this.#fit(),
    };
    actions[role]?.();
  }

  #onWheel(event) {
    event.preventDefault();
    const ratio = window.devicePixelRatio || 1;
    this.#zoom(Math.exp(-event.deltaY / 400), event.offsetX * ratio, event.offsetY * ratio);
  }

  #onKey(event) {
    const actions = {
      "+": () => this.#zoom(STEP),
      "=": () => this.#zoom(STEP),
      "-": () => this.#zoom(1 / STEP),
      0: () => this.#fit(),
      ArrowLeft: () => this.#move(MOVE, 0),
      ArrowRight: () => this.#move(-MOVE, 0),
      ArrowUp: () => this.#move(0, MOVE),
      ArrowDown: () => this.#move(0, -MOVE),
    };
    if (actions[event.key]) {
      event.preventDefault();
      actions[event.key]();
    }
  }

  /** One pointer moves the picture, two change its size. */
  #onPointer(event) {
    if (event.type === "pointerdown") {
      this.#stage.setPointerCapture(event.pointerId);
      this.#pointers.set(event.pointerId, event);
      return;
    }
    const earlier = this.#pointers.get(event.pointerId);
    if (!earlier) {
      return;
    }
    if (event.type !== "pointermove") {
      this.#pointers.delete(event.pointerId);
      return;
    }
    const ratio = window.devicePixelRatio || 1;
    const other = [...this.#pointers.values()].find(({ pointerId }) => pointerId !== event.pointerId);
    this.#pointers.set(event.pointerId, event);
    if (other) {
      this.#pinch(earlier, event, other);
    } else {
      this.#move((event.clientX - earlier.clientX) * ratio, (event.clientY - earlier.clientY) * ratio);
    }
  }
}
