// The chat tab: connects the composer, the thread, the settings and the list of conversations with the current conversation.

import { AudioOutput } from "../../chat/audio-output.js";
import { Conversation } from "../../chat/conversation/conversation.js";
import { followAddress, setAddress } from "../../chat/conversation/page-address.js";
import { announce } from "../../page/announcements.js";
import { message as text } from "../../page/messages.js";
import { pageSocket } from "../../wire/socket.js";
import "../common/status-note.js";
import "./chat-composer.js";
import "./chat-settings.js";
import "./chat-thread.js";
import "./conversation-list.js";

class ChatStudio extends HTMLElement {
  #conversation = new Conversation();
  #audio = new AudioOutput(this.dataset.worklet);
  #omitted = [];
  #thread = this.querySelector("chat-thread");
  #composer = this.querySelector("chat-composer");
  #settings = this.querySelector("chat-settings");
  #list = this.querySelector("conversation-list");

  connectedCallback() {
    const on = (target, type, listener) => target.addEventListener(type, ({ detail }) => listener(detail));
    on(this, "composer-send", (detail) => this.#send(detail));
    on(this, "composer-stop", () => this.#stop());
    on(this, "composer-edit-last", () => this.#edit(this.#conversation.tree.path().findLast(({ role }) => role === "user")));
    on(this, "message-act", ({ act, id }) => this.#act(act, id));
    on(this, "model-change", (facts) => this.#modelChanged(facts));
    on(this, "settings-change", () => this.#audio.prepare(this.#settings.params()));
    on(this, "conversation-open", ({ id, back }) => this.#open(id, back));
    on(this, "conversation-new", (detail) => this.#startNew(detail?.back));
    on(this, "conversation-gone", () => this.#startNew());
    on(this.#conversation, "change", () => this.#show());
    on(this.#conversation, "renamed", ({ before, after }) => this.#thread.rename(before, after));
    on(this.#conversation, "started", (detail) => this.#started(detail));
    on(this.#conversation, "event", ({ answer, event }) => this.#onEvent(answer, event));
    on(this.#conversation, "deleted", (unsent) => this.#deleted(unsent));
    on(this.#conversation, "ended", ({ answer }) => this.#ended(answer));
    this.addEventListener("message-files", ({ target }) => this.#mark(target));
    this.addEventListener("click", ({ target }) => this.#onClick(target));
    document.addEventListener("keydown", (event) => this.#onKey(event));
    ["focus", "visibilitychange"].forEach((type) => addEventListener(type, () => this.#conversation.refresh()));
    followAddress(this);
    pageSocket();
    this.#audio.prepare(this.#settings.params());
    this.dataset.conversation ? this.#open(this.dataset.conversation, true) : this.#show();
  }

  // Requests

  /** An unsent message other than the one sent now goes back into the composer, after the composer has cleared itself. */
  #send(detail) {
    const { unsent } = this.#conversation;
    this.#request((options) => this.#conversation.send(detail, options));
    if (unsent && unsent.question.id !== detail.editing) {
      queueMicrotask(() => this.#composer.load({ parts: unsent.content, uploads: unsent.uploads }));
    }
  }

  #request(start, options = { model: this.#settings.model, params: this.#settings.params() }) {
    this.#audio.unlock(options.params);
    start(options);
    this.#thread.follow();
    announce(text("answering"));
  }

  /** Asks for another version of an answer; `options` are {model, params}. The focus stays with the answer. */
  answerAgain(message, options) {
    this.#request((chosen) => this.#conversation.again(message, chosen), options);
    this.#thread.focusArrow(this.#conversation.tree.leaf().id, "before");
  }

  #stop() {
    this.#conversation.stop();
    this.#audio.stop();
  }

  async #act(act, id) {
    const message = this.#conversation.tree.get(id);
    if (act === "before" || act === "after") {
      this.#showSibling(act, id);
    } else if (act === "edit") {
      this.#edit(message);
    } else if (act === "again" || act === "retry") {
      await this.#settings.shown;
      this.answerAgain(message);
    } else if (act === "read") {
      this.#audio.toggleReading(this.#thread.find(id));
    } else {
      const { performAction } = await import("../../chat/message/actions.js");
      performAction(act, message, this.#conversation.id, this);
    }
  }

  #showSibling(act, id) {
    const { tree } = this.#conversation;
    const sibling = tree.place(id)[act];
    tree.choose(sibling);
    this.#show();
    this.#thread.focusArrow(sibling, act);
  }

  #edit(message) {
    if (message && !this.#conversation.running) {
      this.#composer.load({ parts: message.parts, editing: message.id });
    }
  }

  #onClick(target) {
    const role = target.closest("[data-role]")?.dataset.role;
    if (role === "example") {
      this.#composer.load({ text: this.querySelector("[data-field=example]").textContent });
    } else if (role === "voice") {
      this.#audio.chooseVoice();
    }
  }

  #onKey(event) {
    const elsewhere = document.querySelector("dialog[open], [data-role=editing]:not([hidden])");
    if (event.key === "Escape" && !event.defaultPrevented && !elsewhere) {
      this.#stop();
    }
  }

  // Events of the current run

  #started({ conversation, title, omitted }) {
    this.#thread.heading = title;
    this.#omitted = omitted;
    this.#markAll();
    this.#updateComposer();
    if (conversation) {
      this.#composer.conversation = conversation;
      this.#setCurrent(conversation, true);
    }
    this.#list.refresh();
  }

  #onEvent(answer, event) {
    this.#thread.find(answer.id)?.update(event);
    this.#audio.handle(answer, event, this.#thread);
  }

  async #ended(answer) {
    this.#thread.find(answer.id)?.show(answer);
    this.#updateComposer();
    this.#showTotal();
    this.#list.refresh();
    const { endText } = await import("../../chat/message/receipt.js");
    announce(endText(answer));
  }

  // What the page shows

  #show() {
    const { tree, title } = this.#conversation;
    this.#thread.show(tree.path(), (id) => tree.place(id));
    this.#thread.heading = title || text("new-conversation");
    this.#updateComposer();
    this.#markAll();
    this.#showTotal();
  }

  #updateComposer() {
    this.#composer.state = this.#conversation.running ? "running" : this.dataset.ready === "yes" ? "idle" : "blocked";
    this.#composer.unsent = this.#conversation.unsent;
  }

  async #showTotal() {
    const { id, cost, tree } = this.#conversation;
    this.#thread.exported = tree.path().some(({ state, role }) => role === "assistant" && state !== "running") ? id : null;
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

  async #mark(element) {
    if (element.querySelector(".message-file")) {
      const { markFiles } = await import("../../chat/message/omitted-files.js");
      markFiles(element, this.#composer.accepts, this.#omitted);
    }
  }

  #modelChanged({ ready, accepts }) {
    this.dataset.ready = ready ? "yes" : "no";
    this.#composer.accepts = accepts;
    this.#omitted = [];
    this.#updateComposer();
    this.#markAll();
  }

  // Which conversation

  /** With `back` the model is that of the address, else the one that answered last. */
  async #open(id, back = false) {
    if (id === this.#conversation.id) {
      return;
    }
    this.#leave();
    this.#thread.state = "loading";
    this.#setCurrent(id, back);
    const error = await this.#conversation.open(id);
    if (error) {
      this.#startNew(true);
      announce(text("not-opened"));
    } else if (error === null) {
      const { settings } = this.#conversation;
      this.#settings.load(back ? { ...settings, model: "" } : settings);
      this.#thread.follow();
    }
  }

  #startNew(back = false) {
    this.#leave();
    this.#conversation.reset();
    this.#setCurrent(null, back);
    this.#show();
    this.#composer.focus();
  }

  /** The conversation was deleted elsewhere: the unsent message goes into a new one. */
  #deleted(unsent) {
    this.dispatchEvent(new CustomEvent("conversation-new", { detail: { back: true } }));
    this.#composer.load(unsent);
    this.#composer.refuse([{ key: "gone" }]);
    this.#list.refresh();
  }

  #leave() {
    this.#audio.stop();
    this.#omitted = [];
    this.#thread.clear();
    document.getElementById("chat-side").hidePopover();
  }

  #setCurrent(id, replace) {
    this.#list.current = id;
    setAddress(id, replace);
  }
}

customElements.define("chat-studio", ChatStudio);
