// The messages of one branch of the conversation, scrolled to the newest while they arrive.

const loadMessage = () => import("./chat-message.js");

class ChatThread extends HTMLElement {
  #rows = new Map();
  #scroll = null;
  #path = null;

  connectedCallback() {
    this.#latest.addEventListener("click", () => this.follow());
    this.querySelector("[data-role=print]").addEventListener("click", () => print());
    const load = () => Promise.all([loadMessage(), this.#loadScroll()]);
    this.closest("chat-studio").addEventListener("focusin", load, { once: true });
  }

  disconnectedCallback() {
    this.#scroll?.then((scroll) => scroll.close());
  }

  /** Shows the messages of a branch, from its root; `placeOf(id)` returns {index, count}. Their element is loaded with the first. */
  async show(path, placeOf) {
    this.#path = path;
    if (path.length && !customElements.get("chat-message")) {
      await loadMessage();
    }
    if (this.#path === path) {
      this.#draw(path, placeOf);
    }
  }

  #draw(path, placeOf) {
    const list = this.querySelector("[data-role=messages]");
    const rows = path.map((message) => this.#row(message));
    rows.forEach((row, index) => {
      if (list.children[index] !== row) {
        list.insertBefore(row, list.children[index] ?? null);
      }
      row.firstElementChild.place = placeOf(path[index].id);
    });
    while (list.childElementCount > rows.length) {
      list.lastElementChild.remove();
    }
    this.state = path.length ? "full" : "empty";
  }

  /** Resolves when messages can be loadMessage. */
  get ready() {
    return loadMessage();
  }

  /** "empty", "loading" or "full". */
  set state(state) {
    this.dataset.state = state;
    this.#latest.hidden ||= state !== "full";
  }

  /** The element of a message, also of a branch that is not shown; undefined for one never shown. */
  find(id) {
    return this.#rows.get(id)?.firstElementChild;
  }

  /** Focuses the arrow to the branch before or after, or the opposite one at the end. */
  focusArrow(id, act) {
    const arrow = (name) => this.find(id)?.querySelector(`[data-act=${name}]:enabled`);
    (arrow(act) ?? arrow(act === "before" ? "after" : "before"))?.focus({ preventScroll: true });
  }

  rename(id, serverId) {
    const row = this.#rows.get(id);
    if (row) {
      this.#rows.delete(id);
      this.#rows.set(serverId, row);
      row.firstElementChild.dataset.message = serverId;
    }
  }

  clear() {
    this.#path = null;
    this.#scroll?.then((scroll) => scroll.stop());
    this.#rows.clear();
    this.querySelector("[data-role=messages]").replaceChildren();
  }

  async follow() {
    (await this.#loadScroll()).start();
  }

  set heading(text) {
    this.querySelector("[data-field=title]").textContent = text;
  }

  set total(text) {
    this.querySelector("[data-field=total]").textContent = text;
  }

  /** The URL of the conversation's code samples, or null. */
  set code(url) {
    const link = this.querySelector("[data-role=code]");
    link.hidden = !url;
    link.href = url ?? "";
  }

  /** The conversation that can be exported, up to the last message shown; null where nothing is stored yet. */
  set exported(id) {
    this.querySelector("[data-role=export]").hidden = !id;
    for (const link of this.querySelectorAll("[data-export]")) {
      const last = this.#path?.findLast(({ state }) => state !== "running");
      link.href = id && last ? `/conversations/${id}/conversation.${link.dataset.export}?to=${last.id}` : "";
    }
  }

  /** Loaded with the first focus or message, before there is anything to scroll. */
  #loadScroll() {
    const changed = (on) => { this.#latest.hidden = on || this.dataset.state !== "full"; };
    this.#scroll ??= import("../../chat/message/auto-scroll.js").then(({ AutoScroll }) => new AutoScroll(this, changed));
    return this.#scroll;
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
