// One echo test: a transcription run of a spoken sound, and what its result says. Loaded with the first check.

import { announce } from "../../page/announcements.js";
import { formatNumber } from "../../page/format.js";
import { message } from "../../page/messages.js";
import { errorNote, money } from "../../results.js";
import { Transcript } from "../../transcription/transcript.js";
import { pageSocket } from "../../wire/socket.js";
import { compare } from "./comparison.js";

const NAMED = 2;

export class EchoRun {
  #spoken;
  #name;
  #transcript = new Transcript();
  #run;
  #resolve;

  /** `listener` is {model, name, languages}; `spoken` as `offer` of the element `echo-check` takes it. */
  constructor(listener, spoken) {
    this.#spoken = spoken;
    this.#name = listener.name;
    /** Resolves to {figure, lost, cost, words, url, failed}. */
    this.done = new Promise((resolve) => (this.#resolve = resolve));
    const language = languageOf(spoken.voice);
    const params = { file: { run: spoken.run }, ...(listener.languages.includes(language) ? { language } : {}) };
    const body = { task: "transcription", model: listener.model, params };
    this.#run = pageSocket().start(body, (event) => this.#onEvent(event));
    announce(message("checking"));
  }

  stop() {
    this.#run.stop();
  }

  #onEvent(event) {
    if (event.type === "transcript.delta") {
      this.#transcript.delta(event.text);
    } else if (event.type === "transcript.segment") {
      this.#transcript.segment(event);
    } else if (event.type === "run.done" || event.type === "run.error") {
      this.#end(event);
    }
  }

  #end(event) {
    const result = event.outcome === "completed" ? this.#result(event) : failure(event);
    announce([result.figure, result.lost].filter(Boolean).join(". "));
    this.#resolve(result);
  }

  #result({ run, receipt }) {
    const heard = this.#transcript.finish().rows.map(({ text }) => text).join(" ");
    const { total, survived, lost } = compare(this.#spoken.input, heard, this.#spoken);
    const words = lost.map((word) => ({ ...word, text: nameOf(word) }));
    const share = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" }).format(total ? survived / total : 1);
    const figure = message("survived", { survived: formatNumber(survived), total: formatNumber(total), share });
    const cost = [this.#name, money(receipt?.cost)].join(" · ");
    return { figure: `${figure}.`, lost: lostText(words), cost, words, url: `/runs/${run}` };
  }
}

function failure({ outcome, error }) {
  if (outcome === "stopped") {
    return { figure: message("stopped"), failed: true };
  }
  const { title, text } = errorNote(error, { partial: Boolean(outcome) });
  return { figure: `${title}.`, lost: error?.message ?? text, failed: true };
}

function lostText(words) {
  if (!words.length) {
    return `${message("nothing-lost")}.`;
  }
  const named = words.slice(0, NAMED).map(({ text }) => text);
  const more = words.length - named.length;
  const list = [...named, more ? message("and-more", { count: formatNumber(more) }) : ""].filter(Boolean).join(", ");
  return `${message("lost-words", { words: list })}.`;
}

const nameOf = ({ word, heard }) => (heard ? message("heard-as", { word, heard }) : word);

/** The language of a voice in the picker, "" where it is not known. */
function languageOf(voice) {
  const tile = voice && document.querySelector(`.voice-tile[data-voice="${CSS.escape(voice)}"]`);
  return tile?.dataset.language?.split("-")[0] ?? "";
}
