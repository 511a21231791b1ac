// The top-level blocks of an answer: each arrives as sanitized HTML from the server and replaces its earlier version.

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

  /** The first node after a block: a new one is inserted before it. */
  #after(index) {
    for (let at = index + 1; at < this.#blocks.length; at += 1) {
      if (this.#blocks[at]?.length) {
        return this.#blocks[at][0];
      }
    }
    return null;
  }
}

/** Nodes of HTML that the server has rendered and sanitized. Model text enters the page only here or by textContent. */
export function parseFragment(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  template.content.querySelectorAll("pre").forEach(wrapCode);
  return [...template.content.childNodes];
}

/** Wraps a block of code in the element that shows its language and copies it. */
function wrapCode(pre) {
  if (pre.closest("code-block")) {
    return;
  }
  import("../../elements/chat/code-block.js");
  const block = document.createElement("code-block");
  pre.replaceWith(block);
  block.append(pre);
}
