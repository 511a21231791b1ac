// Who reads aloud, what is being read, and where it is: fetched with the first use, not with the page.

import { announce } from "../../page/announcements.js";
import { message } from "../../page/messages.js";
import { Reading } from "./speech-queue.js";

const KEY = "reader";
const MARKS = /[*\x60#>~]+|(?<!\w)_+|_+(?!\w)|^\s*(?:[-+]|\d+[.)])\s+/gm;
const LINKS = /!?\[([^\]]*)\]\([^)\s]*\)/g;

const models = JSON.parse(document.getElementById("chat-speech-models")?.textContent || "[]") || [];
let current = null;

/** Begins to read, or stops where this answer is being read. Inside the click. */
export function toggleReading(element, worklet) {
  const again = current?.element === element;
  current?.reading.stop();
  const chosen = remembered();
  if (again || !chosen) {
    return;
  }
  const reading = new Reading({ ...chosen, model: chosen.model, worklet });
  current = { element, reading };
  reading.addEventListener("sentence", ({ detail }) => mark(element, detail.text));
  reading.addEventListener("end", ({ detail }) => ended(element, detail.error));
  show(element, true);
  announce(message("reading"));
  const { text, state } = element.message;
  reading.push(text);
  if (state !== "running") {
    reading.finish();
  }
}

/** An event of an answer's run: what is being read goes on with it. */
export function hearAnswer(element, event) {
  if (current?.element !== element) {
    return;
  }
  if (event.type === "text.delta") {
    current.reading.push(event.text);
  } else if (event.type === "run.done" || event.type === "run.error") {
    current.reading.finish();
  }
}

export function stopReading() {
  current?.reading.stop();
}

/** Choose who reads: any ready speech model and one of its voices, kept in this browser. */
export function chooseReader() {
  const thread = document.querySelector("chat-thread");
  const dialog = document.importNode(thread.querySelector("template[data-for=voice]").content.firstElementChild, true);
  const [model, voice] = dialog.querySelectorAll("select");
  const chosen = remembered();
  model.replaceChildren(...models.map(({ slug, name }) => new Option(name, slug, false, slug === chosen.model)));
  const fill = () => voice.replaceChildren(...voices(model.value).map(({ id, name }) => new Option(name, id)));
  fill();
  voice.value = chosen.voice;
  model.addEventListener("change", fill);
  dialog.addEventListener("close", () => {
    localStorage.setItem(KEY, JSON.stringify({ model: model.value, voice: voice.value }));
    dialog.remove();
  });
  thread.append(dialog);
  dialog.showModal();
}

function remembered() {
  let kept = null;
  try {
    kept = JSON.parse(localStorage.getItem(KEY));
  } catch {
    // what cannot be read was not kept by us
  }
  const found = models.find(({ slug }) => slug === kept?.model) ?? models[0];
  return found ? { model: found.slug, voice: found.slug === kept?.model ? kept.voice : found.voice ?? "" } : null;
}

function voices(slug) {
  const { voice = "", voices: known = [] } = models.find((model) => model.slug === slug) ?? {};
  const list = known.map((one) => (typeof one === "string" ? { id: one, name: one } : one));
  return list.length ? list : [{ id: voice, name: voice || message("default-voice") }];
}

function ended(element, error) {
  if (current?.element === element) {
    current = null;
  }
  show(element, false);
  CSS.highlights?.delete("reading");
  if (error) {
    announce([message("reading-failed"), error.message].filter(Boolean).join(" "));
  }
}

function show(element, on) {
  element.querySelector("[data-act=read]")?.setAttribute("aria-pressed", String(on));
  element.toggleAttribute("data-reading", on);
}

/** The sentence that is heard is lit where its words are found again. */
function mark(element, sentence) {
  const range = found(element.querySelector("[data-role=prose]"), sentence.replace(LINKS, "$1").replace(MARKS, "").trim());
  if (CSS.highlights && range) {
    CSS.highlights.set("reading", new Highlight(range));
  } else {
    CSS.highlights?.delete("reading");
  }
}

function found(prose, sentence) {
  const walker = document.createTreeWalker(prose, NodeFilter.SHOW_TEXT);
  const nodes = [];
  let text = "";
  while (walker.nextNode()) {
    nodes.push({ node: walker.currentNode, start: text.length });
    text += walker.currentNode.data;
  }
  const at = text.replace(/\s/g, " ").indexOf(sentence.replace(/\s/g, " "));
  if (at < 0 || !sentence) {
    return null;
  }
  const range = new Range();
  const first = nodes.findLast(({ start }) => start <= at);
  const last = nodes.findLast(({ start }) => start < at + sentence.length);
  range.setStart(first.node, at - first.start);
  range.setEnd(last.node, at + sentence.length - last.start);
  return range;
}
