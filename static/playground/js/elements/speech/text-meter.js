// The length of a text against the limit, and the cost of speech for it.

import { formatCost, formatNumber } from "../../page/format.js";
import { fill, message } from "../../page/messages.js";

const NEAR = 0.9;
const BAR_WIDTH = 56;

class TextMeter extends HTMLElement {
  static observedAttributes = ["limit", "price"];
  #input = null;
  #listeners = null;
  count = 0;

  connectedCallback() {
    this.#input = document.getElementById(this.getAttribute("for"));
    this.#listeners = new AbortController();
    this.#input?.addEventListener("input", () => this.refresh(), { signal: this.#listeners.signal });
    this.refresh();
  }

  disconnectedCallback() {
    this.#listeners.abort();
    this.#input = null;
  }

  attributeChangedCallback() {
    if (this.#input) {
      this.refresh();
    }
  }

  get limit() {
    return Number(this.getAttribute("limit")) || Infinity;
  }

  get over() {
    return this.count > this.limit;
  }

  /** USD, or null where no price is known. */
  get cost() {
    const price = this.getAttribute("price");
    return price ? Number(price) * this.count : null;
  }

  refresh() {
    this.count = countCharacters(this.#input?.value ?? "");
    this.dataset.state = this.over ? "over" : this.count > this.limit * NEAR ? "near" : "ok";
    this.#set("count", formatNumber(this.count));
    this.#set("limit", Number.isFinite(this.limit) ? formatNumber(this.limit) : "");
    this.#set("note", this.over ? fill(this.dataset.over, { count: formatNumber(this.count - this.limit) }) : "");
    this.#set("cost", this.#costText());
    this.querySelector("rect")?.setAttribute("width", String(Math.min(1, this.count / this.limit) * BAR_WIDTH));
    this.#input?.setAttribute("aria-invalid", String(this.over));
    const { count, limit, over, cost } = this;
    this.dispatchEvent(new CustomEvent("meter-change", { bubbles: true, detail: { count, limit, over, cost } }));
  }

  #costText() {
    const words = { free: message("free"), unpriced: message("unpriced") };
    const price = this.getAttribute("price");
    if (!price || Number(price) === 0) {
      return formatCost(price || null, words);
    }
    return this.count ? fill(this.dataset.cost, { cost: formatCost(this.cost, words) }) : "";
  }

  #set(name, text) {
    const field = this.querySelector(`[data-field="${name}"]`);
    if (field) {
      field.textContent = text;
      field.hidden = text === "";
    }
  }
}

/** Characters as limits count them: code points, so that an emoji is one. */
export function countCharacters(text) {
  let count = text.length;
  for (let index = 0; index < text.length - 1; index += 1) {
    const code = text.charCodeAt(index);
    if (code >= 0xd800 && code <= 0xdbff && (text.charCodeAt(index + 1) & 0xfc00) === 0xdc00) {
      count -= 1;
      index += 1;
    }
  }
  return count;
}

customElements.define("text-meter", TextMeter);
