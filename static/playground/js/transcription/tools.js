// What can be done with a whole transcript: search, name the speakers, correct, copy, take it away.

import { announce } from "../page/announcements.js";
import { retime } from "./word-times.js";
import { copyText } from "../page/clipboard.js";
import { message } from "../page/messages.js";

const SAVE_AFTER = 600;

export class TranscriptTools {
  #view;
  #transcript = null;
  #run = null;
  #saving = 0;
  #found = [];
  #at = -1;

  constructor(view) {
    this.#view = view;
    this.#on("search", "input", ({ target }) => this.#search(target.value));
    this.#on("search", "keydown", (event) => this.#next(event));
    this.#on("edit", "click", () => this.#edit(!this.#editing));
    this.#on("copy", "click", () => this.#copy());
    this.#on("align", "click", () => this.#align());
    view.box.addEventListener("input", (event) => this.#changed(event.target.closest(".row")));
    view.box.addEventListener("paste", (event) => this.#pasted(event));
    for (const link of view.querySelectorAll("[data-format]")) {
      link.addEventListener("click", (event) => this.#download(event, link));
    }
  }

  show(transcript, run) {
    this.#edit(false);
    this.#transcript = transcript;
    this.#run = run;
    this.#role("search").value = "";
    this.#search("");
    const ready = Boolean(run) && !transcript.empty;
    for (const name of ["search", "edit", "copy"]) {
      this.#role(name).disabled = !ready;
    }
    for (const link of this.#view.querySelectorAll("[data-format]")) {
      link.toggleAttribute("aria-disabled", !ready);
      link.removeAttribute("href");
      if (ready) {
        link.href = `/runs/${run}/transcript.${link.dataset.format}`;
      }
    }
    this.#role("aligned").hidden = !transcript.aligned;
    this.#role("align").hidden = !ready || !transcript.alignable || transcript.words.length > 0;
    this.#nameSpeakers();
  }

  /** For a model that told no times: words get theirs from the sound itself. */
  async #align() {
    const button = this.#role("align");
    button.disabled = true;
    const headers = { "X-CSRFToken": this.#view.dataset.csrf };
    const answer = await fetch(`/runs/${this.#run}/transcript/align`, { method: "POST", headers });
    const kept = await answer.json();
    button.disabled = false;
    if (answer.ok) {
      const detail = { kept, run: this.#run };
      this.#view.dispatchEvent(new CustomEvent("transcript-aligned", { bubbles: true, detail }));
    } else {
      button.hidden = true;
    }
    announce(answer.ok ? message("aligned") : kept.error.message);
  }

  get #editing() {
    return this.#view.hasAttribute("data-editing");
  }

  #role(name) {
    return this.#view.querySelector(`[data-role=${name}]`);
  }

  #on(name, type, listener) {
    this.#role(name).addEventListener(type, listener);
  }

  // Search

  #search(text) {
    const wanted = text.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    const { spans } = this.#view;
    this.#found.flat().forEach((span) => span.classList.remove("is-found"));
    this.#found = wanted.length ? hits(spans, wanted) : [];
    this.#found.flat().forEach((span) => span.classList.add("is-found"));
    this.#at = -1;
    const count = this.#view.querySelector("[data-field=found]");
    count.textContent = wanted.length ? message("found", { count: this.#found.length }) : "";
    if (this.#found.length) {
      this.#go(0);
    }
  }

  #next(event) {
    if (event.key === "Enter" && this.#found.length && !event.isComposing) {
      event.preventDefault();
      this.#go((this.#at + (event.shiftKey ? -1 : 1) + this.#found.length) % this.#found.length);
      this.#found[this.#at][0].click();
    }
  }

  #go(index) {
    this.#at = index;
    this.#view.reveal(this.#found[index][0]);
  }

  // Correcting

  #edit(on) {
    const changed = this.#editing && !on;
    this.#view.toggleAttribute("data-editing", on);
    this.#role("edit").setAttribute("aria-pressed", String(on));
    for (const text of this.#view.box.querySelectorAll("[data-field=text]")) {
      text.contentEditable = on ? "plaintext-only" : "inherit";
      text.toggleAttribute("role", on);
      if (on) {
        text.setAttribute("role", "textbox");
        text.setAttribute("aria-label", message("correct"));
      } else {
        text.removeAttribute("aria-label");
      }
    }
    if (changed) {
      this.#view.redrawAll();
      this.#save();
    }
  }

  #changed(line) {
    const row = line && this.#transcript.rows.find(({ id }) => String(id) === line.dataset.row);
    if (!row) {
      return;
    }
    row.text = line.querySelector("[data-field=text]").textContent.replace(/\s+/g, " ").trim();
    if (row.words.length) {
      const told = row.speaker === null ? {} : { speaker: row.speaker };
      row.words = retime(row.words, row.text, row).map((word) => ({ ...word, ...told }));
    }
    this.#later();
  }

  /** A browser without plain-text editing would take in formatting. */
  #pasted(event) {
    if (event.target.isContentEditable) {
      event.preventDefault();
      const text = event.clipboardData.getData("text/plain").replace(/\s+/g, " ");
      document.execCommand("insertText", false, text);
    }
  }

  #nameSpeakers() {
    const list = this.#role("speakers");
    const letters = [...new Set(this.#transcript.rows.map((row) => row.speaker).filter(Boolean))].sort();
    list.replaceChildren(...letters.map((letter) => this.#speaker(letter)));
    list.hidden = letters.length === 0;
  }

  #speaker(letter) {
    const field = this.#view.querySelector("template[data-for=speaker]").content.firstElementChild.cloneNode(true);
    const input = field.querySelector("input");
    field.dataset.speaker = (Math.max(0, letter.toUpperCase().charCodeAt(0) - 65) % 6) + 1;
    input.value = this.#transcript.speakers[letter] ?? "";
    input.placeholder = letter;
    input.setAttribute("aria-label", message("name-speaker", { name: letter }));
    input.addEventListener("change", () => {
      this.#transcript.speakers[letter] = input.value.trim();
      this.#view.redrawAll();
      this.#edit(this.#editing);
      this.#later();
    });
    return field;
  }

  #later() {
    clearTimeout(this.#saving);
    this.#saving = setTimeout(() => this.#save(), SAVE_AFTER);
  }

  /** What is still being typed is in the file too. */
  async #download(event, link) {
    if (this.#saving) {
      event.preventDefault();
      await this.#save();
      link.click();
    }
  }

  async #save() {
    clearTimeout(this.#saving);
    this.#saving = 0;
    const answer = await fetch(`/runs/${this.#run}/transcript`, {
      method: "POST",
      headers: { "X-CSRFToken": this.#view.dataset.csrf, "Content-Type": "application/json" },
      body: JSON.stringify(this.#transcript.body()),
    }).catch(() => ({ ok: false }));
    announce(message(answer.ok ? "kept" : "not-kept"));
  }

  async #copy() {
    await copyText(this.#transcript.rows.map((row) => row.text).join("\n"));
    announce(message("copied"));
  }
}

/** Runs of neighbouring words that begin with what is looked for. */
function hits(spans, wanted) {
  const plain = spans.map((span) => span.textContent.toLocaleLowerCase());
  const found = [];
  for (let index = 0; index + wanted.length <= spans.length; index += 1) {
    if (wanted.every((word, offset) => plain[index + offset].includes(word))) {
      found.push(spans.slice(index, index + wanted.length));
    }
  }
  return found;
}
