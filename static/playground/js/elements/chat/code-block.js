// A block of code in an answer, with its language and a copy button.

import { message } from "../../page/messages.js";

class CodeBlock extends HTMLElement {
  connectedCallback() {
    if (this.querySelector(".code-head")) {
      return;
    }
    const pre = this.querySelector("pre");
    const code = pre?.querySelector("code") ?? pre;
    const head = document.querySelector("chat-thread template[data-for=code]").content.cloneNode(true);
    const match = /(?:^|\s)language-(\S+)/.exec(code?.className ?? "");
    head.querySelector("[data-field=language]").textContent = pre?.dataset.language ?? match?.[1] ?? message("plain-code");
    head.querySelector("[data-role=copy-code]").addEventListener("click", () => this.#copy(code));
    pre.tabIndex = 0;
    this.prepend(head);
  }

  async #copy(code) {
    const { copyText } = await import("../../page/clipboard.js");
    copyText(code.textContent.replace(/\n$/, ""));
  }
}

customElements.define("code-block", CodeBlock);
