// The dialog that goes to a model, a conversation or a page: a text field, and a list that the server finds.

import { fill } from "./messages.js";
import { loadStyles } from "./styles.js";

/** The time between the last key and the request, in milliseconds. */
const PAUSE = 120;
const SVG = "http://www.w3.org/2000/svg";

let shared = null;

/** Opens the switcher of the page; a page without one, before the sign-in, stays as it is. */
export function open() {
  const root = document.querySelector(".switcher");
  if (root) {
    shared ??= new Switcher(root);
    shared.open();
  }
}

class Switcher {
  #dialog;
  #input;
  #list;
  #choices = [];
  #current = 0;
  #timer = 0;
  #request = null;
  #ready;

  constructor(root) {
    this.#dialog = root;
    this.#input = root.querySelector("input");
    this.#list = root.querySelector("[role=listbox]");
    this.#ready = loadStyles(root.dataset.styles);
    this.#input.addEventListener("input", () => this.#searchLater());
    this.#input.addEventListener("keydown", (event) => this.#onKey(event));
    this.#list.addEventListener("click", ({ target }) => this.#go(target.closest("[role=option]")));
    this.#list.addEventListener("pointermove", ({ target }) => this.#point(target.closest("[role=option]")));
    this.#dialog.addEventListener("click", ({ target }) => {
      if (target === this.#dialog || target.closest("[data-role=close]")) {
        this.#dialog.close();
      }
    });
  }

  async open() {
    await this.#ready;
    if (!this.#dialog.open) {
      this.#input.value = "";
      this.#dialog.showModal();
      this.#input.focus();
      this.#search();
    }
  }

  #searchLater() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#search(), PAUSE);
  }

  async #search() {
    this.#request?.abort();
    this.#request = new AbortController();
    const query = new URLSearchParams({ q: this.#input.value });
    try {
      const response = await fetch(`${this.#dialog.dataset.url}?${query}`, { signal: this.#request.signal });
      this.#show((await response.json()).groups);
    } catch (error) {
      if (error.name !== "AbortError") {
        this.#say(this.#dialog.dataset.lost);
      }
    }
  }

  #show(groups) {
    this.#list.replaceChildren(...groups.map((group, index) => this.#groupOf(group, index)));
    this.#choices = [...this.#list.querySelectorAll("[role=option]")];
    this.#choices.forEach((choice, index) => { choice.id = `switcher-${index}`; });
    this.#select(0);
    const { found, none } = this.#dialog.dataset;
    this.#say(this.#choices.length ? fill(found, { count: this.#choices.length }) : none);
  }

  #groupOf({ label, choices }, index) {
    const group = make("div", "", { role: "group", "aria-labelledby": `switcher-group-${index}` });
    const title = make("div", "switcher-label", { id: `switcher-group-${index}` });
    title.textContent = label;
    group.append(title, ...choices.map((choice) => this.#choiceOf(choice)));
    return group;
  }

  #choiceOf({ title, detail, icon, url }) {
    const choice = make("div", "switcher-choice", { role: "option", "aria-selected": "false", "data-url": url });
    const name = make("span", "switcher-title");
    const about = make("span", "switcher-detail");
    name.textContent = title;
    about.textContent = detail;
    choice.append(this.#icon(icon), name, about);
    return choice;
  }

  #icon(name) {
    const picture = document.createElementNS(SVG, "svg");
    const use = document.createElementNS(SVG, "use");
    picture.setAttribute("class", "icon");
    picture.setAttribute("aria-hidden", "true");
    use.setAttribute("href", `${this.#dialog.dataset.icons}#${name}`);
    picture.append(use);
    return picture;
  }

  #onKey(event) {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.isComposing) {
      return;
    }
    if (event.key in steps && this.#choices.length) {
      event.preventDefault();
      const { length } = this.#choices;
      this.#select((this.#current + steps[event.key] + length) % length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.#go(this.#choices[this.#current]);
    }
  }

  #point(choice) {
    const index = this.#choices.indexOf(choice);
    if (index >= 0 && index !== this.#current) {
      this.#select(index);
    }
  }

  #select(index) {
    this.#choices[this.#current]?.setAttribute("aria-selected", "false");
    this.#current = index;
    const choice = this.#choices[index];
    choice?.setAttribute("aria-selected", "true");
    choice?.scrollIntoView({ block: "nearest" });
    this.#input.setAttribute("aria-activedescendant", choice?.id ?? "");
  }

  #go(choice) {
    if (choice) {
      location.assign(choice.dataset.url);
    }
  }

  #say(text) {
    this.#dialog.querySelector("[role=status]").textContent = text;
  }
}

function make(name, className, attributes = {}) {
  const element = document.createElement(name);
  element.className = className;
  Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
  return element;
}
