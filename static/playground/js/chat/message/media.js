// What a message has beside its text: a question's files; an answer's images, audio and tool calls.

import { message } from "../../page/messages.js";
import { formatJson } from "../conversation/answer.js";
import { loadStyles } from "../../page/styles.js";

const RENDERERS = { image_url: image, input_audio: audio, video_url: video, file: pdf };

/** One element for each file of these parts; `data-part` is the part's index. */
export function filesOf(parts) {
  return parts.flatMap((part, index) => {
    if (!Object.hasOwn(RENDERERS, part.type)) {
      return [];
    }
    const file = element("div", "message-file");
    file.dataset.part = index;
    file.dataset.kind = part.type;
    file.append(renderFile(part));
    return [file];
  });
}

/** Images of an answer: adds those that are not in the box yet. */
export function drawImages(box, images) {
  const ours = images.filter((one) => one && isOurs(one.url));
  box.hidden = ours.length === 0;
  box.append(...ours.slice(box.childElementCount).map(({ url }) => image({ url })));
}

export function drawAudio(box, url) {
  if (!box.childElementCount && isOurs(url)) {
    box.append(player("audio", url, ""));
    box.hidden = false;
  }
}

/** The tool calls of an answer, as data. */
export function drawCalls(box, calls) {
  box.hidden = false;
  box.replaceChildren(...calls.filter(Boolean).map(drawCall));
}

function renderFile(part) {
  const inner = part[part.type];
  const { upload } = inner;
  const known = typeof upload === "object" ? upload : { id: upload, url: upload ? `/uploads/${upload}` : inner.url, name: inner.filename ?? "" };
  if (known.gone) {
    return withName(fromTemplate("gone"), known);
  }
  return isOurs(known.url) ? RENDERERS[part.type](known) : withName(fromTemplate("paper"), { name: known.url ?? "" });
}

/** A file on another server is named, never fetched: opening a conversation sends no request elsewhere. */
function isOurs(url) {
  return typeof url === "string" && new URL(url, location.origin).origin === location.origin;
}

function image({ url, name = "", width, height }) {
  const button = element("button", "thumb");
  button.type = "button";
  button.setAttribute("aria-label", name || message("picture"));
  const img = element("img");
  Object.assign(img, { src: url, alt: "", decoding: "async", ...(width && height ? { width, height } : {}) });
  img.addEventListener("error", () => button.replaceWith(withName(fromTemplate("gone"), { name })), { once: true });
  button.append(img);
  button.addEventListener("click", () => enlarge(url, name));
  return button;
}

function audio({ url, name = "" }) {
  return player("audio", url, name);
}

function video({ url, name = "" }) {
  return player("video", url, name);
}

function player(tag, url, name) {
  const figure = element("figure", tag);
  const media = element(tag);
  Object.assign(media, { src: url, controls: true, preload: "metadata" });
  media.setAttribute("aria-label", name || message(tag));
  media.addEventListener("error", () => figure.replaceWith(withName(fromTemplate("gone"), { name })), { once: true });
  const caption = element("figcaption");
  caption.textContent = name;
  figure.append(media, caption);
  return figure;
}

/** A PDF: its first page where the server can render it. */
function pdf({ id, url, name, pages }) {
  const link = withName(fromTemplate("paper"), { name });
  link.href = url;
  const img = link.querySelector("img");
  img.addEventListener("error", () => img.remove());
  if (id) {
    img.src = `/uploads/${id}/page`;
  } else {
    img.remove();
  }
  link.querySelector("[data-field=facts]").textContent = pages ? message("pages", { count: pages }) : "";
  return link;
}

function drawCall({ name, arguments: json }) {
  const box = element("div", "call");
  const title = element("b");
  title.textContent = name;
  const pre = element("pre");
  pre.textContent = formatJson(json);
  pre.tabIndex = 0;
  box.append(title, pre);
  return box;
}

async function enlarge(url, name) {
  const dialog = fromTemplate("picture");
  const image = dialog.querySelector("img");
  Object.assign(image, { src: url, alt: name });
  Object.assign(dialog.querySelector("a"), { href: url, download: name });
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
  await loadStyles(document.querySelector("chat-thread").dataset.dialogStyles);
  document.querySelector("chat-studio").append(dialog);
  dialog.showModal();
}

function withName(node, { name }) {
  node.querySelector("[data-field=name]").textContent = name;
  return node;
}

function fromTemplate(name) {
  return document.querySelector(`chat-thread template[data-for="${name}"]`).content.firstElementChild.cloneNode(true);
}

function element(tag, name = "") {
  const node = document.createElement(tag);
  node.className = name;
  return node;
}
