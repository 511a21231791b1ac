// One message: a question, or an answer while it arrives and afterwards.

import { isEmpty } from "../../chat/conversation/answer.js";
import { BlockList, parseFragment } from "../../chat/message/html-blocks.js";
import { partsOf, textOf } from "../../chat/message/parts.js";
import { message as text } from "../../page/messages.js";
import { displayName } from "../../page/names.js";
import { seconds } from "../../results.js";

/** Event "message-act" {act, id}: before, after, edit, copy, read, again, with, fork, request, retry. */
class ChatMessage extends HTMLElement {
  #message = null;
  #blocks = null;
  #plain = null;
  #clock = 0;
  #drawn = "";

  constructor() {
    super();
    this.addEventListener("click", ({ target }) => {
      const act = target.closest("[data-act]")?.dataset.act;
      if (act) {
        this.dispatchEvent(new CustomEvent("message-act", { bubbles: true, detail: { act, id: this.#message.id } }));
      }
    });
  }

  /** The waiting time goes on when a branch is shown again. */
  connectedCallback() {
    this.#showWaiting();
  }

  disconnectedCallback() {
    this.#showWaiting(false);
  }

  get message() {
    return this.#message;
  }

  /** Shows a whole message, in place of what was shown. */
  show(message) {
    this.#message = message;
    this.dataset.message = message.id;
    this.dataset.state = message.state ?? "completed";
    if (message.role === "assistant") {
      this.#showAnswer();
    } else {
      this.#showQuestion();
    }
  }

  /** Shows what an event of the answer's run has changed; it has been applied to the message already. */
  update(event) {
    switch (event.type) {
      case "text.delta":
        this.#addText(event.text);
        break;
      case "html.block":
        this.#addBlock(event);
        break;
      case "reasoning.delta":
      case "reasoning.done":
        this.#showReasoning();
        break;
      case "tool.call":
        this.#showCalls();
        break;
      case "image.ready":
        this.#showImages();
        break;
      case "run.attempt":
        import("../../chat/message/receipt.js").then(({ tell }) => tell(this.#field("waiting"), event));
        break;
      case "run.progress":
        if (event.stage === "queue") {
          this.#field("waiting").textContent = text("queued", event);
        }
        break;
    }
    this.#showWaiting();
  }

  /** {index, count}: the message's place among its siblings; versions of an answer are told apart by their models. */
  set place({ index, count }) {
    const { role, model } = this.#message;
    if (role === "assistant") {
      this.#field("model").hidden = count < 2;
      this.#field("model").textContent = displayName(model);
    }
    this.#part("branches").hidden = count < 2;
    this.#field("place").textContent = `${index + 1}/${count}`;
    this.querySelector("[data-act=before]").disabled = index === 0;
    this.querySelector("[data-act=after]").disabled = index === count - 1;
  }

  /** Marks files that the model does not get: `reasons` by the part's index. */
  mark(reasons) {
    for (const file of this.querySelectorAll(".message-file")) {
      const reason = reasons[file.dataset.part] ?? "";
      file.dataset.left = reason;
      file.title = reason;
    }
  }

  get audioBox() {
    return this.#part("sound");
  }

  #showQuestion() {
    const { parts = [] } = this.#message;
    const list = partsOf(parts);
    const text = textOf(list);
    this.#field("text").textContent = text;
    this.#field("text").hidden = text === "";
    const drawn = JSON.stringify(list);
    if (drawn !== this.#drawn && list.some(({ type }) => type !== "text")) {
      this.#drawn = drawn;
      this.#media().then(({ filesOf }) => {
        this.#part("files").replaceChildren(...filesOf(list));
        this.dispatchEvent(new CustomEvent("message-files", { bubbles: true }));
      });
    }
  }

  #showAnswer() {
    const { html, text, blocks = [] } = this.#message;
    this.#blocks = this.#plain = null;
    this.#part("prose").replaceChildren();
    this.#part("prose").classList.remove("is-plain");
    if (blocks.length) {
      blocks.forEach((block, index) => block !== undefined && this.#addBlock({ index, html: block }));
    } else if (html) {
      this.#part("prose").append(...parseFragment(html));
    } else if (text) {
      this.#addText(text);
    }
    this.#showReasoning();
    this.#showCalls();
    this.#showImages();
    this.#showAudio();
    this.#showEnd();
    this.#showWaiting();
  }

  #addBlock(block) {
    if (!this.#blocks) {
      this.#part("prose").replaceChildren();
      this.#part("prose").classList.remove("is-plain");
      this.#blocks = new BlockList(this.#part("prose"), parseFragment);
    }
    this.#blocks.put(block);
  }

  /** Plain text, until the server sends rendered blocks. */
  #addText(text) {
    if (this.#blocks) {
      return;
    }
    if (!this.#plain) {
      this.#plain = document.createTextNode("");
      this.#part("prose").classList.add("is-plain");
      this.#part("prose").replaceChildren(this.#plain);
    }
    this.#plain.appendData(text);
  }

  #showReasoning() {
    const { reasoning, reasoning_seconds: thought } = this.#message;
    this.#part("reasoning").hidden = !reasoning;
    this.#field("reasoning").textContent = reasoning ?? "";
    this.#field("thought").textContent = thought ? text("thought", { time: seconds(thought) }) : text("reasoning");
  }

  async #showCalls() {
    if (this.#message.calls?.length) {
      const { drawCalls } = await this.#media();
      drawCalls(this.#part("calls"), this.#message.calls);
    }
  }

  async #showImages() {
    if (this.#message.images?.length) {
      const { drawImages } = await this.#media();
      drawImages(this.#part("images"), this.#message.images);
    }
  }

  /** A stored audio file; audio that is still arriving is played by AudioOutput. */
  async #showAudio() {
    const { audio } = this.#message;
    if (audio?.url && !this.audioBox.childElementCount) {
      const { drawAudio } = await this.#media();
      drawAudio(this.audioBox, audio.url);
    }
  }

  async #showEnd() {
    if (this.#message.state === "running") {
      this.#part("trouble").hidden = true;
    } else {
      const { drawEnd } = await import("../../chat/message/receipt.js");
      drawEnd(this, this.#message);
    }
  }

  /** Counts the seconds until the answer begins: in its place, and beside the reasoning once there is some. */
  #showWaiting(shown = true) {
    const counting = shown && this.#message?.state === "running" && (isEmpty(this.#message) || this.#thinks);
    this.#part("waiting")?.toggleAttribute("hidden", !counting || this.#thinks);
    if (!counting) {
      clearInterval(this.#clock);
      this.#clock = 0;
    } else {
      this.#message.since ??= performance.now();
      this.#clock ||= setInterval(() => this.#tick(), 100);
      this.#tick();
    }
  }

  get #thinks() {
    return Boolean(this.#message.reasoning) && !this.#message.reasoning_seconds;
  }

  #tick() {
    const elapsed = (performance.now() - this.#message.since) / 1000;
    if (this.#thinks) {
      this.#field("thought").textContent = text("thinking", { time: seconds(Math.floor(elapsed)) });
    } else {
      this.#field("waited").textContent = seconds(Math.floor(elapsed * 10) / 10);
    }
  }

  #media() {
    return import("../../chat/message/media.js");
  }

  #part(role) {
    return this.querySelector(`[data-role="${role}"]`);
  }

  #field(name) {
    return this.querySelector(`[data-field="${name}"]`);
  }
}

customElements.define("chat-message", ChatMessage);
