// The list of files to transcribe: dropped anywhere on the tab, picked, pasted or recorded; uploaded one after the other.

import { announce } from "../../page/announcements.js";
import { formatBytes } from "../../page/file-size.js";
import { formatClock, formatNumber } from "../../page/format.js";
import { message } from "../../page/messages.js";

let lastId = 0;

/**
 * Items are {id, name, state, progress, upload, error, run, transcript, media, duration, …}.
 * States: waiting sending checking ready running done failed. Events that bubble: "files-change", "file-select" {item}.
 */
class DropZone extends HTMLElement {
  items = [];
  selected = null;
  #sending = false;

  connectedCallback() {
    const tab = this.closest("transcription-studio") ?? this;
    tab.addEventListener("dragover", (event) => this.#onDragOver(event, tab));
    tab.addEventListener("dragleave", (event) => !tab.contains(event.relatedTarget) && tab.removeAttribute("data-over"));
    tab.addEventListener("drop", (event) => this.#onDrop(event, tab));
    document.addEventListener("paste", (event) => this.#onPaste(event));
    this.#part("picker").addEventListener("change", ({ target }) => {
      this.add([...target.files]);
      target.value = "";
    });
    this.#part("choose").addEventListener("click", () => this.#part("picker").click());
    this.#part("record").addEventListener("click", () => this.#record());
    this.addEventListener("click", ({ target }) => this.#trySample(target.closest("[data-role=sample]")));
    this.#part("files").addEventListener("click", (event) => this.#onClick(event));
    if (/Mac|iP/.test(navigator.platform)) {
      this.querySelector(".kbd").textContent = "⌘ ↵";
    }
    for (const file of JSON.parse(document.getElementById("waiting-files")?.textContent || "[]")) {
      this.restore({ ...file, state: "ready" });
    }
    if (!window.isSecureContext || !navigator.mediaDevices) {
      this.#part("record").disabled = true;
      this.#part("record-why").hidden = false;
    }
  }

  /** Adds files; one that is too large is refused before it is uploaded. */
  add(files) {
    const limit = Number(this.dataset.limit);
    for (const file of files) {
      lastId += 1;
      const item = { id: lastId, name: file.name, bytes: file.size, file, state: "waiting", progress: 0 };
      if (file.size > limit) {
        Object.assign(item, { state: "failed", error: message("too-large", { limit: this.dataset.limitText }) });
      } else if (file.size === 0) {
        Object.assign(item, { state: "failed", error: message("empty-file") });
      }
      this.#append(item);
    }
    this.#uploadNext();
  }

  /** Adds an item whose file is on the server already, such as that of an earlier run. */
  restore(item) {
    lastId += 1;
    this.#append({ id: lastId, progress: 0, ...item });
    return this.items.at(-1);
  }

  set(item, change) {
    Object.assign(item, change);
    this.#draw(item);
    this.dispatchEvent(new CustomEvent("files-change", { bubbles: true }));
  }

  select(item) {
    this.selected = item;
    for (const row of this.#part("files").children) {
      const current = row.dataset.file === String(item?.id);
      row.toggleAttribute("data-current", current);
      row.querySelector("[data-role=show]").setAttribute("aria-current", String(current));
    }
    this.dispatchEvent(new CustomEvent("file-select", { bubbles: true, detail: { item } }));
  }

  #append(item) {
    const row = this.querySelector("template").content.firstElementChild.cloneNode(true);
    row.dataset.file = item.id;
    row.querySelector("[data-field=name]").textContent = item.name;
    row.querySelector("[data-role=remove]").setAttribute("aria-label", message("remove", { name: item.name }));
    this.#part("files").append(row);
    this.items.push(item);
    this.toggleAttribute("data-filled", true);
    this.set(item, {});
    if (item.state === "failed") {
      announce(`${item.name}: ${item.error}`);
    }
    if (!this.selected || this.selected.state === "failed") {
      this.select(item);
    }
  }

  /** One upload at a time, so that the first file is ready soonest. */
  async #uploadNext() {
    const item = this.items.find(({ state }) => state === "waiting");
    if (!item || this.#sending) {
      return;
    }
    this.#sending = true;
    this.set(item, { state: "sending" });
    const { url, csrf } = this.dataset;
    const onProgress = (progress) => this.set(item, { progress, state: progress < 1 ? "sending" : "checking" });
    const { upload } = await import("../../wire/upload.js");
    const sent = upload(item.file, { url, csrf, task: "transcription", onProgress });
    item.abort = sent.abort;
    try {
      const { id, duration, media_type: type } = await sent.done;
      this.set(item, { state: "ready", upload: id, duration, media: `/uploads/${id}`, type, file: null });
    } catch (error) {
      this.set(item, { state: "failed", error: error.message || message(error.code === 0 ? "lost" : "failed") });
      announce(`${item.name}: ${item.error}`);
    }
    this.#sending = false;
    if (this.selected === item) {
      this.select(item);
    }
    this.#uploadNext();
  }

  #draw(item) {
    const row = this.#part("files").querySelector(`[data-file="${item.id}"]`);
    if (!row) {
      return;
    }
    row.dataset.state = item.state;
    row.querySelector("[data-field=facts]").textContent = factsText(item);
    row.querySelector("[data-field=state]").textContent = stateText(item);
    const bar = row.querySelector("progress");
    bar.hidden = !["sending", "checking", "running"].includes(item.state);
    if (item.state === "checking" || item.progress === null) {
      bar.removeAttribute("value");
    } else {
      bar.value = item.progress;
    }
  }

  #onClick({ target }) {
    const item = this.items.find(({ id }) => String(id) === target.closest("[data-file]")?.dataset.file);
    const role = target.closest("[data-role]")?.dataset.role;
    if (item && role === "remove") {
      this.#remove(item);
    } else if (item && role === "show") {
      this.select(item);
    }
  }

  /** Deletes an unused file on the server too; a file with a transcript, `kept` of an earlier one, belongs to its run. */
  #remove(item) {
    if (item.state === "running") {
      return;
    }
    item.abort?.();
    if (item.upload && !item.run && !item.kept) {
      const headers = { "X-CSRFToken": this.dataset.csrf };
      fetch(`/uploads/${item.upload}/delete`, { method: "POST", headers, keepalive: true });
    }
    this.items = this.items.filter((other) => other !== item);
    this.#part("files").querySelector(`[data-file="${item.id}"]`).remove();
    this.toggleAttribute("data-filled", this.items.length > 0);
    if (this.selected === item) {
      this.select(this.items.at(-1) ?? null);
    }
    this.set(item, { state: "removed" });
    (this.#part("files").querySelector("[data-role=remove]") ?? this.#part("choose")).focus();
  }

  async #record() {
    await import("../common/audio-recorder.js");
    const recorder = this.querySelector("audio-recorder");
    const file = await recorder.record();
    this.#part("record").focus();
    if (file) {
      this.add([file]);
    }
  }

  async #trySample(button) {
    if (button && !button.ariaBusy) {
      const { trySample } = await import("../../transcription/samples.js");
      trySample(button, this);
    }
  }

  #onDragOver(event, tab) {
    if (event.dataTransfer?.types.includes("Files")) {
      event.preventDefault();
      event.dataTransfer.dropEffect = "copy";
      tab.dataset.over = "";
    }
  }

  #onDrop(event, tab) {
    tab.removeAttribute("data-over");
    if (event.dataTransfer?.files.length) {
      event.preventDefault();
      this.add([...event.dataTransfer.files]);
    }
  }

  #onPaste(event) {
    if (event.clipboardData?.files.length && !event.defaultPrevented) {
      event.preventDefault();
      this.add([...event.clipboardData.files]);
    }
  }

  #part(role) {
    return this.querySelector(`[data-role=${role}]`);
  }
}

function factsText({ bytes, duration }) {
  return [duration ? formatClock(duration) : "", bytes ? formatBytes(bytes) : ""].filter(Boolean).join(" · ");
}

function stateText({ state, progress, error, queued, done, total, tried }) {
  if (state === "failed") {
    return error;
  }
  if (state === "running" && tried) {
    return tried;
  }
  if (state === "running" && total) {
    return queued ? message("queued", { done, total }) : message("state-heard", { done: formatClock(done), total: formatClock(total) });
  }
  return message(`state-${state}`, { share: formatNumber((progress ?? 0) * 100) });
}

customElements.define("drop-zone", DropZone);
