// One file of a message: preview, progress, and buttons to play, retry and remove it.

import { formatBytes } from "../../page/file-size.js";
import { formatClock, formatNumber } from "../../page/format.js";
import { message } from "../../page/messages.js";

/** `show(item)` draws an item of AttachmentList. Events that bubble: "chip-remove" {item}, "chip-retry" {item}. */
class AttachmentChip extends HTMLElement {
  #item = null;
  #source = "";
  #audio = null;

  connectedCallback() {
    this.addEventListener("click", ({ target }) => this.#onClick(target.closest("[data-role]")?.dataset.role));
  }

  disconnectedCallback() {
    this.#audio?.pause();
  }

  show(item) {
    const { name, kind, state, unfit, again = false } = item;
    this.#item = item;
    this.dataset.kind = kind;
    this.dataset.state = unfit ? "unfit" : state;
    this.title = name;
    this.#field("name").textContent = name;
    this.#field("facts").textContent = factsText(item);
    for (const role of ["remove", "retry"]) {
      this.#part(role).setAttribute("aria-label", message(role, { name }));
    }
    this.#part("retry").hidden = state !== "failed" || !again;
    this.#part("view").hidden = kind === "audio";
    this.#part("play").hidden = kind !== "audio";
    this.#part("play").disabled = !(item.preview ?? item.url);
    this.#part("play").setAttribute("aria-label", message("hear", { name }));
    this.#part("view").ariaLabel = item.url ? message("look", { name }) : null; // a link to nowhere has no name
    this.#showProgress(item);
    this.#showPreview(item);
  }

  #showProgress({ state, progress }) {
    const bar = this.querySelector("progress");
    bar.hidden = !["waiting", "sending", "checking"].includes(state);
    if (state === "checking") {
      bar.removeAttribute("value");
    } else {
      bar.value = progress ?? 0;
    }
  }

  /** The preview: from the local file where it was added on this page, else from the server. */
  #showPreview({ kind, preview, url, pages }) {
    const view = this.#part("view");
    if (url) {
      view.href = url;
    }
    const page = pages && url ? `${url}/page` : "";
    const source = kind === "file" ? page : preview ?? url ?? "";
    if (kind === "audio" || !source || this.#source) {
      return;
    }
    this.#source = source;
    const picture = document.createElement(kind === "video" ? "video" : "img");
    Object.assign(picture, kind === "video" ? { muted: true, preload: "metadata", playsInline: true } : { alt: "" });
    picture.addEventListener("error", () => picture.remove());
    picture.src = kind === "video" ? `${source}#t=0.1` : source;
    view.append(picture);
  }

  #onClick(role) {
    if (role === "remove" || role === "retry") {
      this.dispatchEvent(new CustomEvent(`chip-${role}`, { bubbles: true, detail: { item: this.#item } }));
    } else if (role === "play") {
      this.#play();
    }
  }

  #play() {
    this.#audio ??= this.#load();
    if (this.#audio.paused) {
      this.#audio.play();
    } else {
      this.#audio.pause();
    }
  }

  #load() {
    const audio = new Audio(this.#item.preview ?? this.#item.url);
    for (const type of ["play", "pause", "ended"]) {
      audio.addEventListener(type, () => this.#part("play").setAttribute("aria-pressed", String(!audio.paused)));
    }
    audio.addEventListener("timeupdate", () => {
      const whole = this.#item.duration ?? audio.duration;
      this.#field("facts").textContent = `${formatClock(audio.currentTime)} / ${formatClock(whole)}`;
    });
    return audio;
  }

  #part(role) {
    return this.querySelector(`[data-role=${role}]`);
  }

  #field(name) {
    return this.querySelector(`[data-field=${name}]`);
  }
}

function factsText({ state, unfit, error, progress, kind, bytes, duration, pages, width, height }) {
  if (unfit || state === "failed") {
    return unfit || error;
  }
  if (state !== "ready") {
    return message(`state-${state}`, { share: formatNumber((progress ?? 0) * 100) });
  }
  const length = duration && kind !== "image" ? formatClock(duration) : "";
  const extent = kind === "image" && width ? `${width} × ${height}` : "";
  const count = pages ? message("pages", { count: formatNumber(pages) }) : "";
  return [length, extent, count, bytes ? formatBytes(bytes) : ""].filter(Boolean).join(" · ");
}

customElements.define("attachment-chip", AttachmentChip);
