// Paints a mask over a picture: what is painted becomes transparent in a PNG of the picture's size, and may change.
// Mouse, pen and one finger paint; two fingers and the wheel zoom and move.

import { message } from "../page/messages.js";
import { loadPicture } from "./load-picture.js";
import { StageZoom } from "./stage-zoom.js";

const UNDO = 20;
const COLOUR = "#e2440c";

/** One use of the dialog; `open` resolves with the PNG, or with null where nothing was painted. */
export class MaskEditor {
  #dialog;
  #item = null;
  #undo = [];
  #stroke = null;
  #painted = false;
  #zoom = null;
  #listeners = new AbortController();

  constructor(dialog) {
    this.#dialog = dialog;
  }

  async open(item) {
    this.#item = item;
    const picture = await loadPicture(item.url);
    for (const canvas of [this.#part("mask-picture"), this.#paint]) {
      canvas.width = picture.naturalWidth;
      canvas.height = picture.naturalHeight;
    }
    this.#part("mask-stage").style.setProperty("--aspect", picture.naturalWidth / picture.naturalHeight);
    this.#part("mask-picture").getContext("2d").drawImage(picture, 0, 0);
    this.#dialog.querySelector("[data-field=mask-error]").textContent = "";
    if (item.mask) {
      this.#takeMask(await loadPicture(item.mask.url));
    }
    this.#show();
    this.#listen();
    this.#dialog.showModal();
    return new Promise((resolve) => {
      this.#dialog.addEventListener("close", () => this.#finish(resolve), { once: true });
    });
  }

  get #paint() {
    return this.#part("mask-paint");
  }

  get #context() {
    return this.#paint.getContext("2d", { willReadFrequently: true });
  }

  get #tool() {
    return this.#dialog.querySelector("[name=mask-tool]:checked").value;
  }

  #part(role) {
    return this.#dialog.querySelector(`[data-role=${role}]`);
  }

  #listen() {
    const { signal } = this.#listeners;
    const actions = {
      undo: () => this.#restore(),
      invert: () => this.#change(() => this.#invert()),
      "upload-mask": () => this.#part("mask-picker").click(),
      "add-rectangle": () => this.#addRectangle(),
      "mask-cancel": () => this.#dialog.close("cancel"),
      "mask-done": () => this.#dialog.close("done"),
    };
    this.#dialog.returnValue = "cancel";
    for (const [role, act] of Object.entries(actions)) {
      this.#part(role).addEventListener("click", act, { signal });
    }
    this.#part("mask-picker").addEventListener("change", ({ target }) => this.#load(target), { signal });
    this.#listenToPointers(signal);
    this.#dialog.addEventListener("keydown", (event) => {
      if (event.key === "z" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        this.#restore();
      }
    }, { signal });
  }

  #listenToPointers(signal) {
    const stage = this.#part("mask-stage");
    this.#zoom = new StageZoom(stage, this.#paint);
    stage.addEventListener("pointerdown", (event) => this.#down(event), { signal });
    stage.addEventListener("pointermove", (event) => this.#move(event), { signal });
    for (const type of ["pointerup", "pointercancel"]) {
      stage.addEventListener(type, (event) => this.#up(event), { signal });
    }
    stage.addEventListener("wheel", (event) => this.#zoom.wheel(event), { signal, passive: false });
  }

  async #finish(resolve) {
    this.#listeners.abort();
    resolve(this.#dialog.returnValue === "done" && this.#painted ? await this.#png() : null);
  }

  /** The place of an event in pixels of the picture. */
  #at({ clientX, clientY }) {
    const { width, height } = this.#paint;
    const box = this.#paint.getBoundingClientRect();
    return [((clientX - box.left) * width) / box.width, ((clientY - box.top) * height) / box.height];
  }

  /** A second finger takes back what the first one painted; a hand that rests beside a pen does nothing. */
  #down(event) {
    event.preventDefault();
    if (event.pointerType === "touch" && this.#stroke?.type !== "pen") {
      this.#zoom.down(event);
      if (this.#zoom.fingers > 1) {
        this.#takeBack();
      }
    }
    if (!this.#stroke && this.#zoom.fingers < 2 && event.button === 0 && event.target === this.#paint) {
      this.#begin(event);
    }
  }

  #move(event) {
    this.#zoom.move(event);
    if (event.pointerId === this.#stroke?.pointer) {
      this.#continue(event);
    }
  }

  #up(event) {
    this.#zoom.up(event);
    if (event.pointerId === this.#stroke?.pointer) {
      this.#stroke = null;
      this.#show();
    }
  }

  #begin(event) {
    this.#paint.setPointerCapture(event.pointerId);
    this.#remember();
    const point = this.#at(event);
    this.#stroke = { pointer: event.pointerId, type: event.pointerType, from: point, last: point };
    this.#continue(event);
  }

  /** Ends a stroke as if it had not been begun. */
  #takeBack() {
    if (this.#stroke) {
      this.#stroke = null;
      this.#restore();
    }
  }

  #continue(event) {
    const point = this.#at(event);
    if (this.#tool === "rectangle") {
      this.#context.putImageData(this.#undo.at(-1), 0, 0);
      this.#rectangle(this.#stroke.from, point);
    } else {
      this.#line(this.#stroke.last, point);
    }
    this.#stroke.last = point;
  }

  #line(from, to) {
    const context = this.#context;
    const share = Number(this.#dialog.querySelector("[name=mask-size]").value) / 100;
    context.globalCompositeOperation = this.#tool === "eraser" ? "destination-out" : "source-over";
    context.lineWidth = Math.max(1, share * Math.min(this.#paint.width, this.#paint.height));
    context.lineCap = context.lineJoin = "round";
    context.strokeStyle = COLOUR;
    context.beginPath();
    context.moveTo(...from);
    context.lineTo(to[0] + 0.01, to[1]);
    context.stroke();
    context.globalCompositeOperation = "source-over";
  }

  #rectangle([x, y], [right, bottom]) {
    this.#context.fillStyle = COLOUR;
    this.#context.fillRect(Math.min(x, right), Math.min(y, bottom), Math.abs(right - x), Math.abs(bottom - y));
  }

  #addRectangle() {
    const value = (name) => Number(this.#dialog.querySelector(`[name=mask-${name}]`).value) / 100;
    const { width, height } = this.#paint;
    const [left, top] = [Math.round(value("left") * width), Math.round(value("top") * height)];
    const end = [left + Math.round(value("width") * width), top + Math.round(value("height") * height)];
    this.#change(() => this.#rectangle([left, top], end));
  }

  #invert() {
    const context = this.#context;
    context.globalCompositeOperation = "xor";
    context.fillStyle = COLOUR;
    context.fillRect(0, 0, this.#paint.width, this.#paint.height);
    context.globalCompositeOperation = "source-over";
  }

  async #load(picker) {
    const url = URL.createObjectURL(picker.files[0]);
    picker.value = "";
    try {
      const image = await loadPicture(url);
      if (image.naturalWidth !== this.#paint.width || image.naturalHeight !== this.#paint.height) {
        const size = `${this.#paint.width} × ${this.#paint.height}`;
        throw new Error(message("mask-size", { size }));
      }
      this.#change(() => this.#takeMask(image));
      this.#dialog.querySelector("[data-field=mask-error]").textContent = "";
    } catch (error) {
      const text = error instanceof DOMException ? message("no-picture", { name: "" }) : error.message;
      this.#dialog.querySelector("[data-field=mask-error]").textContent = text;
    } finally {
      URL.revokeObjectURL(url);
    }
  }

  /** Paints where a mask is transparent. */
  #takeMask(image) {
    const context = this.#context;
    const { width, height } = this.#paint;
    context.clearRect(0, 0, width, height);
    context.fillStyle = COLOUR;
    context.fillRect(0, 0, width, height);
    context.globalCompositeOperation = "destination-out";
    context.drawImage(image, 0, 0);
    context.globalCompositeOperation = "source-over";
  }

  #change(act) {
    this.#remember();
    act();
    this.#show();
  }

  #remember() {
    this.#undo.push(this.#context.getImageData(0, 0, this.#paint.width, this.#paint.height));
    this.#undo = this.#undo.slice(-UNDO);
  }

  #restore() {
    const earlier = this.#undo.pop();
    if (earlier) {
      this.#context.putImageData(earlier, 0, 0);
      this.#show();
    }
  }

  #show() {
    const { data } = this.#context.getImageData(0, 0, this.#paint.width, this.#paint.height);
    this.#painted = false;
    for (let at = 3; at < data.length && !this.#painted; at += 4) {
      this.#painted = data[at] > 127;
    }
    this.#part("mask-done").disabled = !this.#painted;
    this.#part("undo").disabled = this.#undo.length === 0;
  }

  /** Opaque where nothing was painted; nothing is half transparent. */
  #png() {
    const { width, height } = this.#paint;
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    const painted = this.#context.getImageData(0, 0, width, height);
    for (let at = 0; at < painted.data.length; at += 4) {
      const opaque = painted.data[at + 3] <= 127;
      painted.data.set([255, 255, 255, opaque ? 255 : 0], at);
    }
    canvas.getContext("2d").putImageData(painted, 0, 0);
    return new Promise((resolve) => {
      canvas.toBlob(resolve, "image/png");
    });
  }
}
