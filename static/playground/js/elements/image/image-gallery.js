// Earlier runs of this model: show again, use the settings or the pictures again, show the receipt, delete.

/** Events that bubble: "run-replay", "run-use", "run-add" {entry}. */
class ImageGallery extends HTMLElement {
  #entries = new Map(Object.entries(JSON.parse(document.getElementById("image-runs").textContent)));

  connectedCallback() {
    this.addEventListener("click", (event) => this.#onClick(event));
  }

  /** A run that the page was loaded with, as `add` takes it; undefined for any other. */
  entry(run) {
    return this.#entries.get(run);
  }

  /** The newest run with pictures; undefined where there is none. */
  get latest() {
    const rows = [...this.querySelectorAll("[data-role=rows] > .gallery-run")];
    return rows.map(({ dataset }) => this.entry(dataset.run)).find(({ images }) => images.length);
  }

  /** Adds a finished run on top: {id, title, params, inputs, mask, images, receipt} and the texts {state, facts, cost}. */
  add(entry) {
    this.#entries.set(entry.id, entry);
    const row = this.querySelector("template").content.firstElementChild.cloneNode(true);
    row.dataset.run = entry.id;
    const { title, state, facts, cost, images } = entry;
    for (const [name, text] of Object.entries({ title, state, facts, cost, count: images.length })) {
      row.querySelector(`[data-field=${name}]`).textContent = text;
    }
    row.querySelector("[data-field=count]").hidden = images.length < 2;
    const url = images[0]?.upload?.url;
    if (url) {
      Object.assign(row.querySelector("[data-field=picture]"), { src: url, hidden: false });
    }
    const open = row.querySelector("[data-role=replay]");
    open.setAttribute("aria-label", `${open.getAttribute("aria-label")} ${title}`);
    row.querySelector("[data-role=receipt]").href = `/runs/${entry.id}`;
    this.querySelector("[data-role=rows]").prepend(row);
    this.querySelector(".run-none").hidden = true;
  }

  #onClick({ target }) {
    const row = target.closest(".gallery-run");
    const role = target.closest("[data-role]")?.dataset.role;
    const entry = this.entry(row?.dataset.run);
    if (role === "delete" && row) {
      import("../common/run-actions.js").then(({ deleteRun }) => deleteRun(row));
    } else if (entry && ["replay", "use", "add"].includes(role)) {
      this.dispatchEvent(new CustomEvent(`run-${role}`, { bubbles: true, detail: { entry } }));
    }
  }
}

customElements.define("image-gallery", ImageGallery);
