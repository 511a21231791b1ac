// What a message has beside its words: files, and an answer's pictures, sound and calls.

import { message } from "../../page/messages.js";
import { readable } from "../conversation/answer.js";

const HOLDERS = ["image_url", "input_audio", "video_url", "file"];
const MAKERS = { image_url: picture, input_audio: sound, video_url: film, file: paper };

/** One element per file of these parts, `data-part` its place among them. */
export function filesOf(parts) {
  return parts.flatMap((part, place) => {
    if (!HOLDERS.includes(part.type)) {
      return [];
    }
    const file = element("div", "message-file");
    file.dataset.part = place;
    file.dataset.kind = part.type;
    file.append(made(part));
    return [file];
  });
}

/** Pictures of an answer: those that have come since are added. */
export function drawImages(box, images) {
  const ours = images.filter((image) => image && isOurs(image.url));
  box.hidden = ours.length === 0;
  box.append(...ours.slice(box.childElementCount).map(({ url }) => picture({ url })));
}

export function drawSound(box, url) {
  if (!box.childElementCount && isOurs(url)) {
    box.append(player("audio", url, ""));
    box.hidden = false;
  }
}

/** What a model asks to be called, as data. */
export function drawCalls(box, calls) {
  box.hidden = false;
  box.replaceChildren(...calls.filter(Boolean).map(drawCall));
}

function made(part) {
  const inner = part[part.type];
  const kept = inner.upload;
  const known = typeof kept === "object" ? kept : { id: kept, url: kept ? `/uploads/${kept}` : inner.url, name: inner.filename ?? "" };
  if (known.gone) {
    return named(stamp("gone"), known);
  }
  return isOurs(known.url) ? MAKERS[part.type](known) : named(stamp("paper"), { name: known.url ?? "" });
}

/** A file elsewhere is named, never fetched: opening a conversation asks nobody else. */
function isOurs(url) {
  return typeof url === "string" && new URL(url, location.origin).origin === location.origin;
}

function picture({ url, name = "", width, height }) {
  const button = element("button", "thumb");
  button.type = "button";
  button.setAttribute("aria-label", name || message("picture"));
  const image = element("img");
  Object.assign(image, { src: url, alt: "", decoding: "async", ...(width && height ? { width, height } : {}) });
  image.addEventListener("error", () => button.replaceWith(named(stamp("gone"), { name })), { once: true });
  button.append(image);
  button.addEventListener("click", () => enlarge(url, name));
  return button;
}

function sound({ url, name = "" }) {
  return player("audio", url, name);
}

function film({ url, name = "" }) {
  return player("video", url, name);
}

function player(tag, url, name) {
  const figure = element("figure", tag);
  const media = element(tag);
  Object.assign(media, { src: url, controls: true, preload: "metadata" });
  media.setAttribute("aria-label", name || message(tag));
  media.addEventListener("error", () => figure.replaceWith(named(stamp("gone"), { name })), { once: true });
  const caption = element("figcaption");
  caption.textContent = name;
  figure.append(media, caption);
  return figure;
}

/** A PDF: its first page where the server can draw it. */
function paper({ id, url, name, pages }) {
  const link = named(stamp("paper"), { name });
  link.href = url;
  const image = link.querySelector("img");
  image.addEventListener("error", () => image.remove());
  if (id) {
    image.src = `/uploads/${id}/page`;
  } else {
    image.remove();
  }
  link.querySelector("[data-field=facts]").textContent = pages ? message("pages", { count: pages }) : "";
  return link;
}

function drawCall({ name, arguments: json }) {
  const box = element("div", "call");
  const title = element("b");
  title.textContent = name;
  const pre = element("pre");
  pre.textContent = readable(json);
  pre.tabIndex = 0;
  box.append(title, pre);
  return box;
}

function enlarge(url, name) {
  const dialog = stamp("picture");
  const image = dialog.querySelector("img");
  Object.assign(image, { src: url, alt: name });
  Object.assign(dialog.querySelector("a"), { href: url, download: name });
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
  document.querySelector("chat-studio").append(dialog);
  dialog.showModal();
}

function named(node, { name }) {
  node.querySelector("[data-field=name]").textContent = name;
  return node;
}

function stamp(name) {
  return document.querySelector(`chat-thread template[data-for="${name}"]`).content.firstElementChild.cloneNode(true);
}

function element(tag, name = "") {
  const made = document.createElement(tag);
  made.className = name;
  return made;
}
