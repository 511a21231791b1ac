import assert from "node:assert/strict";
import test from "node:test";

import { MessageTree } from "../../../../static/playground/js/chat/conversation/message-tree.js";

const ids = (tree) => tree.path().map(({ id }) => id).join(" ");

function grown() {
  const tree = new MessageTree();
  tree.merge([
    { id: "q1", parent: null },
    { id: "a1", parent: "q1" },
    { id: "q2", parent: "a1" },
    { id: "a2", parent: "q2" },
    { id: "a3", parent: "q2" },
    { id: "q3", parent: "a1" },
  ], "a3");
  return tree;
}

test("the head's branch is shown", () => {
  assert.equal(ids(grown()), "q1 a1 q2 a3");
});

test("without a head the newest branch is shown", () => {
  const tree = new MessageTree();
  tree.merge([{ id: "q1", parent: null }, { id: "q2", parent: null }]);
  assert.equal(ids(tree), "q2");
});

test("a message has a place among its siblings", () => {
  const tree = grown();
  assert.deepEqual(tree.place("a2"), { index: 0, count: 2, before: null, after: "a3" });
  assert.deepEqual(tree.place("q1"), { index: 0, count: 1, before: null, after: null });
});

test("choosing a branch shows it down to the leaf chosen there before", () => {
  const tree = grown();
  tree.choose("a2");
  tree.choose("q3");
  assert.equal(ids(tree), "q1 a1 q3");
  tree.choose("q2");
  assert.equal(ids(tree), "q1 a1 q2 a2");
});

test("a new message shows its branch", () => {
  const tree = grown();
  tree.add({ id: "q4", parent: "a2" });
  assert.equal(ids(tree), "q1 a1 q2 a2 q4");
  assert.equal(tree.leaf().id, "q4");
});

test("a message gets the server's id, its children stay below it", () => {
  const tree = grown();
  tree.add({ id: "new-1", parent: "a3" });
  tree.add({ id: "new-2", parent: "new-1" });
  tree.rename("new-1", "q9");
  tree.rename("new-2", "a9");
  assert.equal(ids(tree), "q1 a1 q2 a3 q9 a9");
  assert.equal(tree.get("a9").parent, "q9");
  assert.equal(tree.get("new-1"), undefined);
});

test("removing a message removes those below it", () => {
  const tree = grown();
  tree.remove("q2");
  assert.equal(ids(tree), "q1 a1 q3");
  assert.equal(tree.size, 3);
});

test("known messages are updated, not doubled", () => {
  const tree = grown();
  tree.merge([{ id: "a3", parent: "q2", text: "more" }], "a3");
  assert.equal(tree.get("a3").text, "more");
  assert.equal(tree.size, 6);
});

test("a message without a known parent is at the root", () => {
  const tree = new MessageTree();
  tree.merge([{ id: "a1", parent: "gone" }]);
  assert.equal(ids(tree), "a1");
});
