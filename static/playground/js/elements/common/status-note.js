// A note about an error: what happened, what to do, and the request's id to copy.

import { announce } from "../../page/announcements.js";

class StatusNote extends HTMLElement {
  connectedCallback() {
    this.querySelector("[data-role=copy]").addEventListener("click", async () => {
      const { copyText } = await import("../../page/clipboard.js");
      await copyText(this.#field("request-id").textContent);
    });
  }

  /** `action` is a link, {label, url}; `prepare` of it is called before the link is followed. */
  show({ kind = "info", title = "", text = "", requestId = "", action = null }) {
    this.querySelector(".note").dataset.kind = kind;
    this.#set("title", title);
    this.#set("text", text);
    this.#set("retry", "");
    this.#field("request").hidden = !requestId;
    this.#field("request-id").textContent = requestId;
    this.#set("action", action?.label ?? "");
    this.#field("action").href = action?.url ?? "#";
    this.#field("action").onclick = action?.prepare ?? null;
    this.hidden = false;
    announce([title, text].filter(Boolean).join(". "));
  }

  clear() {
    this.hidden = true;
  }

  #set(name, text) {
    const field = this.#field(name);
    field.textContent = text;
    field.hidden = text === "";
  }

  #field(name) {
    return this.querySelector(`[data-field="${name}"]`);
  }
}

customElements.define("status-note", StatusNote);
