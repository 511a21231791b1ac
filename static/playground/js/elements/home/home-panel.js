// What the panels of the home page share: the primary button, the note, the way into the model's page.

import { announce } from "../../page/announcements.js";
import { message } from "../../page/messages.js";
import { money, seconds } from "../../results.js";

const CAUSES = { 0: "lost", 401: "signed-out", 402: "over-budget" };

/** A panel names its button in `action`, and has `start()` and `draft()`; `run` is the run in progress. */
export class HomePanel extends HTMLElement {
  run = null;
  action = "";
  #clicked = 0;

  connectedCallback() {
    this.button?.addEventListener("click", () => (this.run ? this.run.stop() : this.start()));
    this.addEventListener("click", ({ target }) => target.closest("[data-role=studio]") && this.draft());
    this.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) {
        event.preventDefault();
        this.button.click();
      }
    });
  }

  /** Stores what was filled in, so that the model's page begins with it. */
  draft() {}

  get model() {
    return this.dataset.model;
  }

  get button() {
    return this.part(this.action);
  }

  part(role) {
    return this.querySelector(`[data-role=${role}]`);
  }

  field(name) {
    return this.querySelector(`[data-field=${name}]`);
  }

  /** The player of a panel has a note of its own. */
  get #note() {
    return this.querySelector(".home-note");
  }

  begin(run, said) {
    this.run = run;
    this.#clicked = performance.now();
    this.button.dataset.state = "running";
    this.note("");
    announce(message(said));
  }

  /** The run has ended: how long it took, what it cost, and where the whole of it is. */
  end({ type, receipt, error, run }) {
    this.run = null;
    this.button.dataset.state = "idle";
    if (type === "run.error" || error) {
      this.fail(error);
      return;
    }
    const duration = seconds((performance.now() - this.#clicked) / 1000);
    const text = message("done", { duration, cost: money(receipt?.cost) });
    this.note(text, `/runs/${run}`);
    announce(text);
  }

  fail(error) {
    const title = message(CAUSES[error?.code ?? 0] ?? "failed");
    this.note([title, error?.message].filter(Boolean).join(". "));
    this.#note.dataset.kind = "bad";
    announce(title);
  }

  note(text, url = "") {
    const note = this.#note;
    delete note.dataset.kind;
    note.hidden = !text;
    if (url) {
      const link = document.createElement("a");
      link.href = url;
      link.textContent = text;
      note.replaceChildren(link);
    } else {
      note.textContent = text;
    }
  }
}
