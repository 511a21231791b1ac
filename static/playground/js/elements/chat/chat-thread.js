// The conversation as it is read: one branch of the tree, its newest words in view.

import { Following } from "../../chat/message/auto-scroll.js";

const drawn = () => import("./chat-message.js");

class ChatThread extends HTMLElement {
  #rows = new Map();
  #following = null;
  #wanted = null;

  connectedCallback() {
    const latest = this.#latest;
    this.#following = new Following(this, (on) => { latest.hidden = on || this.dataset.state !== "full"; });
    latest.addEventListener("click", () => this.follow());
    this.closest("chat-studio").addEventListener("focusin", drawn, { once: true });
  }

  disconnectedCallback() {
    this.#following.close();
  }

  /** Messages of one branch from its root; `placeOf(id)` tells {index, count}. What draws them comes with the first. */
  async show(path, placeOf) {
    this.#wanted = path;
    if (path.length && !customElements.get("chat-message")) {
      await drawn();
    }
    if (this.#wanted === path) {
      this.#draw(path, placeOf);
    }
  }

  #draw(path, placeOf) {
    const list = this.querySelector("[data-role=messages]");
    const wanted = path.map((message) => this.#row(message));
    wanted.forEach((row, index) => {
      if (list.children[index] !== row) {
        list.insertBefore(row, list.children[index] ?? null);
      }
      row.firstElementChild.place = placeOf(path[index].id);
    });
    while (list.childElementCount > wanted.length) {
      list.lastElementChild.remove();
    }
    this.state = path.length ? "full" : "empty";
  }

  /** Resolves when messages can be drawn. */
  get ready() {
    return drawn();
  }

  /** "empty", "loading" or "full". */
  set state(state) {
    this.dataset.state = state;
    this.#latest.hidden ||= state !== "full";
  }

  /** The element of a message, whether its branch is shown or not; undefined for one never shown. */
  find(id) {
    return this.#rows.get(id)?.firstElementChild;
  }

  rename(id, known) {
    const row = this.#rows.get(id);
    if (row) {
      this.#rows.delete(id);
      this.#rows.set(known, row);
      row.firstElementChild.dataset.message = known;
    }
  }

  forget() {
    this.#wanted = null;
    this.#following.release();
    this.#rows.clear();
    this.querySelector("[data-role=messages]").replaceChildren();
  }

  follow() {
    this.#following.hold();
  }

  set heading(text) {
    this.querySelector("[data-field=title]").textContent = text;
  }

  set total(text) {
    this.querySelector("[data-field=total]").textContent = text;
  }

  /** Where the conversation stands as code, or null. */
  set code(url) {
    const link = this.querySelector("[data-role=code]");
    link.hidden = !url;
    link.href = url ?? "";
  }

  get #latest() {
    return this.closest("chat-studio").querySelector("[data-role=latest]");
  }

  #row(message) {
    let row = this.#rows.get(message.id);
    if (!row) {
      row = document.createElement("li");
      const kind = message.role === "assistant" ? "answer" : "question";
      const { content } = this.querySelector(`template[data-for=${kind}]`);
      row.append(document.importNode(content.firstElementChild, true));
      this.#rows.set(message.id, row);
      row.firstElementChild.show(message);
    }
    return row;
  }
}

customElements.define("chat-thread", ChatThread);
