// Weights of embedded models in the admin: asks how far each installation is while one runs, in any tab or process.

const SECONDS_BETWEEN_QUESTIONS = 1;

class WeightsTable extends HTMLElement {
  connectedCallback() {
    if (this.#running()) {
      this.#later();
    }
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
  }

  #running() {
    return this.querySelector('[data-state="running"]') !== null;
  }

  #later() {
    this.timer = setTimeout(() => this.#ask(), SECONDS_BETWEEN_QUESTIONS * 1000);
  }

  async #ask() {
    try {
      const answer = await fetch(this.dataset.url, { headers: { Accept: "application/json" } });
      if (answer.ok && !answer.redirected) {
        this.#show(await answer.json());
      }
    } catch {
      // the server is away for a moment: it is asked again
    }
    if (this.isConnected && this.#running()) {
      this.#later();
    }
  }

  #show(states) {
    for (const row of this.querySelectorAll("[data-id]")) {
      const found = states[row.dataset.id];
      if (found) {
        this.#showRow(row, found);
      }
    }
  }

  #showRow(row, { state, text, error, done, total }) {
    const bar = row.querySelector("progress");
    bar.max = total || 1;
    bar.value = done;
    bar.hidden = state !== "running";
    row.querySelector("[data-field=text]").textContent = text;
    const fault = row.querySelector("[data-field=error]");
    fault.textContent = error;
    fault.hidden = !error;
    for (const form of row.querySelectorAll("form")) {
      form.hidden = !form.dataset.for.split(" ").includes(state);
    }
    if (row.dataset.state !== state) {
      row.dataset.state = state;
      this.querySelector("[data-role=news]").textContent = `${row.dataset.id}: ${text}`;
    }
  }
}

customElements.define("weights-table", WeightsTable);
