import assert from "node:assert/strict";
import test from "node:test";

import { BlockList } from "../../../../static/playground/js/chat/message/html-blocks.js";

/** As much of an element as a list of blocks touches. */
class Shelf {
  nodes = [];

  insertBefore(node, next) {
    const at = next === null ? this.nodes.length : this.nodes.indexOf(next);
    this.nodes.splice(at, 0, node);
    node.remove = () => { this.nodes = this.nodes.filter((one) => one !== node); };
  }

  get text() {
    return this.nodes.map(({ html }) => html).join("");
  }
}

function list() {
  const shelf = new Shelf();
  const parse = (html) => [...html].map((letter) => ({ html: letter }));
  return { shelf, blocks: new BlockList(shelf, parse) };
}

test("blocks are in the order of their index", () => {
  const { shelf, blocks } = list();
  blocks.put({ index: 1, html: "b" });
  blocks.put({ index: 0, html: "a" });
  blocks.put({ index: 2, html: "c" });
  assert.equal(shelf.text, "abc");
  assert.equal(blocks.size, 3);
});

test("a block replaces its earlier version only", () => {
  const { shelf, blocks } = list();
  blocks.put({ index: 0, html: "a" });
  blocks.put({ index: 1, html: "b" });
  const [first] = shelf.nodes;
  blocks.put({ index: 1, html: "xyz" });
  blocks.put({ index: 1, html: "q" });
  assert.equal(shelf.text, "aq");
  assert.equal(shelf.nodes[0], first);
});

test("an empty block keeps its place", () => {
  const { shelf, blocks } = list();
  blocks.put({ index: 0, html: "" });
  blocks.put({ index: 1, html: "b" });
  blocks.put({ index: 0, html: "a" });
  assert.equal(shelf.text, "ab");
});
