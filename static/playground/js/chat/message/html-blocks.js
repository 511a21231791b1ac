// The top-level blocks of an answer: each arrives as a fragment the server has made safe, and replaces its earlier self.

export class BlockList {
  #container;
  #parse;
  #blocks = [];

  /** `parse` turns a fragment's text into nodes. */
  constructor(container, parse) {
    this.#container = container;
    this.#parse = parse;
  }

  get size() {
    return this.#blocks.length;
  }

  put({ index, html }) {
    const nodes = this.#parse(html);
    const earlier = this.#blocks[index] ?? [];
    const next = this.#after(index);
    for (const node of nodes) {
      this.#container.insertBefore(node, earlier[0] ?? next);
    }
    earlier.forEach((node) => node.remove());
    this.#blocks[index] = nodes;
  }

  /** The first node behind a block: what a new one is put before. */
  #after(index) {
    for (let at = index + 1; at < this.#blocks.length; at += 1) {
      if (this.#blocks[at]?.length) {
        return this.#blocks[at][0];
      }
    }
    return null;
  }
}

/** Nodes of HTML that the server has rendered and made safe: the only way of model text into the page but textContent. */
export function parseFragment(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  template.content.querySelectorAll("pre").forEach(frame);
  return [...template.content.childNodes];
}

/** A block of code says its language and can be copied. */
function frame(pre) {
  if (pre.closest("code-block")) {
    return;
  }
  import("../../elements/chat/code-block.js");
  const block = document.createElement("code-block");
  pre.replaceWith(block);
  block.append(pre);
}
