// Reads one answer at a time aloud and shows how far it is. Loaded with the first use.

import { announce } from "../../page/announcements.js";
import { message } from "../../page/messages.js";
import { likelyLanguage } from "./language.js";
import { clearHighlight, highlightSentence } from "./sentence-highlight.js";
import { SpeechQueue } from "./speech-queue.js";
import { readChoice, showVoiceDialog, voiceFor } from "./voice-choice.js";

let current = null;

/** Starts reading an answer's element, or stops where this answer is being read. To be called in the click. */
export function toggleReading(element, worklet) {
  const again = current?.element === element;
  current?.queue.stop();
  if (again || !readChoice()) {
    return;
  }
  const queue = new SpeechQueue({ choose: chooser(), worklet });
  current = { element, queue };
  queue.addEventListener("sentence", ({ detail }) => highlightSentence(element.querySelector("[data-role=prose]"), detail.text));
  queue.addEventListener("end", ({ detail }) => ended(element, detail.error));
  showState(element, true);
  announce(message("reading"));
  const { text, state } = element.message;
  queue.push(text);
  if (state !== "running") {
    queue.finish();
  }
}

/** An event of an answer's run: an answer that is being read goes on with its new text. */
export function continueReading(element, event) {
  if (current?.element !== element) {
    return;
  }
  if (event.type === "text.delta") {
    current.queue.push(event.text);
  } else if (event.type === "run.done" || event.type === "run.error") {
    current.queue.finish();
  }
}

export function stopReading() {
  current?.queue.stop();
}

export function chooseVoice() {
  showVoiceDialog();
}

/** A sentence whose language cannot be told is spoken as the one before it. */
function chooser() {
  let language = "";
  return (text) => {
    language = likelyLanguage(text) || language;
    return voiceFor(language);
  };
}

function ended(element, error) {
  if (current?.element === element) {
    current = null;
  }
  showState(element, false);
  clearHighlight();
  if (error) {
    announce([message("reading-failed"), error.message].filter(Boolean).join(" "));
  }
}

function showState(element, reading) {
  element.querySelector("[data-act=read]")?.setAttribute("aria-pressed", String(reading));
  element.toggleAttribute("data-reading", reading);
}
