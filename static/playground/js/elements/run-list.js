// Earlier runs of this page: hear again, look at the receipt, delete.

import { announce } from "../announce.js";
import { message } from "../messages.js";

class RunList extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => this.#pressed(event));
  }

  /** Puts a finished run on top. `run` has id, title, voice, length, cost, state, sound, duration, name, url. */
  add(run) {
    const row = this.querySelector("template").content.firstElementChild.cloneNode(true);
    Object.assign(row.dataset, {
      run: run.id, sound: run.sound ?? "", duration: run.duration ?? "", name: run.name ?? "", text: run.text ?? "",
    });
    row.words = run.words;
    for (const field of row.querySelectorAll("[data-field]")) {
      field.textContent = run[field.dataset.field] ?? "";
    }
    const replay = row.querySelector("[data-role=replay]");
    replay.disabled = !run.sound;
    replay.setAttribute("aria-label", `${replay.getAttribute("aria-label")} ${run.title}`);
    row.querySelector("[data-role=again]").href = run.url;
    this.querySelector("[data-role=rows]").prepend(row);
    this.querySelector(".run-none").hidden = true;
  }

  #pressed(event) {
    const button = event.target.closest("[data-role]");
    const row = event.target.closest(".run-row");
    if (!row || !button) {
      return;
    }
    if (button.dataset.role === "replay") {
      this.#replay(row);
    } else if (button.dataset.role === "delete") {
      this.#delete(row);
    }
  }

  #replay(row) {
    for (const other of this.querySelectorAll(".run-row[data-current]")) {
      other.removeAttribute("data-current");
    }
    row.dataset.current = "";
    const { run, sound, duration, name, text } = row.dataset;
    const title = text || row.querySelector("[data-field=title]").textContent;
    const detail = { run, sound, duration: Number(duration), name, title, words: row.words };
    this.dispatchEvent(new CustomEvent("run-replay", { bubbles: true, detail }));
    if (!row.words) {
      this.#fetchWords(row);
    }
  }

  /** Sound first, in the click; when its words are said is known to the receipt. */
  async #fetchWords(row) {
    const answer = await fetch(row.querySelector("[data-role=again]").href);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    row.words = JSON.parse(page.getElementById("run-words")?.textContent ?? "[]");
    if ("current" in row.dataset) {
      this.closest("speech-studio, history-player").querySelector("speech-player").addWords(row.words);
    }
  }

  async #delete(row) {
    const answer = await fetch(`/runs/${row.dataset.run}/delete`, {
      method: "POST",
      headers: { "X-CSRFToken": this.dataset.csrf },
    });
    if (answer.ok) {
      const next = row.nextElementSibling ?? row.previousElementSibling;
      row.remove();
      next?.querySelector("[data-role=delete]").focus();
      this.querySelector(".run-none").hidden = next !== null;
      announce(message("deleted"));
    }
  }
}

customElements.define("run-list", RunList);
