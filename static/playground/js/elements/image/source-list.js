// The pictures that are sent along with a prompt: dropped on the tab, pasted, chosen or taken from earlier runs.

import { announce } from "../../page/announcements.js";
import { message } from "../../page/messages.js";

const TYPES = ["image/png", "image/jpeg", "image/webp", "image/gif"];

/** Items are {id, name, url, width, height, state, error, mask: {id, url}}. Events that bubble: "sources-change", "mask-wanted" {item}. */
class SourceList extends HTMLElement {
  items = [];

  connectedCallback() {
    const tab = this.closest("image-studio");
    tab.addEventListener("dragover", (event) => this.#onDragOver(event, tab));
    tab.addEventListener("dragleave", (event) => !tab.contains(event.relatedTarget) && tab.removeAttribute("data-over"));
    tab.addEventListener("drop", (event) => this.#onDrop(event, tab));
    document.addEventListener("paste", (event) => this.#onPaste(event));
    this.#picker.addEventListener("change", () => {
      this.add([...this.#picker.files]);
      this.#picker.value = "";
    });
    this.addEventListener("click", (event) => this.#onClick(event));
  }

  get #picker() {
    return this.querySelector("[data-role=picker]");
  }

  get #most() {
    return Number(this.dataset.most);
  }

  get busy() {
    return this.items.some(({ state }) => state !== "ready");
  }

  choose() {
    this.#picker.click();
  }

  /** What the API's body says of them. */
  params() {
    const ready = this.items.filter(({ state }) => state === "ready");
    if (!ready.length) {
      return {};
    }
    const { mask } = ready[0];
    return { images: ready.map(({ id }) => ({ upload: id })), ...(mask ? { mask: { upload: mask.id } } : {}) };
  }

  /** How many files these are, the mask among them. */
  get files() {
    const { images = [], mask } = this.params();
    return images.length + (mask ? 1 : 0);
  }

  /** The ready ones, to be put back by `restore`. */
  stored() {
    return this.items.filter(({ state }) => state === "ready").map(({ file: _file, ...item }) => item);
  }

  restore(items) {
    this.items = items.slice(0, this.#most).map((item) => ({ state: "ready", ...item }));
    this.#draw();
  }

  /** Takes the place of all others: files of the server, as it described them. */
  use(uploads, mask = null) {
    this.restore(uploads.map((upload, index) => ({ ...upload, mask: index ? null : mask })));
    this.#changed();
  }

  /** More of what `use` takes: pictures that were drawn here before. */
  addUploads(uploads) {
    const known = this.items.map(({ id }) => id);
    const fresh = uploads.filter((upload) => upload && !known.includes(upload.id));
    if (this.items.length + fresh.length > this.#most) {
      announce(message("too-many", { count: this.#most }));
    }
    this.restore([...this.items, ...fresh.map((upload) => ({ ...upload, mask: null }))]);
    this.#changed();
  }

  /** Uploads files; what is no picture or one too many is refused. */
  add(files) {
    for (const file of files) {
      if (!TYPES.includes(file.type)) {
        announce(message("no-picture", { name: file.name }));
      } else if (this.items.length >= this.#most) {
        announce(message("too-many", { count: this.#most }));
      } else {
        this.#upload({ name: file.name, url: URL.createObjectURL(file), file, state: "sending", mask: null });
      }
    }
  }

  /** Stores a mask for an item; its places that may change are transparent. */
  async setMask(item, blob) {
    const file = new File([blob], "mask.png", { type: "image/png" });
    item.state = "sending";
    this.#draw();
    try {
      const { id, url } = await this.#send(file);
      Object.assign(item, { mask: { id, url } });
    } catch (error) {
      announce(error.message || message("failed"));
    }
    item.state = "ready";
    this.#draw();
    this.#changed();
  }

  async #upload(item) {
    this.items.push(item);
    this.#draw();
    this.#changed();
    try {
      const { id, name, url, width, height } = await this.#send(item.file);
      Object.assign(item, { id, name, url, width, height, state: "ready" });
    } catch (error) {
      Object.assign(item, { state: "failed", error: error.message || message(error.code === 0 ? "lost" : "failed") });
      announce(`${item.name}: ${item.error}`);
    }
    this.#draw();
    this.#changed();
  }

  async #send(file) {
    const { upload } = await import("../../wire/upload.js");
    const { url, csrf } = this.dataset;
    return upload(file, { url, csrf, task: "image" }).done;
  }

  #draw() {
    const list = this.querySelector("[data-role=sources]");
    const template = this.querySelector("template").content.firstElementChild;
    list.replaceChildren(...this.items.map((item, index) => this.#row(template.cloneNode(true), item, index)));
    list.hidden = this.items.length === 0;
  }

  #row(row, item, index) {
    row.dataset.index = index;
    row.dataset.state = item.state;
    row.querySelector("[data-field=picture]").src = item.url;
    row.querySelector("[data-field=name]").textContent = item.name;
    row.querySelector("[data-field=state]").textContent = this.#stateText(item);
    const mask = row.querySelector("[data-field=mask]");
    mask.hidden = !item.mask;
    if (item.mask) {
      mask.src = item.mask.url;
      row.querySelector("[data-field=mask-label]").textContent = message("change-mask");
    }
    row.querySelector("[data-role=mask]").hidden = index > 0 || this.dataset.masked !== "yes" || item.state !== "ready";
    row.querySelector("[data-role=remove]").setAttribute("aria-label", message("remove", { name: item.name }));
    return row;
  }

  #stateText({ state, error, width, height, mask }) {
    if (state === "failed") {
      return error;
    }
    const size = width ? `${width} × ${height}` : "";
    return state === "sending" ? message("sending") : [size, mask ? message("masked") : ""].filter(Boolean).join(" · ");
  }

  #changed() {
    this.dispatchEvent(new CustomEvent("sources-change", { bubbles: true }));
  }

  #onClick({ target }) {
    const role = target.closest("[data-role]")?.dataset.role;
    const item = this.items[Number(target.closest(".source")?.dataset.index)];
    if (role === "remove" && item) {
      this.items = this.items.filter((other) => other !== item);
      this.#draw();
      this.#changed();
      document.getElementById("prompt").focus();
    } else if (role === "mask" && item) {
      this.dispatchEvent(new CustomEvent("mask-wanted", { bubbles: true, detail: { item } }));
    }
  }

  #onDragOver(event, tab) {
    if (this.#most && event.dataTransfer.types.includes("Files")) {
      event.preventDefault();
      tab.dataset.over = "";
    }
  }

  #onDrop(event, tab) {
    tab.removeAttribute("data-over");
    if (this.#most && event.dataTransfer.files.length) {
      event.preventDefault();
      this.add([...event.dataTransfer.files]);
    }
  }

  #onPaste(event) {
    const files = [...(event.clipboardData?.files ?? [])];
    if (this.#most && files.length) {
      event.preventDefault();
      this.add(files);
    }
  }
}

customElements.define("source-list", SourceList);
