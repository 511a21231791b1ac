// The page of a chat: the composer asks, the thread shows, the settings say how, the list leads elsewhere.

import { announce } from "../../page/announcements.js";
import { nameConversation, namedConversation } from "../../chat/conversation/page-address.js";
import { Conversing } from "../../chat/conversation/conversation.js";
import { leftOut, markFiles } from "../../chat/message/omitted-files.js";
import { message as say } from "../../page/messages.js";
import { pageSocket } from "../../wire/socket.js";
import "./chat-composer.js";
import "./chat-settings.js";
import "./chat-thread.js";
import "./conversation-list.js";
import "../common/status-note.js";

const ENDS = ["run.done", "run.error"];

class ChatStudio extends HTMLElement {
  #talk = new Conversing();
  #left = new Map();
  #reader = null;
  #sound = null;
  #soundReady = null;

  connectedCallback() {
    const on = (target, type, listener) => target.addEventListener(type, ({ detail }) => listener(detail));
    on(this, "composer-send", (detail) => this.#send(detail));
    on(this, "composer-stop", () => this.#stop());
    on(this, "composer-edit-last", () => this.#edit(this.#talk.tree.path().findLast(({ role }) => role === "user")));
    on(this, "message-act", ({ act, id }) => this.#act(act, id));
    on(this, "model-change", () => this.#switched());
    on(this, "settings-change", () => this.#prepareSound());
    on(this, "conversation-open", ({ id, back }) => this.#open(id, back));
    on(this, "conversation-new", (detail) => this.#begin(detail?.back));
    on(this, "conversation-gone", () => this.#begin());
    on(this.#talk, "change", () => this.#show());
    on(this.#talk, "renamed", ({ before, after }) => this.#thread.rename(before, after));
    on(this.#talk, "begun", (detail) => this.#begun(detail));
    on(this.#talk, "told", ({ answer, event }) => this.#hear(answer, event));
    on(this.#talk, "gone", (asked) => this.#gone(asked));
    on(this.#talk, "ended", ({ answer }) => this.#ended(answer));
    this.addEventListener("message-files", ({ target }) => this.#mark(target));
    this.addEventListener("click", ({ target }) => this.#pressed(target));
    document.addEventListener("keydown", (event) => this.#typed(event));
    ["focus", "visibilitychange"].forEach((type) => addEventListener(type, () => this.#talk.lookAgain()));
    addEventListener("popstate", () => this.#wentBack());
    pageSocket();
    this.#prepareSound();
    this.dataset.conversation ? this.#open(this.dataset.conversation, true) : this.#show();
  }

  get #thread() {
    return this.querySelector("chat-thread");
  }

  get #composer() {
    return this.querySelector("chat-composer");
  }

  get #settings() {
    return this.querySelector("chat-settings");
  }

  get #list() {
    return this.querySelector("conversation-list");
  }

  // Asking

  /** What never began and is not the message that is sent now comes back, behind the composer's own clearing. */
  #send(detail) {
    const { unsent } = this.#talk;
    this.#ask((how) => this.#talk.send(detail, how));
    if (unsent && unsent.question.id !== detail.editing) {
      queueMicrotask(() => this.#composer.load({ parts: unsent.content, uploads: unsent.uploads }));
    }
  }

  #ask(begin) {
    const params = this.#settings.params();
    if (params.modalities?.includes("audio")) {
      this.#soundReady?.unlockSound(this.dataset.worklet);
    }
    begin({ model: this.#settings.model || this.getAttribute("model"), params });
    this.#thread.follow();
    announce(say("answering"));
  }

  #stop() {
    this.#talk.stop();
    this.#soundReady?.stopSound();
    this.#reader?.then(({ stopReading }) => stopReading());
  }

  async #act(act, id) {
    const { tree } = this.#talk;
    const message = tree.get(id);
    if (act === "before" || act === "after") {
      tree.choose(tree.place(id)[act]);
      this.#show();
      const arrow = (name) => this.#thread.find(tree.place(id)[act])?.querySelector(`[data-act=${name}]:enabled`);
      (arrow(act) ?? arrow(act === "before" ? "after" : "before"))?.focus({ preventScroll: true });
    } else if (act === "edit") {
      this.#edit(message);
    } else if (act === "again" || act === "retry") {
      this.#ask((how) => this.#talk.again(message, how));
    } else if (act === "fork") {
      this.#fork(id);
    } else if (act === "read") {
      this.#reader ??= import("../../chat/read-aloud/reader.js");
      (await this.#reader).toggleReading(this.#thread.find(id), this.dataset.worklet);
    } else {
      const { copied, showRequest, wordsOf } = await import("../../chat/message/request-dialog.js");
      act === "copy" ? copied(wordsOf(message)) : showRequest(message.run);
    }
  }

  #edit(message) {
    if (message && !this.#talk.running) {
      this.#composer.load({ parts: message.parts, editing: message.id });
    }
  }

  async #fork(message) {
    const { forkConversation } = await import("../../chat/conversation/requests.js");
    const { id } = await forkConversation(this.#talk.id, message, this.dataset.csrf);
    id ? this.dispatchEvent(new CustomEvent("conversation-open", { detail: { id } })) : announce(say("not-copied"));
    id && this.#list.refresh();
  }

  async #pressed(target) {
    const role = target.closest("[data-role]")?.dataset.role;
    if (role === "example") {
      const content = this.querySelector("[data-field=example]").textContent;
      this.#ask((how) => this.#talk.send({ content }, how));
    } else if (role === "voice") {
      this.#reader ??= import("../../chat/read-aloud/reader.js");
      (await this.#reader).chooseReader();
    }
  }

  #typed(event) {
    const elsewhere = document.querySelector("dialog[open], [data-role=editing]:not([hidden])");
    if (event.key === "Escape" && !event.defaultPrevented && !elsewhere) {
      this.#stop();
    }
  }

  // Hearing

  #begun({ conversation, title, left }) {
    this.#thread.heading = title;
    this.#left = leftOut(left);
    this.#markAll();
    this.#settle();
    if (conversation) {
      this.#composer.conversation = conversation;
      this.#named(conversation, true);
    }
    this.#list.refresh();
  }

  #hear(answer, event) {
    const element = this.#thread.find(answer.id);
    element?.hear(event);
    this.#reader?.then(({ hearAnswer }) => hearAnswer(element, event));
    if (event.type.startsWith("audio.") || (answer.sounding && ENDS.includes(event.type))) {
      this.#sounds(answer, event);
    }
  }

  async #sounds(answer, event) {
    const [{ hearSound }] = await Promise.all([this.#loadSound(), this.#thread.ready]);
    const box = this.#thread.find(answer.id)?.sound;
    box && hearSound(answer, box, event, this.dataset.worklet);
  }

  async #ended(answer) {
    this.#thread.find(answer.id)?.show(answer);
    this.#settle();
    this.#showTotal();
    this.#list.refresh();
    const { endingText } = await import("../../chat/message/receipt.js");
    announce(endingText(answer));
  }

  /** What plays sound is fetched before it is needed: in the click there is no time for it. */
  #prepareSound() {
    if (this.#settings.params().modalities?.includes("audio")) {
      this.#loadSound();
    }
  }

  #loadSound() {
    this.#sound ??= import("../../chat/message/answer-audio.js").then((loaded) => (this.#soundReady = loaded));
    return this.#sound;
  }

  // What stands there

  #show() {
    const { tree, title } = this.#talk;
    this.#thread.show(tree.path(), (id) => tree.place(id));
    this.#thread.heading = title || say("new-conversation");
    this.#settle();
    this.#markAll();
    this.#showTotal();
  }

  #settle() {
    this.#composer.state = this.#talk.running ? "running" : this.dataset.ready === "yes" ? "idle" : "blocked";
    this.#composer.unsent = this.#talk.unsent;
  }

  async #showTotal() {
    const { id, cost, tree } = this.#talk;
    this.#thread.code = id && `?tab=code&conversation=${id}`;
    this.#thread.total = "";
    if (id && tree.all().some(({ receipt }) => receipt)) {
      const { totalText } = await import("../../chat/message/receipt.js");
      this.#thread.total = totalText(cost);
    }
  }

  #markAll() {
    this.querySelectorAll(".message-user").forEach((element) => this.#mark(element));
  }

  #mark(element) {
    markFiles(element, this.#composer.accepts, this.#left.get(element.message.id));
  }

  #switched() {
    const models = JSON.parse(document.getElementById("chat-models")?.textContent || "[]");
    const chosen = models.find(({ slug }) => slug === this.#settings.model);
    if (chosen) {
      this.dataset.ready = chosen.ready ? "yes" : "no";
      this.#composer.accepts = chosen.accepts;
      this.#left = new Map();
    }
    this.#settle();
    this.#markAll();
  }

  // Which conversation

  async #open(id, back = false) {
    if (id === this.#talk.id) {
      return;
    }
    this.#leave();
    this.#thread.state = "loading";
    this.#named(id, back);
    const error = await this.#talk.open(id);
    if (error) {
      this.#begin(true);
      announce(say("not-opened"));
    } else if (error === null) {
      this.#settings.load(this.#talk.settings);
      this.#thread.follow();
    }
  }

  #begin(back = false) {
    this.#leave();
    this.#talk.begin();
    this.#named(null, back);
    this.#show();
    this.#composer.focus();
  }

  /** Deleted elsewhere: what was asked of it begins another one, once it is sent again. */
  #gone(asked) {
    this.dispatchEvent(new CustomEvent("conversation-new", { detail: { back: true } }));
    this.#composer.load(asked);
    this.#composer.refuse([{ key: "gone" }]);
    this.#list.refresh();
  }

  #leave() {
    this.#soundReady?.stopSound();
    this.#reader?.then(({ stopReading }) => stopReading());
    this.#left = new Map();
    this.#thread.forget();
    document.getElementById("chat-side").hidePopover();
  }

  #named(id, replace) {
    this.#list.current = id;
    nameConversation(id, replace);
  }

  /** The composer changes its draft with the same event. */
  #wentBack() {
    const id = namedConversation();
    const type = id ? "conversation-open" : "conversation-new";
    this.dispatchEvent(new CustomEvent(type, { detail: { id, back: true } }));
  }
}

customElements.define("chat-studio", ChatStudio);
