// The pictures of one run: places of the right shape at once, unfinished pictures, then the finished ones with their actions.

import { message } from "../../page/messages.js";
import { loadPicture } from "../../image/load-picture.js";

const SOON = 50;
const ACTIONS = ["edit", "vary", "chat"];

/** Events that bubble: "picture-edit", "picture-vary", "picture-chat" {picture}. */
class PictureView extends HTMLElement {
  #pictures = [];
  #aspect = 1;

  connectedCallback() {
    this.addEventListener("click", (event) => this.#onClick(event));
  }

  get #box() {
    return this.querySelector("[data-role=pictures]");
  }

  /** Empty places for what `params` ask for; `shape` is the picture they are made from, where there is one. */
  begin(params, shape = null) {
    this.#aspect = aspectOf(params, shape);
    this.#pictures = [];
    this.#fill(params.n ?? 1);
    this.#box.setAttribute("aria-busy", "true");
  }

  /** A text in the places that wait. */
  say(text) {
    for (const place of this.#waiting()) {
      field(place, "wait").textContent = text;
    }
  }

  /** An unfinished picture takes the place of an earlier one once it has loaded. */
  async sharpen(index, url) {
    const place = this.#place(index);
    await new Promise((resolve) => {
      setTimeout(resolve, SOON);
    });
    if (!this.#box.hasAttribute("aria-busy")) {
      return; // the run is over, and its unfinished pictures are gone
    }
    const image = await loadPicture(url).catch(() => null);
    if (image && ["waiting", "partial"].includes(place.dataset.state)) {
      this.#draw(place, image);
      place.dataset.state = "partial";
    }
  }

  /** A finished picture: {url, upload, remote, revised_prompt, before, prompt}. */
  async show(index, picture) {
    const place = this.#place(index);
    this.#pictures[index] = picture;
    this.#describe(place, picture);
    const image = picture.remote ? null : await loadPicture(picture.url).catch(() => null);
    if (this.#pictures[index] !== picture) {
      return;
    }
    place.dataset.state = "ready";
    if (image) {
      this.#draw(place, image);
      field(place, "label").textContent = message("show-larger");
      place.querySelector("[data-role=open]").disabled = false;
    } else {
      field(place, "wait").textContent = message(picture.remote ? "elsewhere" : "picture-gone");
    }
  }

  /** All pictures of an earlier run: {params, inputs, images}. */
  showAll({ params, inputs, images }) {
    this.begin({ ...params, n: Math.max(1, images.length) }, images[0]?.upload ?? inputs[0]);
    images.forEach((picture, index) => {
      this.show(index, { prompt: params.prompt ?? "", before: inputs[0]?.url, ...picture });
    });
    this.finish();
  }

  /** No picture follows: places that stayed empty say so. */
  finish() {
    this.#box.removeAttribute("aria-busy");
    this.say(message("not-finished"));
    for (const place of this.#waiting()) {
      if (!this.#pictures[Number(place.dataset.index)]) {
        place.dataset.state = "missing";
        field(place, "label").textContent = message("not-finished");
      }
    }
  }

  clear() {
    this.#pictures = [];
    this.#box.removeAttribute("aria-busy");
    this.#box.replaceChildren();
  }

  #waiting() {
    return [...this.#box.querySelectorAll(".picture")].filter(({ dataset }) => dataset.state !== "ready");
  }

  #fill(count) {
    const template = this.querySelector("template").content.firstElementChild;
    const places = Array.from({ length: count }, (_each, index) => {
      const place = template.cloneNode(true);
      place.dataset.index = index;
      place.style.setProperty("--aspect", this.#aspect);
      return place;
    });
    this.#box.dataset.count = count > 4 ? "many" : String(count);
    this.#box.replaceChildren(...places);
  }

  #place(index) {
    const place = this.#box.querySelector(`[data-index="${index}"]`);
    if (!place) {
      this.#fill(index + 1);
      this.#pictures.forEach((picture, at) => this.show(at, picture));
      return this.#place(index);
    }
    return place;
  }

  #draw(place, { src, naturalWidth, naturalHeight }) {
    const shown = field(place, "picture");
    Object.assign(shown, { src, hidden: false });
    field(place, "wait").hidden = true;
    place.style.setProperty("--aspect", naturalWidth / naturalHeight);
  }

  #describe(place, { url, upload, remote, revised_prompt: revised, prompt }) {
    field(place, "picture").alt = prompt || message("variation");
    const about = field(place, "about");
    about.textContent = [upload?.width ? `${upload.width} × ${upload.height}` : "", revised].filter(Boolean).join(" · ");
    about.title = revised ?? "";
    const link = place.querySelector("[data-role=download]");
    Object.assign(link, remote ? { href: url, target: "_blank", rel: "noreferrer noopener" } : { href: url, download: upload?.name ?? "" });
    for (const button of place.querySelectorAll(ACTIONS.map((role) => `[data-role=${role}]`).join())) {
      button.hidden = !upload;
    }
    field(place, "actions").hidden = false;
  }

  #onClick({ target }) {
    const place = target.closest(".picture");
    const role = target.closest("[data-role]")?.dataset.role;
    const picture = this.#pictures[Number(place?.dataset.index)];
    if (picture && role === "open") {
      this.#open(picture);
    } else if (picture && ACTIONS.includes(role)) {
      this.dispatchEvent(new CustomEvent(`picture-${role}`, { bubbles: true, detail: { picture } }));
    }
  }

  async #open(picture) {
    const { PictureViewer } = await import("../../image/viewer.js");
    new PictureViewer(this.querySelector("[data-role=viewer]")).open(picture);
  }
}

function field(place, name) {
  return place.querySelector(`[data-field=${name}]`);
}

/** Width by height of a picture to come. */
function aspectOf({ size = "", aspect_ratio: ratio = "" }, shape) {
  const [, width, height] = /^(\d+)x(\d+)$/.exec(size) ?? /^([\d.]+):([\d.]+)$/.exec(ratio) ?? [0, shape?.width, shape?.height];
  return width ? width / height : 1;
}

customElements.define("picture-view", PictureView);
