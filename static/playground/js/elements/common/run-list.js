// Earlier runs of this model: play again, show the receipt, delete.

class RunList extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => this.#onClick(event));
  }

  /** Adds a finished run on top. `run` has id, title, voice, length, cost, state, sound, duration, name, url. */
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

  #onClick(event) {
    const button = event.target.closest("[data-role]");
    const row = event.target.closest(".run-row");
    if (!row || !button) {
      return;
    }
    if (button.dataset.role === "replay") {
      this.#replay(row);
    } else if (button.dataset.role === "delete") {
      import("./run-actions.js").then(({ deleteRun }) => deleteRun(row));
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
    if (!row.words && this.closest("speech-studio, history-player")) {
      import("./run-actions.js").then(({ fetchWords }) => fetchWords(row));
    }
  }
}

customElements.define("run-list", RunList);
