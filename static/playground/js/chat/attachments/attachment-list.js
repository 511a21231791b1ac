// The files of a message: uploaded at once, a few in parallel, shown in the order they were added.

import "../../elements/chat/attachment-chip.js";
import { announce } from "../../page/announcements.js";
import { message } from "../../page/messages.js";
import { upload } from "../../wire/upload.js";
import { contentOf, factsOf, itemsOf, kindOf, refusalOf } from "./attachment.js";

const MAX_PARALLEL = 3;

/**
 * Items are {kind, name, state, progress, upload, url, preview, error, again, unfit, own, …facts}; states: waiting,
 * sending, checking, ready, failed, gone. `own` files were uploaded here, for this message only.
 */
export class AttachmentList {
  items = [];
  #composer;
  #changed;
  #chips = new Map();

  /** `changed` is called whenever a file comes, goes or makes progress. */
  constructor(composer, changed) {
    this.#composer = composer;
    this.#changed = changed;
    const list = this.#list;
    list.addEventListener("chip-remove", ({ detail }) => this.#remove(detail.item));
    list.addEventListener("chip-retry", ({ detail }) => this.#retry(detail.item));
  }

  get busy() {
    return this.items.some(({ state }) => ["waiting", "sending", "checking"].includes(state));
  }

  /** The key of the message that says why the files cannot be sent; empty where they can. */
  get problem() {
    if (this.items.some(({ unfit }) => unfit)) {
      return "why-unfit";
    }
    return this.items.some(({ state }) => state === "failed" || state === "gone") ? "why-failed" : "";
  }

  /** Adds what the model accepts. Returns the others: [{name, kind?, why?, key?, values?, file}]. */
  add(files) {
    const refused = [];
    for (const file of files) {
      const refusal = refusalOf(file, this.#composer.accepts);
      if (refusal) {
        refused.push({ name: file.name, file, ...refusal });
      } else {
        const preview = kindOf(file) === "file" ? null : URL.createObjectURL(file);
        this.#append({ kind: kindOf(file), name: file.name, bytes: file.size, file, preview, state: "waiting", progress: 0, own: true });
      }
    }
    this.#sendNext();
    return refused;
  }

  /** Files of a message that was sent before. */
  load(parts, uploads) {
    itemsOf(parts, uploads).forEach((item) => this.#append(item));
    this.fit(this.#composer.accepts);
  }

  /** Files of a draft, as `uploads` returned them. */
  restore(uploads) {
    for (const { own, part, kind, ...known } of uploads) {
      const facts = { ...factsOf(known), name: known.name, url: known.url };
      this.#append({ kind, part, own, upload: known.id, state: "ready", ...facts });
    }
    this.fit(this.#composer.accepts);
  }

  /** The files that are ready, as the server described them. */
  uploads() {
    const ready = this.items.filter(({ state }) => state === "ready");
    return ready.map(({ upload: id, type, kind, name, bytes, duration, pages, width, height, url, part, own }) => (
      { id, kind, name, media_type: type, bytes, duration, pages, width, height, url, part, own }
    ));
  }

  content(text) {
    return contentOf(text, this.items);
  }

  /** Marks what this model does not accept. */
  fit(accepts) {
    for (const item of this.items) {
      const { ok = false, why = "" } = accepts[item.kind] ?? {};
      this.#set(item, { unfit: ok ? "" : why || message("why-unfit") });
    }
  }

  /** Empties the list and returns its items, to be put back by `clear`. */
  take() {
    const taken = this.items;
    this.items = [];
    this.#list.replaceChildren();
    this.#chips.clear();
    return taken;
  }

  /** Empties the list, or puts back items taken before; uploads stay on the server. */
  clear(items = []) {
    for (const { preview } of this.items) {
      revokeLater(preview);
    }
    this.take();
    items.forEach((item) => this.#append(item));
  }

  get #list() {
    return this.#composer.querySelector("[data-role=chips]");
  }

  #append(item) {
    const chip = this.#composer.querySelector("template[data-for=chip]").content.firstElementChild.cloneNode(true);
    this.items.push(item);
    this.#chips.set(item, chip);
    this.#list.append(chip);
    this.#set(item, {});
    chip.scrollIntoView({ block: "nearest" });
  }

  #set(item, change) {
    Object.assign(item, change);
    this.#chips.get(item)?.show(item);
    this.#changed();
  }

  #sendNext() {
    const sending = this.items.filter(({ state }) => state === "sending" || state === "checking").length;
    const waiting = this.items.filter(({ state }) => state === "waiting");
    waiting.slice(0, Math.max(0, MAX_PARALLEL - sending)).forEach((item) => this.#send(item));
  }

  async #send(item) {
    this.#set(item, { state: "sending", progress: 0 });
    const { url, csrf } = this.#composer.dataset;
    const onProgress = (progress) => this.#set(item, { progress, state: progress < 1 ? "sending" : "checking" });
    const sent = upload(item.file, { url, csrf, task: "chat", onProgress });
    item.abort = sent.abort;
    try {
      const found = await sent.done;
      const kind = kindOf({ name: found.name, type: found.media_type }) ?? item.kind;
      this.#set(item, { ...factsOf(found), kind, state: "ready", upload: found.id, url: `/uploads/${found.id}` });
      this.fit(this.#composer.accepts);
    } catch (error) {
      this.#fail(item, error);
    }
    this.#sendNext();
  }

  #fail(item, { code = 0, message: reason, type }) {
    if (type !== "aborted") {
      const again = code === 0 || code === 429 || code >= 500;
      const error = reason || message(code === 0 ? "lost" : code === 401 ? "signed-out" : "failed");
      this.#set(item, { state: "failed", error, again });
      announce(`${item.name}: ${error}`);
    }
  }

  #retry(item) {
    this.#set(item, { state: "waiting", error: "" });
    this.#sendNext();
  }

  /** A file uploaded for this message only is deleted on the server too. */
  #remove(item) {
    item.abort?.();
    if (item.own && item.upload) {
      const { csrf } = this.#composer.dataset;
      fetch(`/uploads/${item.upload}/delete`, { method: "POST", headers: { "X-CSRFToken": csrf }, keepalive: true });
    }
    revokeLater(item.preview);
    this.items = this.items.filter((other) => other !== item);
    this.#chips.get(item).remove();
    this.#chips.delete(item);
    announce(message("removed", { name: item.name }));
    this.#changed();
    (this.#list.querySelector("[data-role=remove]") ?? this.#composer).focus();
    this.#sendNext();
  }
}

/** A video whose first frame is being decoded still needs its URL for a moment. */
function revokeLater(preview) {
  preview && setTimeout(() => URL.revokeObjectURL(preview), 5000);
}
