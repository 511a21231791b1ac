// The message being composed: its text, its files, and one button that sends it or stops the answer.

import { ComposerFiles } from "../../chat/attachments/composer-files.js";
import { listenForFiles, updateAttachButtons } from "../../chat/attachments/file-input.js";
import { fitHeight, saveDraft, sendObstacle } from "../../chat/composer.js";
import { partsOf, textOf } from "../../chat/message/parts.js";
import { readDraft, writeDraft } from "../../page/drafts.js";
import { message } from "../../page/messages.js";

/**
 * Events that bubble: "composer-send" {content, uploads, editing?}, "composer-stop", "composer-edit-last".
 * A "composer-send" that is prevented leaves the message in the composer.
 */
class ChatComposer extends HTMLElement {
  #text = this.querySelector("textarea");
  #accepts = JSON.parse(document.getElementById("chat-accepts")?.textContent ?? "{}");
  #conversation = this.closest("chat-studio")?.dataset.conversation || null;
  #files = new ComposerFiles(this, () => this.#changed());
  #editing = null;
  #before = null;
  #waiting = false;
  #busy = false;
  #cleared = false;
  #unsent = null;

  connectedCallback() {
    const studio = this.closest("chat-studio") ?? this;
    listenForFiles(this, studio, (files) => this.#files.add(files));
    studio.addEventListener("conversation-open", ({ detail }) => this.#moveTo(detail.id));
    ["conversation-new", "conversation-gone"].forEach((type) => studio.addEventListener(type, () => this.#moveTo(null)));
    this.#text.addEventListener("input", () => this.#changed());
    this.#text.addEventListener("keydown", (event) => this.#onKey(event));
    this.addEventListener("keydown", (event) => event.key === "Escape" && this.#cancel());
    this.addEventListener("click", ({ target, detail }) => this.#onClick(target, detail));
    this.addEventListener("focusin", ({ target }) => this.#hint(target.matches("[data-attach]:focus-visible") ? target.title : ""));
    updateAttachButtons(this);
    this.#restore(readDraft(this.#key));
  }

  /** "idle", "running" or "blocked". */
  get state() {
    return this.dataset.state;
  }

  set state(state) {
    this.dataset.state = state;
    this.#part("send").dataset.state = state === "running" ? "running" : "idle";
    this.#show();
  }

  get accepts() {
    return this.#accepts;
  }

  /** What the model accepts, {image, file, audio, video: {ok, why, limit_mb}}; the files are checked against it. */
  set accepts(accepts) {
    this.#accepts = accepts;
    updateAttachButtons(this);
    this.#files.fit(accepts);
    this.#show();
  }

  /** The model of a new conversation, whose draft goes along; where nothing was entered, the draft that waits there is shown. */
  set model(slug) {
    const before = this.#key;
    this.dataset.model = slug;
    if (before !== this.#key) {
      writeDraft(before, null);
      this.#restore(this.#text.value || this.#files.count ? null : readDraft(this.#key));
    }
  }

  /** While the page changes to another model a message waits. */
  set busy(busy) {
    this.#busy = busy;
    this.#changed();
  }

  /** The conversation the draft belongs to; what has been typed meanwhile stays. */
  set conversation(id) {
    writeDraft(this.#key, null);
    this.#conversation = id;
    this.#changed();
  }

  /** The thread's message that never reached the server, {content, uploads} or null: the draft has it too. */
  set unsent(unsent) {
    if (unsent !== this.#unsent) {
      this.#unsent = unsent;
      this.#changed();
    }
  }

  /** Loads a message to be edited or sent again. `parts` are those of a chat body; `editing` is the id of a stored message. */
  async load({ text, parts = [], uploads = [], editing = null }) {
    const list = partsOf(parts);
    const words = text ?? textOf(list);
    if (editing) {
      this.#before ??= { text: this.#text.value, items: this.#files.take() };
      this.#files.clear();
    }
    const typed = editing ? "" : this.#text.value;
    this.#text.value = [words, typed].filter(Boolean).join("\n\n");
    this.#setEditing(editing);
    this.focus();
    if (list.some(({ type }) => type !== "text")) {
      await this.#files.load(list, uploads);
    }
    this.#changed();
  }

  /** Empties the composer; after an edit, restores what was in it before. */
  clear() {
    const before = this.#before;
    this.#cleared = true;
    this.#before = null;
    this.#waiting = false;
    this.#setEditing(null);
    this.#text.value = before?.text ?? "";
    this.#files.clear(before?.items);
    this.#files.clearNotes();
    this.#changed();
  }

  focus() {
    this.#text.focus();
    this.#text.setSelectionRange(this.#text.value.length, this.#text.value.length);
  }

  get #key() {
    return `composer:${this.#conversation ?? this.dataset.model}`;
  }

  get #obstacle() {
    return sendObstacle(this, this.#files, this.#text.value);
  }

  get #mustWait() {
    return this.#busy || Boolean(this.#files.busy);
  }

  get #ready() {
    return !this.#obstacle && Boolean(this.#text.value.trim() || this.#files.count);
  }

  #changed() {
    fitHeight(this.#text);
    if (!this.#editing) {
      saveDraft(this.#key, this.#text.value, this.#files.uploads(), this.#unsent);
    }
    if (this.#waiting && !this.#mustWait) {
      this.#send();
    }
    this.#show();
  }

  #show() {
    const running = this.state === "running";
    this.#part("chips").hidden = !this.#files.count;
    this.#part("send").disabled = !running && !this.#ready;
    this.#part("send").setAttribute("aria-busy", String(this.#waiting));
    this.#hint();
  }

  #hint(text) {
    const hint = text || (this.#waiting ? message("waiting") : this.#obstacle || (matchMedia("(hover: none)").matches ? "" : message("keys")));
    this.querySelector("[data-field=hint]").textContent = hint;
  }

  /** An input method's own Enter has key code 229; Safari sends it after the composition has ended. */
  #onKey(event) {
    if (event.isComposing || event.keyCode === 229) {
      return;
    }
    if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      this.#send();
    } else if (event.key === "ArrowUp" && !this.#text.value && !this.#files.count && !this.#editing) {
      event.preventDefault();
      this.#dispatch("composer-edit-last");
    }
  }

  #cancel() {
    if (this.#waiting) {
      this.#waiting = false;
      this.#show();
    } else if (this.#editing) {
      this.clear();
    }
  }

  /** The second click of a double click that sent a message does not stop the answer. */
  #onClick(target, clicks) {
    const button = target.closest("button");
    const role = button?.dataset.role;
    if (role === "send") {
      this.state !== "running" ? this.#send() : clicks > 1 || this.#dispatch("composer-stop");
    } else if (role === "leave") {
      this.clear();
      this.focus();
    } else if (button?.getAttribute("aria-disabled") === "true") {
      this.refuse([{ kind: button.dataset.attach, why: button.title }]);
    } else if (button?.dataset.attach) {
      this.#files.addFrom(role, button.dataset.attach);
    }
  }

  #send() {
    if (this.state !== "idle" || !this.#ready) {
      this.#waiting = false;
      return;
    }
    this.#waiting = this.#mustWait;
    if (this.#waiting) {
      this.#show();
      return;
    }
    const text = this.#text.value.trim();
    const content = this.#files.content(text);
    const editing = this.#editing ? { editing: this.#editing } : {};
    this.#cleared = false;
    if (this.#dispatch("composer-send", { content, uploads: this.#files.uploads(), ...editing }) && !this.#cleared) {
      this.clear();
    }
  }

  #setEditing(id) {
    this.#editing = id;
    this.#part("editing").hidden = !id;
  }

  /** Changes to another conversation's draft. An unsent message stays in its own; where the conversation stays, it is loaded again. */
  #moveTo(id) {
    const unsent = this.#unsent;
    this.#unsent = null;
    if (unsent && id === this.#conversation) {
      this.load({ parts: unsent.content, uploads: unsent.uploads });
    }
    if (id !== this.#conversation) {
      this.#before = null;
      this.#setEditing(null);
      this.#conversation = id;
      this.#text.value = "";
      this.#files.clear();
      this.#restore(readDraft(this.#key));
    }
  }

  #restore(draft) {
    this.#text.value ||= draft?.text ?? "";
    if (draft?.uploads?.length) {
      this.#files.restore(draft.uploads);
    }
    this.#changed();
  }

  /** Shows why files were refused: [{kind?, why?, key?, values?, name?, file?}]. */
  refuse(refused) {
    this.#files.refuse(refused);
  }

  #dispatch(type, detail = {}) {
    return this.dispatchEvent(new CustomEvent(type, { bubbles: true, cancelable: true, detail }));
  }

  #part(role) {
    return this.querySelector(`[data-role=${role}]`);
  }
}

customElements.define("chat-composer", ChatComposer);
