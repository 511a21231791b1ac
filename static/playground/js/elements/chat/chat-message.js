// One message: a question as it was asked, or an answer while it comes and as it stays.

import { silent } from "../../chat/conversation/answer.js";
import { BlockList, parseFragment } from "../../chat/message/html-blocks.js";
import { formatSeconds } from "../../page/format.js";
import { message as say } from "../../page/messages.js";

/** Event "message-act" {act, id}: before, after, edit, copy, read, again, fork, request, retry. */
class ChatMessage extends HTMLElement {
  #message = null;
  #blocks = null;
  #plain = null;
  #clock = 0;
  #asked = 0;
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

  /** A branch that is shown again goes on waiting. */
  connectedCallback() {
    this.#wait(this.#message?.state === "running" && silent(this.#message));
  }

  disconnectedCallback() {
    this.#wait(false);
  }

  get message() {
    return this.#message;
  }

  /** All of a message, in place of what was shown. */
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

  /** One event of the answer's run, which the message has taken in already. */
  hear(event) {
    switch (event.type) {
      case "text.delta":
        this.#addText(event.text);
        break;
      case "html.block":
        this.#addBlock(event);
        break;
      case "reasoning.delta":
        this.#showReasoning();
        break;
      case "tool.call":
        this.#showCalls();
        break;
      case "image.ready":
        this.#showImages();
        break;
    }
    this.#wait(this.#message.state === "running" && silent(this.#message));
  }

  /** {index, count} among the versions of this message. */
  set place({ index, count }) {
    this.#part("branches").hidden = count < 2;
    this.#field("place").textContent = `${index + 1}/${count}`;
    this.querySelector("[data-act=before]").disabled = index === 0;
    this.querySelector("[data-act=after]").disabled = index === count - 1;
  }

  /** Files that the model does not get: `why` for each part's place. */
  mark(whys) {
    for (const file of this.querySelectorAll(".message-file")) {
      const why = whys[file.dataset.part] ?? "";
      file.dataset.left = why;
      file.title = why;
    }
  }

  get sound() {
    return this.#part("sound");
  }

  #showQuestion() {
    const { parts = [] } = this.#message;
    const list = typeof parts === "string" ? [{ type: "text", text: parts }] : parts;
    const text = list.filter(({ type }) => type === "text").map((part) => part.text).join("\n\n");
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
    const { html, text, blocks = [], state } = this.#message;
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
    this.#showSound();
    this.#showEnd();
    this.#wait(state === "running" && silent(this.#message));
  }

  #addBlock(block) {
    if (!this.#blocks) {
      this.#part("prose").replaceChildren();
      this.#part("prose").classList.remove("is-plain");
      this.#blocks = new BlockList(this.#part("prose"), parseFragment);
    }
    this.#blocks.put(block);
  }

  /** The words as they are, until the server sends them rendered. */
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
    const { reasoning = "" } = this.#message;
    this.#part("reasoning").hidden = !reasoning;
    this.#field("reasoning").textContent = reasoning ?? "";
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

  /** A stored sound; one that is still being made is played by whoever follows the run. */
  async #showSound() {
    const { audio } = this.#message;
    if (audio?.url && !this.sound.childElementCount) {
      const { drawSound } = await this.#media();
      drawSound(this.sound, audio.url);
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

  #wait(waiting) {
    this.#part("waiting")?.toggleAttribute("hidden", !waiting);
    if (!waiting) {
      clearInterval(this.#clock);
      this.#clock = 0;
    } else if (!this.#clock) {
      this.#asked = performance.now();
      this.#clock = setInterval(() => this.#tick(), 100);
      this.#tick();
    }
  }

  #tick() {
    const waited = Math.floor((performance.now() - this.#asked) / 100) / 10;
    this.#field("waited").textContent = formatSeconds(waited, say("seconds", { value: "{value}" }));
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
