// The controls of the tab that draws as an API body, and back; and what the pictures cost at most.

import { formatNumber } from "../page/format.js";
import { message } from "../page/messages.js";
import { money } from "../results.js";

const WORDS = ["size", "aspect_ratio", "resolution", "quality", "style", "background", "output_format"];
const AUTO = "auto";
const CUSTOM = "custom";
const PARTIALS = 2;

export class ImageForm {
  #root;
  #files = 0;
  #prices = JSON.parse(document.getElementById("image-prices").textContent);

  constructor(root) {
    this.#root = root;
  }

  /** The body of POST images/generations without its model and without what is at its default. */
  params() {
    const params = { prompt: this.#control("prompt").value.trim() };
    for (const name of WORDS) {
      const value = this.#control(name)?.value;
      if (value && value !== CUSTOM) {
        params[name] = value;
      }
    }
    if (this.#control("size")?.value === CUSTOM) {
      params.size = `${this.#control("width").value}x${this.#control("height").value}`;
    }
    const count = Number(this.#control("n").value);
    const seed = this.#control("seed").value;
    const partials = Math.min(PARTIALS, Number(this.#root.dataset.partials));
    return {
      ...params,
      ...(count > 1 ? { n: count } : {}),
      ...(seed === "" ? {} : { seed: Number(seed) }),
      ...(this.#control("partials")?.checked && partials ? { partial_images: partials } : {}),
      ...(this.#control("cache").checked ? { cache: { type: "exact_match" } } : {}),
    };
  }

  /** Sets what `params` say; everything else stays. */
  restore(params) {
    if (!params) {
      return;
    }
    this.#set("prompt", params.prompt);
    WORDS.forEach((name) => this.#setWord(name, params[name]));
    this.#set("n", params.n);
    this.#set("seed", params.seed);
    this.#control("cache").checked = Boolean(params.cache);
    if (this.#control("partials")) {
      this.#control("partials").checked = params.partial_images !== undefined;
    }
  }

  /** Sets everything: what `params` do not say is at its default. */
  reset(params) {
    const defaults = Object.fromEntries(WORDS.map((name) => [name, ""]));
    this.restore({ prompt: "", n: 1, seed: "", ...defaults, ...params });
  }

  /** Leaves the size to the picture that is edited. */
  keepShape() {
    ["size", "aspect_ratio", "resolution"].forEach((name) => this.#setWord(name, ""));
  }

  /** Shows the count, the fields of a custom size, and the cost with so many pictures and masks sent along. */
  show(files) {
    this.#files = files;
    this.#root.querySelector("output[for=n]").textContent = formatNumber(Number(this.#control("n").value));
    const custom = this.#root.querySelector("[data-role=custom-size]");
    if (custom) {
      custom.hidden = this.#control("size").value !== CUSTOM;
    }
    this.#root.querySelector("[data-field=cost]").textContent = this.#costText();
  }

  /** The most a run can cost at the dearest endpoint, in USD; null where there is no price. */
  get cost() {
    const { prompt, n = 1, partial_images: partials = 0, ...choices } = this.params();
    const bytes = new TextEncoder().encode(prompt).length;
    const costs = this.#prices.map((price) => (
      n * (picturePrice(price, choices) + partials * price.partial) + this.#files * price.file + bytes * price.byte
    ));
    return costs.length ? Math.max(...costs) : null;
  }

  #costText() {
    if (this.#root.dataset.ready !== "yes") {
      return "";
    }
    return this.cost ? message("at-most", { cost: money(this.cost) }) : money(this.cost);
  }

  #control(name) {
    return this.#root.querySelector(`[name="${name}"]`);
  }

  #set(name, value) {
    if (value !== undefined && this.#control(name)) {
      this.#control(name).value = value;
    }
  }

  #setWord(name, value) {
    const control = this.#control(name);
    if (value === undefined || !control) {
      return;
    }
    const words = [...control.options].map((option) => option.value);
    const pixels = name === "size" && /^(\d+)x(\d+)$/.exec(value);
    if (value === AUTO || words.includes(value)) {
      control.value = value === AUTO ? "" : value;
    } else if (pixels && words.includes(CUSTOM)) {
      control.value = CUSTOM;
      [, this.#control("width").value, this.#control("height").value] = pixels;
    }
  }
}

/** The most one picture costs at an endpoint; a size without a price of its own by its pixels. */
function picturePrice({ pictures, custom }, { quality = AUTO, size = AUTO }) {
  const row = pictures[quality] ?? pictures[AUTO];
  if (size in row) {
    return row[size];
  }
  const [, width, height] = /^(\d+)x(\d+)$/.exec(size) ?? [];
  const pixels = custom[quality] ?? custom[AUTO];
  return width && pixels ? pixels[0] + pixels[1] * width * height : Math.max(...Object.values(row));
}
