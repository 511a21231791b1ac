import assert from "node:assert/strict";
import { test } from "node:test";

import { contentOf, factsOf, itemsOf, kindOf, limitOf, modelsFor, refusalOf } from "../../../../static/playground/js/chat/attachments/attachment.js";
import { pastedFiles } from "../../../../static/playground/js/chat/attachments/file-input.js";

const ACCEPTS = {
  image: { ok: true, limit_mb: 50 },
  audio: { ok: true, limit_mb: 50 },
  file: { ok: false, why: "This model takes no PDF.", limit_mb: 50 },
  video: { ok: false, why: "This model takes no video.", limit_mb: 50 },
};
const MIB = 1024 * 1024;

test("a file's kind follows from its type, or from its name where the type is generic", () => {
  const kinds = [
    ["a.png", "image/png", "image"],
    ["a.wav", "audio/x-wav", "audio"],
    ["a.webm", "audio/webm", "audio"],
    ["a.webm", "", "video"],
    ["talk.FLAC", "", "audio"],
    ["talk.ogg", "application/ogg", "audio"],
    ["a.pdf", "application/octet-stream", "file"],
    ["a.pdf", "application/pdf", "file"],
    ["a.bmp", "image/bmp", null],
    ["a.png", "text/html", null],
    ["noextension", "", null],
  ];
  assert.deepEqual(kinds.map(([name, type]) => kindOf({ name, type })), kinds.map(([, , kind]) => kind));
});

test("a refused file has a reason", () => {
  const refused = (name, type, size) => refusalOf({ name, type, size }, ACCEPTS);
  assert.equal(refused("a.png", "image/png", 20 * MIB), null);
  assert.deepEqual(refused("a.png", "image/png", 20 * MIB + 1), { key: "refused-picture", values: { limit: 20 } });
  assert.deepEqual(refused("a.mp3", "audio/mpeg", 50 * MIB + 1), { key: "refused-large", values: { limit: 50 } });
  assert.deepEqual(refused("a.heic", "", 9), { key: "refused-heic" });
  assert.deepEqual(refused("a", "image/heif", 9), { key: "refused-heic" });
  assert.deepEqual(refused("a.docx", "", 9), { key: "refused-type" });
  assert.deepEqual(refused("a.pdf", "", 0), { key: "empty-file" });
  assert.deepEqual(refused("a.pdf", "", 9), { kind: "file", why: "This model takes no PDF." });
  assert.deepEqual(refusalOf({ name: "a.mp4", type: "video/mp4", size: 1 }, {}), { kind: "video", why: "" });
});

test("an image's limit is at most 20 MB, the model's own where it is less", () => {
  assert.equal(limitOf("image", ACCEPTS), 20);
  assert.equal(limitOf("image", { image: { limit_mb: 5 } }), 5);
  assert.equal(limitOf("audio", ACCEPTS), 50);
});

test("models are offered that are ready and accept every kind", () => {
  const models = [
    { slug: "a/both", ready: true, takes: ["image", "file"] },
    { slug: "a/one", ready: true, takes: ["image"] },
    { slug: "a/cold", ready: false, takes: ["image", "file"] },
  ];
  assert.deepEqual(modelsFor(["file", "image"], models).map(({ slug }) => slug), ["a/both"]);
  assert.deepEqual(modelsFor(["image"], models).map(({ slug }) => slug), ["a/both", "a/one"]);
});

test("text alone stays text; with attachments it is the first part", () => {
  assert.equal(contentOf("Hello", []), "Hello");
  const items = [{ kind: "image", upload: "u1", extra: { detail: "low" } }, { kind: "audio", upload: "u2" }];
  assert.deepEqual(contentOf("Look", items), [
    { type: "text", text: "Look" },
    { type: "image_url", image_url: { detail: "low", upload: "u1" } },
    { type: "input_audio", input_audio: { upload: "u2" } },
  ]);
  assert.deepEqual(contentOf(" ", [{ kind: "file", upload: "u3" }, { kind: "video", upload: "u4" }]), [
    { type: "file", file: { upload: "u3" } },
    { type: "video_url", video_url: { upload: "u4" } },
  ]);
});

test("parts become attachments and the same parts again", () => {
  const described = { id: "u1", name: "kiwi.jpg", media_type: "image/jpeg", bytes: 5, width: 2, height: 3, url: "/uploads/u1" };
  const parts = [
    { type: "text", text: "One" },
    { type: "image_url", image_url: { upload: described, detail: "high" } },
    { type: "video_url", video_url: { url: "https://example.org/a.mp4" } },
    { type: "text", text: "Two" },
  ];
  const items = itemsOf(parts);
  assert.deepEqual(items.map(({ kind, name, state, upload }) => [kind, name, state, upload]), [
    ["image", "kiwi.jpg", "ready", "u1"],
    ["video", "https://example.org/a.mp4", "ready", undefined],
  ]);
  assert.deepEqual(contentOf("", items), [
    { type: "image_url", image_url: { detail: "high", upload: "u1" } },
    { type: "video_url", video_url: { url: "https://example.org/a.mp4" } },
  ]);
});

test("an upload is found by its id; a deleted one is marked", () => {
  const uploads = [{ id: "u1", name: "talk.wav", duration: 2.5, gone: true }];
  const [item] = itemsOf([{ type: "input_audio", input_audio: { upload: "u1" } }], uploads);
  assert.deepEqual([item.name, item.duration, item.state, item.url], ["talk.wav", 2.5, "gone", "/uploads/u1"]);
});

test("facts are the fields that a chip shows", () => {
  assert.deepEqual(factsOf({ id: "u", bytes: 1, pages: 2, media_type: "application/pdf" }), {
    bytes: 1, duration: undefined, pages: 2, width: undefined, height: undefined, type: "application/pdf",
  });
});

test("a pasted bitmap beside text is ignored, a file beside its name is not", () => {
  const clipboard = (text, ...names) => ({ files: names.map((name) => ({ name })), getData: () => text });
  assert.deepEqual(pastedFiles(clipboard("a table", "image.png")), []);
  assert.deepEqual(pastedFiles(clipboard("", "image.png")), [{ name: "image.png" }]);
  assert.deepEqual(pastedFiles(clipboard("kiwi.jpg", "kiwi.jpg")), [{ name: "kiwi.jpg" }]);
  assert.deepEqual(pastedFiles(clipboard("only text")), []);
  assert.deepEqual(pastedFiles(null), []);
});
