// The tab that draws: sends prompt, pictures and settings, and shows the pictures while they are made.

import { announce } from "../../page/announcements.js";
import { readDraft, writeDraft } from "../../page/drafts.js";
import { message } from "../../page/messages.js";
import { ImageForm } from "../../image/form.js";
import { pageSocket } from "../../wire/socket.js";
import "../common/receipt-line.js";
import "../common/status-note.js";
import "../speech/text-meter.js";
import "./image-gallery.js";
import "./picture-view.js";
import "./source-list.js";

class ImageStudio extends HTMLElement {
  #form = null;
  #run = null;
  #current = null;
  #texts = null;

  connectedCallback() {
    this.#form = new ImageForm(this);
    const linked = JSON.parse(document.getElementById("image-sources").textContent);
    this.#form.restore(readDraft(this.model));
    this.#sources.restore(linked.length ? linked : readDraft(`${this.model}:sources`) ?? []);
    this.#listen();
    if (/Mac|iP/.test(navigator.platform)) {
      this.querySelector(".kbd").textContent = "⌘ ↵";
    }
    this.#changed();
    pageSocket();
    if (this.dataset.running) {
      this.#resume(this.dataset.running);
    } else if (this.#gallery.latest) {
      this.#replay(this.#gallery.latest);
    }
  }

  #listen() {
    this.#button.addEventListener("click", () => (this.#run ? this.#run.stop() : this.#start()));
    this.querySelector("[data-role=choose]").addEventListener("click", () => this.#sources.choose());
    const actions = {
      click: ({ target }) => target.closest("[data-role=example]") && this.#try(target.textContent),
      keydown: (event) => this.#onKey(event),
      input: () => this.#changed(),
      "sources-change": () => this.#changed(),
      "mask-wanted": ({ detail }) => this.#paint(detail.item),
      "picture-edit": ({ detail }) => this.#edit(detail.picture),
      "picture-vary": ({ detail }) => this.#vary(detail.picture),
      "picture-chat": ({ detail }) => this.#chat(detail.picture),
      "run-replay": ({ detail }) => this.#replay(detail.entry),
      "run-use": ({ detail }) => this.#use(detail.entry),
      "run-add": ({ detail }) => this.#sources.addUploads(detail.entry.images.map(({ upload }) => upload)),
    };
    for (const [type, act] of Object.entries(actions)) {
      this.addEventListener(type, act);
    }
  }

  get model() {
    return this.getAttribute("model");
  }

  get #button() {
    return this.querySelector("[data-role=draw]");
  }

  get #prompt() {
    return this.querySelector("#prompt");
  }

  get #sources() {
    return this.querySelector("source-list");
  }

  get #view() {
    return this.querySelector("picture-view");
  }

  get #gallery() {
    return this.querySelector("image-gallery");
  }

  get #receipt() {
    return this.querySelector("receipt-line");
  }

  get #note() {
    return this.querySelector("status-note");
  }

  #onKey(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing && !event.target.closest("dialog")) {
      event.preventDefault();
      this.#button.click();
    }
  }

  #changed() {
    this.#form.show(this.#sources.files);
    writeDraft(this.model, { task: "image", ...this.#params() });
    writeDraft(`${this.model}:sources`, this.#sources.stored());
    const mode = this.#sources.items.length ? "edit" : "draw";
    this.#prompt.dataset.draw ??= this.#prompt.placeholder;
    this.#prompt.placeholder = this.#prompt.dataset[mode];
    for (const example of this.querySelectorAll("[data-role=example]")) {
      example.hidden = example.dataset.for !== mode;
    }
    const { over } = this.querySelector("text-meter");
    const blocked = this.dataset.ready !== "yes" || over || this.#sources.busy;
    this.#button.disabled = blocked && !this.#run;
  }

  /** The body of the API without its model; pictures are uploads. */
  #params() {
    return { ...this.#form.params(), ...this.#sources.params() };
  }

  #setPrompt(text) {
    this.#prompt.value = text;
    this.querySelector("text-meter").refresh();
    this.#changed();
  }

  /** An example fills the form: what it may cost is the user's next click. */
  #try(text) {
    this.#setPrompt(text);
    this.#prompt.focus();
  }

  #start() {
    const params = this.#params();
    if (params.prompt) {
      const items = this.#sources.stored();
      this.#send(params, items, items[0]?.mask);
    } else {
      announce(message("empty"));
      this.#prompt.focus();
    }
  }

  #send(params, inputs, mask = null) {
    this.#begin({ params, inputs, mask });
    this.querySelector(".draw-result").scrollIntoView({ block: "nearest" });
    this.#run = pageSocket().start({ task: "image", model: this.model, params }, (event) => this.#onEvent(event));
  }

  /** Follows a run that was started before the page was loaded again, from its first event. */
  #resume(run) {
    this.#begin(this.#gallery.entry(run));
    this.#run = pageSocket().resume({ run }, (event) => this.#onEvent(event));
  }

  #begin({ params, inputs, mask }) {
    this.#texts ??= import("../../image/result.js");
    this.#current = { params, inputs, mask, images: [] };
    this.#note.clear();
    this.#receipt.clear();
    this.#view.begin(params, inputs[0]);
    this.#button.dataset.state = "running";
    this.#button.disabled = false;
    announce(message("drawing"));
  }

  #onEvent(event) {
    switch (event.type) {
      case "run.started":
        this.#showEstimate(this.#current, event);
        break;
      case "run.attempt":
        this.#tell(event);
        break;
      case "run.progress":
        this.#view.say(message("queued", event));
        break;
      case "image.partial":
        this.#view.sharpen(event.index, event.url);
        break;
      case "image.ready":
        this.#ready(event);
        break;
      case "run.done":
      case "run.error":
        this.#finish(event);
        break;
    }
  }

  /** What became of a failed attempt, in the places that wait. */
  async #tell(event) {
    const current = this.#current;
    const { tell } = await import("../../route.js");
    tell({ show: ({ live }) => current === this.#current && this.#run && this.#view.say(live) }, event);
  }

  #ready({ index, url, upload, remote, revised_prompt }) {
    const { params, inputs, images } = this.#current;
    images[index] = { url, upload, remote, revised_prompt };
    this.#view.show(index, { ...images[index], before: inputs[0]?.url, prompt: params.prompt ?? "" });
  }

  async #showEstimate(current, event) {
    const { estimateParts } = await this.#texts;
    if (current === this.#current && this.#run) {
      this.#receipt.show(estimateParts(event));
    }
  }

  async #finish(event) {
    const current = this.#current;
    const done = event.type === "run.done";
    this.#run = null;
    this.#button.dataset.state = "idle";
    this.#changed();
    const { endText, galleryEntry, imageNote, offerRetry, receiptParts } = await this.#texts;
    if (done) {
      this.#gallery.add(galleryEntry(event, current));
    }
    if (current !== this.#current) {
      return; // another run began while the texts were loaded
    }
    if (done) {
      this.#view.finish();
    } else {
      this.#view.clear();
    }
    if (event.receipt) {
      this.#receipt.show(receiptParts(event.receipt, event.run));
    } else {
      this.#receipt.clear();
    }
    if (done && ["completed", "stopped"].includes(event.outcome)) {
      announce(endText(event));
    } else {
      this.#note.show(imageNote(event, done));
      offerRetry(this.#note, event.error, () => this.#button.click());
    }
  }

  /** Puts a picture in front of the prompt, to be changed by what is written next. */
  #edit({ upload }) {
    this.#sources.use([upload]);
    this.#form.keepShape();
    this.#setPrompt("");
    this.#prompt.focus();
  }

  #vary({ upload }) {
    if (!this.#run) {
      const { prompt: _prompt, ...params } = this.#form.params();
      this.#send({ ...params, image: { upload: upload.id } }, [upload]);
    }
  }

  /** Adds a picture to the message that is being written to the chat model. */
  #chat({ upload }) {
    const key = `composer:${this.dataset.chat}`;
    const { text = "", uploads = [] } = readDraft(key) ?? {};
    writeDraft(key, { text, uploads: [...uploads, { ...upload, kind: "image", own: false }] });
    location.assign(`/models/${this.dataset.chat}`);
  }

  async #paint(item) {
    const { MaskEditor } = await import("../../image/mask-editor.js");
    const blob = await new MaskEditor(this.querySelector("[data-role=mask-editor]")).open(item);
    if (blob) {
      await this.#sources.setMask(item, blob);
    }
  }

  /** Shows the pictures of an earlier run; while one is being drawn they would hide it. */
  async #replay(entry) {
    if (this.#run) {
      return;
    }
    this.#note.clear();
    this.#view.showAll(entry);
    this.#texts ??= import("../../image/result.js");
    const { receiptParts } = await this.#texts;
    if (!this.#run) {
      this.#receipt.show(receiptParts(entry.receipt, entry.id));
    }
  }

  #use({ params, inputs, mask }) {
    this.#form.reset(params);
    this.#sources.use(inputs, mask);
    this.#setPrompt(params.prompt ?? "");
    this.#prompt.focus();
  }
}

customElements.define("image-studio", ImageStudio);
