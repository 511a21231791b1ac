import assert from "node:assert/strict";
import { test } from "node:test";

import { partsOf, textOf } from "../../../../static/playground/js/chat/message/parts.js";

test("a text is one text part, a list stays as it is", () => {
  const list = [{ type: "file", file: { upload: "u1" } }];
  assert.deepEqual(partsOf("Hello"), [{ type: "text", text: "Hello" }]);
  assert.equal(partsOf(list), list);
});

test("the text of a message is that of its text parts", () => {
  const image = { type: "image_url", image_url: { upload: "u1" } };
  assert.equal(textOf([{ type: "text", text: "One" }, image, { type: "text", text: "Two" }]), "One\n\nTwo");
  assert.equal(textOf([image]), "");
});
