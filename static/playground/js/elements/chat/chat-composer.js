// The message that is being written: its words, the files that go with it, one button that sends or stops.

import { attend, gate, grow, hindrance } from "../../chat/composer/input.js";
import { keepDraft } from "../../chat/composer/draft.js";
import { readDraft, writeDraft } from "../../page/drafts.js";
import { message } from "../../page/messages.js";

/**
 * Events that bubble: "composer-send" {content, uploads, editing?}, "composer-stop", "composer-edit-last".
 * Whoever prevents a "composer-send" leaves the message here.
 */
class ChatComposer extends HTMLElement {
  #accepts = JSON.parse(document.getElementById("chat-accepts")?.textContent ?? "{}");
  #conversation = this.closest("chat-studio")?.dataset.conversation || null;
  #tray = null;
  #loading = null;
  #editing = null;
  #before = null;
  #waiting = false;
  #arriving = 0;
  #refused = [];
  #cleared = false;
  #unsent = null;

  connectedCallback() {
    const studio = this.closest("chat-studio") ?? this;
    attend(this, studio, (files) => this.#add(files));
    studio.addEventListener("conversation-open", ({ detail }) => this.#moveTo(detail.id));
    ["conversation-new", "conversation-gone"].forEach((type) => studio.addEventListener(type, () => this.#moveTo(null)));
    this.#text.addEventListener("input", () => this.#changed());
    this.#text.addEventListener("keydown", (event) => this.#typed(event));
    this.addEventListener("keydown", (event) => event.key === "Escape" && this.#escaped());
    this.addEventListener("click", ({ target, detail }) => this.#pressed(target, detail));
    this.addEventListener("focusin", ({ target }) => this.#hint(target.matches("[data-attach]:focus-visible") ? target.title : ""));
    gate(this);
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

  /**
   * What the model takes, {image, file, audio, video: {ok, why, limit_mb}}. Files that no longer fit are marked;
   * those that only the model before could not take come along now.
   */
  set accepts(accepts) {
    const again = this.#refused.filter(({ kind }) => accepts[kind]?.ok);
    this.#accepts = accepts;
    gate(this);
    this.#tray?.judge(accepts);
    this.#part("notes").replaceChildren();
    this.#refused = [];
    this.#add(again.map(({ file }) => file));
    this.#show();
  }

  /** The conversation the draft belongs to; words written meanwhile stay. */
  set conversation(id) {
    writeDraft(this.#key, null);
    this.#conversation = id;
    this.#changed();
  }

  /** What stands in the thread and never began, {content, uploads} or null: the draft keeps it too. */
  set unsent(unsent) {
    if (unsent !== this.#unsent) {
      this.#unsent = unsent;
      this.#changed();
    }
  }

  /** Takes a message in to be changed or sent again. `parts` are canonical; `editing` is the id of a kept message. */
  async load({ text, parts = [], uploads = [], editing = null }) {
    const list = typeof parts === "string" ? [{ type: "text", text: parts }] : parts;
    const words = text ?? list.filter(({ type }) => type === "text").map((part) => part.text).join("\n\n");
    if (editing) {
      this.#before ??= { text: this.#text.value, items: this.#tray?.take() ?? [] };
      this.#tray?.clear();
    }
    const written = editing ? "" : this.#text.value;
    this.#text.value = [words, written].filter(Boolean).join("\n\n");
    this.#edit(editing);
    this.focus();
    if (list.some(({ type }) => type !== "text")) {
      (await this.#files()).load(list, uploads);
    }
    this.#changed();
  }

  /** Empty again; what stood here before an earlier message was edited comes back. */
  clear() {
    const before = this.#before;
    this.#cleared = true;
    this.#before = null;
    this.#waiting = false;
    this.#edit(null);
    this.#text.value = before?.text ?? "";
    this.#tray?.clear(before?.items);
    this.#part("notes").replaceChildren();
    this.#changed();
  }

  focus() {
    this.#text.focus();
    this.#text.setSelectionRange(this.#text.value.length, this.#text.value.length);
  }

  get #text() {
    return this.querySelector("textarea");
  }

  get #key() {
    return `composer:${this.#conversation ?? this.dataset.model}`;
  }

  /** Whether files are still on their way to the server. */
  get #busy() {
    return this.#arriving > 0 || Boolean(this.#tray?.busy);
  }

  /** Why the message cannot go now; empty where it can. */
  get #why() {
    return hindrance(this, this.#tray, this.#text.value);
  }

  get #ready() {
    return !this.#why && Boolean(this.#text.value.trim() || this.#tray?.items.length);
  }

  #changed() {
    grow(this.#text);
    if (!this.#editing) {
      keepDraft(this.#key, this.#text.value, this.#tray?.kept() ?? [], this.#unsent);
    }
    if (this.#waiting && !this.#busy) {
      this.#send();
    }
    this.#show();
  }

  #show() {
    const running = this.state === "running";
    this.#part("chips").hidden = !this.#tray?.items.length;
    this.#part("send").disabled = !running && !this.#ready;
    this.#part("send").setAttribute("aria-busy", String(this.#waiting));
    this.#hint();
  }

  #hint(text) {
    const said = text || (this.#waiting ? message("waiting") : this.#why || (matchMedia("(hover: none)").matches ? "" : message("keys")));
    this.querySelector("[data-field=hint]").textContent = said;
  }

  /** An input method's own Enter has key code 229; Safari sends it after the composition has ended. */
  #typed(event) {
    if (event.isComposing || event.keyCode === 229) {
      return;
    }
    if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      this.#send();
    } else if (event.key === "ArrowUp" && !this.#text.value && !this.#tray?.items.length && !this.#editing) {
      event.preventDefault();
      this.#say("composer-edit-last");
    }
  }

  #escaped() {
    if (this.#waiting) {
      this.#waiting = false;
      this.#show();
    } else if (this.#editing) {
      this.clear();
    }
  }

  /** The second click of a double click means what the first one meant. */
  #pressed(target, clicks) {
    const button = target.closest("button");
    const role = button?.dataset.role;
    if (role === "send") {
      this.state !== "running" ? this.#send() : clicks > 1 || this.#say("composer-stop");
    } else if (role === "leave") {
      this.clear();
      this.focus();
    } else if (button?.getAttribute("aria-disabled") === "true") {
      this.refuse([{ kind: button.dataset.attach, why: button.title }]);
    } else if (button?.dataset.attach) {
      this.#bring(role, button.dataset.attach);
    }
  }

  async #bring(role, kind) {
    const { pick, record } = await import("../../chat/attachments/sources.js");
    const file = role === "record" ? await record(this) : pick(this, kind);
    this.#add(file ? [file] : []);
  }

  #send() {
    if (this.state !== "idle" || !this.#ready) {
      this.#waiting = false;
      return;
    }
    this.#waiting = this.#busy;
    if (this.#waiting) {
      this.#show();
      return;
    }
    const text = this.#text.value.trim();
    const content = this.#tray?.content(text) ?? text;
    const editing = this.#editing ? { editing: this.#editing } : {};
    this.#cleared = false;
    if (this.#say("composer-send", { content, uploads: this.#tray?.kept() ?? [], ...editing }) && !this.#cleared) {
      this.clear();
    }
  }

  #edit(id) {
    this.#editing = id;
    this.#part("editing").hidden = !id;
  }

  /** What never began is in the draft of its conversation; one that is left where it began comes back at once. */
  #moveTo(id) {
    const unsent = this.#unsent;
    this.#unsent = null;
    if (unsent && id === this.#conversation) {
      this.load({ parts: unsent.content, uploads: unsent.uploads });
    }
    if (id !== this.#conversation) {
      this.#before = null;
      this.#edit(null);
      this.#conversation = id;
      this.#text.value = "";
      this.#tray?.clear();
      this.#restore(readDraft(this.#key));
    }
  }

  #restore(draft) {
    this.#text.value ||= draft?.text ?? "";
    if (draft?.uploads?.length) {
      this.#files().then((tray) => tray.restore(draft.uploads));
    }
    this.#changed();
  }

  /** What holds the files: fetched with the first of them. */
  #files() {
    this.#loading ??= import("../../chat/attachments/attachment-list.js").then(({ Tray }) => {
      this.#tray = new Tray(this, () => this.#changed());
      return this.#tray;
    });
    return this.#loading;
  }

  async #add(files) {
    if (files.length) {
      this.#arriving += 1;
      const tray = await this.#files();
      this.#arriving -= 1;
      this.refuse(tray.add(files));
      this.focus();
      this.#changed();
    }
  }

  /** Says what did not come along and why, until it is closed. */
  async refuse(refused) {
    if (refused.length) {
      this.#refused = refused.filter(({ file, kind }) => file && kind);
      const { showRefusals } = await import("../../chat/attachments/refusal-notes.js");
      showRefusals(this.#part("notes"), refused);
    }
  }

  #say(type, detail = {}) {
    return this.dispatchEvent(new CustomEvent(type, { bubbles: true, cancelable: true, detail }));
  }

  #part(role) {
    return this.querySelector(`[data-role=${role}]`);
  }
}

customElements.define("chat-composer", ChatComposer);
