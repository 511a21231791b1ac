// Earlier conversations, newest first: search, open, rename, delete.

import { announce } from "../../page/announcements.js";
import { formatCost, formatNumber } from "../../page/format.js";
import { message } from "../../page/messages.js";
import { displayName } from "../../page/names.js";

const PAUSE = 250;

/** Events that bubble: "conversation-open" {id}, "conversation-new", "conversation-gone" {id}. */
class ConversationList extends HTMLElement {
  #timer = 0;
  #request = null;
  #page = 1;

  connectedCallback() {
    this.addEventListener("click", (event) => this.#onClick(event));
    this.addEventListener("keydown", (event) => this.#onKey(event));
    this.#part("search").addEventListener("input", () => this.#searchLater());
    const first = JSON.parse(document.getElementById("chat-conversations")?.textContent || "null") ?? [];
    this.#draw(Array.isArray(first) ? { conversations: first, more: false } : first);
  }

  get current() {
    return this.dataset.current || null;
  }

  /** The id of the conversation on the page, or null; its row is marked. */
  set current(id) {
    this.dataset.current = id ?? "";
    for (const row of this.#part("rows").children) {
      this.#mark(row);
    }
  }

  /** Loads the list again, for the current search. */
  async refresh() {
    await this.#fetch(1);
  }

  #searchLater() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(async () => {
      if (await this.#fetch(1)) {
        announce(message("found-conversations", { count: formatNumber(this.#part("rows").children.length) }));
      }
    }, PAUSE);
  }

  async #fetch(page) {
    this.#request?.abort();
    this.#request = new AbortController();
    const { signal } = this.#request;
    const query = new URLSearchParams({ q: this.#part("search").value.trim(), page });
    try {
      const response = await fetch(`${this.dataset.url}?${query}`, { signal });
      if (!response.ok) {
        throw new Error(response.status);
      }
      this.#draw(await response.json(), page);
      return true;
    } catch {
      this.#part("lost").hidden = signal.aborted;
      return false;
    }
  }

  #draw({ conversations, more }, page = 1) {
    const rows = conversations.map((conversation) => this.#row(conversation));
    const list = this.#part("rows");
    this.#page = page;
    page > 1 ? list.append(...rows) : list.replaceChildren(...rows);
    this.#part("more").hidden = !more;
    this.#part("lost").hidden = true;
    this.#showEmpty();
  }

  #row({ id, title, model, updated_at: updated, when: text, cost }) {
    const row = this.querySelector("template").content.firstElementChild.cloneNode(true);
    row.dataset.conversation = id;
    row.querySelector("a").href = `/models/${model}?conversation=${id}`;
    const when = row.querySelector("time");
    when.dateTime = updated;
    when.textContent = text;
    const spent = cost && typeof cost === "object" ? cost.total : cost;
    row.querySelector("[data-field=cost]").textContent = Number(spent) ? formatCost(spent) : "";
    row.querySelector("[data-field=model]").textContent = displayName(model);
    this.#setTitle(row, title);
    this.#mark(row);
    return row;
  }

  #setTitle(row, title) {
    row.querySelector("[data-field=title]").textContent = title;
    row.querySelector("a").title = title;
    for (const role of ["rename", "delete"]) {
      row.querySelector(`[data-role=${role}]`).setAttribute("aria-label", message(role, { name: title }));
    }
  }

  #mark(row) {
    const current = row.dataset.conversation === this.current;
    row.toggleAttribute("data-current", current);
    current ? row.firstElementChild.setAttribute("aria-current", "page") : row.firstElementChild.removeAttribute("aria-current");
  }

  #showEmpty() {
    const none = !this.#part("rows").children.length;
    const searched = this.#part("search").value.trim() !== "";
    this.#part("none").hidden = !none || searched;
    this.#part("unfound").hidden = !none || !searched;
  }

  #onClick(event) {
    const role = event.target.closest("[data-role]")?.dataset.role;
    const row = event.target.closest("[data-conversation]");
    const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
    if (role === "more") {
      this.#fetch(this.#page + 1);
    } else if (role === "new" && !elsewhere) {
      event.preventDefault();
      this.current = null;
      this.#dispatch("conversation-new");
    } else if (row && role === "open" && !elsewhere) {
      event.preventDefault();
      this.current = row.dataset.conversation;
      this.#dispatch("conversation-open", { id: row.dataset.conversation });
    } else if (row && (role === "rename" || role === "delete")) {
      this.#act(role, row);
    }
  }

  /** Arrow keys move along the list, F2 renames, Delete deletes. */
  #onKey(event) {
    const row = event.target.closest("[data-conversation]");
    const move = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
    if (move && event.target === this.#part("search")) {
      event.preventDefault();
      this.#part("rows").firstElementChild?.querySelector("a").focus();
    } else if (row && event.target.matches(".talk-open")) {
      const action = { F2: "rename", Delete: "delete" }[event.key];
      if (move) {
        event.preventDefault();
        (row[move]?.querySelector(".talk-open") ?? (event.key === "ArrowUp" ? this.#part("search") : null))?.focus();
      } else if (action) {
        event.preventDefault();
        this.#act(action, row);
      }
    }
  }

  async #act(action, row) {
    const actions = await import("../../chat/conversation/list-actions.js");
    if (action === "rename") {
      actions.rename(this, row, (title) => this.#setTitle(row, title));
    } else if (await actions.remove(this, row)) {
      this.#removeRow(row);
    }
  }

  #removeRow(row) {
    const next = row.nextElementSibling ?? row.previousElementSibling;
    const { conversation: id } = row.dataset;
    row.remove();
    this.#showEmpty();
    (next?.querySelector(".talk-open") ?? this.#part("new")).focus();
    announce(message("deleted"));
    if (id === this.current) {
      this.current = null;
      this.#dispatch("conversation-gone", { id });
    }
  }

  #dispatch(type, detail = {}) {
    this.dispatchEvent(new CustomEvent(type, { bubbles: true, detail }));
  }

  #part(role) {
    return this.querySelector(`[data-role=${role}]`);
  }
}

customElements.define("conversation-list", ConversationList);
