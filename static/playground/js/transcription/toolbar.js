// What can be done with a finished transcript: search, name the speakers, edit, align, copy, download.

import { announce } from "../page/announcements.js";
import { copyText } from "../page/clipboard.js";
import { message } from "../page/messages.js";
import { TranscriptSearch } from "./search.js";
import { retime } from "./word-times.js";

const SAVE_AFTER = 600;

export class TranscriptToolbar {
  #view;
  #transcript = null;
  #run = null;
  #saving = 0;
  #search;

  constructor(view) {
    this.#view = view;
    this.#search = new TranscriptSearch(view);
    this.#part("edit").addEventListener("click", () => this.#setEditing(!this.#editing));
    this.#part("copy").addEventListener("click", () => this.#copy());
    this.#part("align").addEventListener("click", () => this.#align());
    view.box.addEventListener("input", (event) => this.#rowChanged(event.target.closest(".row")));
    view.box.addEventListener("paste", (event) => this.#onPaste(event));
    for (const link of view.querySelectorAll("[data-format]")) {
      link.addEventListener("click", (event) => this.#download(event, link));
    }
  }

  show(transcript, run) {
    this.#setEditing(false);
    this.#transcript = transcript;
    this.#run = run;
    this.#search.clear();
    const ready = Boolean(run) && !transcript.empty;
    for (const name of ["search", "edit", "copy"]) {
      this.#part(name).disabled = !ready;
    }
    for (const link of this.#view.querySelectorAll("[data-format]")) {
      link.toggleAttribute("aria-disabled", !ready);
      link.removeAttribute("href");
      if (ready) {
        link.href = `/runs/${run}/transcript.${link.dataset.format}`;
      }
    }
    this.#part("aligned").hidden = !transcript.aligned;
    this.#part("align").hidden = !ready || !transcript.alignable || transcript.words.length > 0;
    this.#showSpeakers();
  }

  /** Asks the server to align the text with the audio, for a model that returned no word times. */
  async #align() {
    const button = this.#part("align");
    button.disabled = true;
    const headers = { "X-CSRFToken": this.#view.dataset.csrf };
    const response = await fetch(`/runs/${this.#run}/transcript/align`, { method: "POST", headers });
    const body = await response.json();
    button.disabled = false;
    if (response.ok) {
      const detail = { stored: body, run: this.#run };
      this.#view.dispatchEvent(new CustomEvent("transcript-aligned", { bubbles: true, detail }));
    } else {
      button.hidden = true;
    }
    announce(response.ok ? message("aligned") : body.error.message);
  }

  get #editing() {
    return this.#view.hasAttribute("data-editing");
  }

  #part(role) {
    return this.#view.querySelector(`[data-role=${role}]`);
  }

  // Editing

  #setEditing(on) {
    const changed = this.#editing && !on;
    this.#view.toggleAttribute("data-editing", on);
    this.#part("edit").setAttribute("aria-pressed", String(on));
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

  #rowChanged(line) {
    const row = line && this.#transcript.rows.find(({ id }) => String(id) === line.dataset.row);
    if (!row) {
      return;
    }
    row.text = line.querySelector("[data-field=text]").textContent.replace(/\s+/g, " ").trim();
    if (row.words.length) {
      const speaker = row.speaker === null ? {} : { speaker: row.speaker };
      row.words = retime(row.words, row.text, row).map((word) => ({ ...word, ...speaker }));
    }
    this.#saveLater();
  }

  /** Browsers without plaintext-only editing would paste formatting too. */
  #onPaste(event) {
    if (event.target.isContentEditable) {
      event.preventDefault();
      const text = event.clipboardData.getData("text/plain").replace(/\s+/g, " ");
      document.execCommand("insertText", false, text);
    }
  }

  #showSpeakers() {
    const list = this.#part("speakers");
    const letters = [...new Set(this.#transcript.rows.map((row) => row.speaker).filter(Boolean))].sort();
    list.replaceChildren(...letters.map((letter) => this.#speakerField(letter)));
    list.hidden = letters.length === 0;
  }

  #speakerField(letter) {
    const field = this.#view.querySelector("template[data-for=speaker]").content.firstElementChild.cloneNode(true);
    const input = field.querySelector("input");
    field.dataset.speaker = (Math.max(0, letter.toUpperCase().charCodeAt(0) - 65) % 6) + 1;
    input.value = this.#transcript.speakers[letter] ?? "";
    input.placeholder = letter;
    input.setAttribute("aria-label", message("name-speaker", { name: letter }));
    input.addEventListener("change", () => {
      this.#transcript.speakers[letter] = input.value.trim();
      this.#view.redrawAll();
      this.#setEditing(this.#editing);
      this.#saveLater();
    });
    return field;
  }

  #saveLater() {
    clearTimeout(this.#saving);
    this.#saving = setTimeout(() => this.#save(), SAVE_AFTER);
  }

  /** Saves pending edits first, so that the file has them. */
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
    const response = await fetch(`/runs/${this.#run}/transcript`, {
      method: "POST",
      headers: { "X-CSRFToken": this.#view.dataset.csrf, "Content-Type": "application/json" },
      body: JSON.stringify(this.#transcript.body()),
    }).catch(() => ({ ok: false }));
    announce(message(response.ok ? "kept" : "not-kept"));
  }

  async #copy() {
    await copyText(this.#transcript.rows.map((row) => row.text).join("\n"));
  }
}
