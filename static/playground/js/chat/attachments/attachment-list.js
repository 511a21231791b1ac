// The files that go with a message: sent up at once, a few side by side, kept in the order they came.

import { announce } from "../../page/announcements.js";
import { message } from "../../page/messages.js";
import { upload } from "../../wire/upload.js";
import "../../elements/chat/attachment-chip.js";
import { contentOf, factsOf, itemsOf, kindOf, refusalOf } from "./attachment.js";

const AT_ONCE = 3;

/**
 * Items are {kind, name, state, progress, upload, url, preview, error, again, unfit, own, …facts}.
 * States: waiting sending checking ready failed gone. `own` was sent up here and for this message alone.
 */
export class Tray {
  items = [];
  #composer;
  #changed;
  #chips = new Map();

  /** `changed` is called whenever a file came, went or got on. */
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

  get failed() {
    return this.items.some(({ state }) => state === "failed" || state === "gone");
  }

  get unfit() {
    return this.items.some(({ unfit }) => unfit);
  }

  /** Takes what the model can take. Returns the others: [{name, kind?, why?, key?, values?, file}]. */
  add(files) {
    const refused = [];
    for (const file of files) {
      const refusal = refusalOf(file, this.#composer.accepts);
      if (refusal) {
        refused.push({ name: file.name, file, ...refusal });
      } else {
        const seen = kindOf(file) === "file" ? null : URL.createObjectURL(file);
        this.#enter({ kind: kindOf(file), name: file.name, bytes: file.size, file, preview: seen, state: "waiting", progress: 0, own: true });
      }
    }
    this.#sendNext();
    return refused;
  }

  /** Files of a message that was sent before. */
  load(parts, uploads) {
    itemsOf(parts, uploads).forEach((item) => this.#enter(item));
    this.judge(this.#composer.accepts);
  }

  /** Files of a draft, as `kept` told them. */
  restore(kept) {
    for (const { own, part, kind, ...known } of kept) {
      const facts = { ...factsOf(known), name: known.name, url: known.url };
      this.#enter({ kind, part, own, upload: known.id, state: "ready", ...facts });
    }
    this.judge(this.#composer.accepts);
  }

  /** What is ready, as the server described it. */
  kept() {
    const ready = this.items.filter(({ state }) => state === "ready");
    return ready.map(({ upload: id, type, kind, name, bytes, duration, pages, width, height, url, part, own }) => (
      { id, kind, name, media_type: type, bytes, duration, pages, width, height, url, part, own }
    ));
  }

  content(text) {
    return contentOf(text, this.items);
  }

  /** Marks what this model cannot take. */
  judge(accepts) {
    for (const item of this.items) {
      const { ok = false, why = "" } = accepts[item.kind] ?? {};
      this.#set(item, { unfit: ok ? "" : why || message("why-unfit") });
    }
  }

  /** Hands its items over, to be put back by `clear`. */
  take() {
    const taken = this.items;
    this.items = [];
    this.#list.replaceChildren();
    this.#chips.clear();
    return taken;
  }

  /** Empty, or with the items that were taken before; what was sent stays on the server. */
  clear(items = []) {
    for (const { preview } of this.items) {
      letGo(preview);
    }
    this.take();
    items.forEach((item) => this.#enter(item));
  }

  get #list() {
    return this.#composer.querySelector("[data-role=chips]");
  }

  #enter(item) {
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
    waiting.slice(0, Math.max(0, AT_ONCE - sending)).forEach((item) => this.#send(item));
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
      this.judge(this.#composer.accepts);
    } catch (error) {
      this.#fail(item, error);
    }
    this.#sendNext();
  }

  #fail(item, { code = 0, message: said, type }) {
    if (type !== "aborted") {
      const again = code === 0 || code === 429 || code >= 500;
      const error = said || message(code === 0 ? "lost" : code === 401 ? "signed-out" : "failed");
      this.#set(item, { state: "failed", error, again });
      announce(`${item.name}: ${error}`);
    }
  }

  #retry(item) {
    this.#set(item, { state: "waiting", error: "" });
    this.#sendNext();
  }

  /** What was sent up for this message alone is deleted on the server too. */
  #remove(item) {
    item.abort?.();
    if (item.own && item.upload) {
      const { csrf } = this.#composer.dataset;
      fetch(`/uploads/${item.upload}/delete`, { method: "POST", headers: { "X-CSRFToken": csrf }, keepalive: true });
    }
    letGo(item.preview);
    this.items = this.items.filter((other) => other !== item);
    this.#chips.get(item).remove();
    this.#chips.delete(item);
    announce(message("removed", { name: item.name }));
    this.#changed();
    (this.#list.querySelector("[data-role=remove]") ?? this.#composer).focus();
    this.#sendNext();
  }
}

/** A film that is just being looked into still needs its address for a moment. */
function letGo(preview) {
  preview && setTimeout(() => URL.revokeObjectURL(preview), 5000);
}
