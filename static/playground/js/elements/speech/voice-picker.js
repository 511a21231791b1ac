// Search, filters and samples for the voice tiles, which the server renders as radio buttons.

import { formatNumber } from "../../page/format.js";
import { fill } from "../../page/messages.js";

class VoicePicker extends HTMLElement {
  #tiles = [];
  #words = new Map();

  connectedCallback() {
    this.#tiles = [...this.querySelectorAll(".voice-tile")];
    for (const tile of this.#tiles) {
      this.#words.set(tile, plain(`${tile.dataset.voice} ${tile.querySelector("label").textContent}`));
    }
    for (const role of ["search", "language", "gender"]) {
      this.#part(role)?.addEventListener("input", () => this.#filter());
    }
    this.#part("search")?.addEventListener("keydown", (event) => this.#leaveSearch(event));
    this.addEventListener("change", (event) => this.#onChange(event));
    this.addEventListener("click", (event) => this.#onSampleClick(event));
    this.#part("list").addEventListener("focusin", ({ currentTarget }) => {
      import("../../speech/voice-keys.js").then(({ watchKeys }) => watchKeys(currentTarget, plain));
    }, { once: true });
    this.#filter();
    this.#reveal();
  }

  get value() {
    return this.querySelector(".voice-tile :checked")?.value ?? "";
  }

  set value(voice) {
    this.select(voice);
  }

  /** Selects a voice without an event; false where it does not exist. */
  select(voice) {
    const tile = this.#tile(voice);
    if (tile) {
      tile.querySelector("input").checked = true;
      this.#reveal();
    }
    return Boolean(tile);
  }

  /** The state of a voice's sample: idle, loading, playing or error. One sample plays at a time. */
  setSample(voice, state) {
    for (const tile of this.#tiles) {
      const button = tile.querySelector(".voice-sample");
      if (tile.dataset.voice === voice) {
        button.dataset.sample = state;
      } else if (state === "playing" || state === "loading") {
        button.dataset.sample = "idle";
      }
    }
  }

  #filter() {
    const wanted = plain(this.#part("search")?.value ?? "").split(" ").filter(Boolean);
    const language = this.#part("language")?.value ?? "";
    const gender = this.#part("gender")?.value ?? "";
    let shown = 0;
    for (const tile of this.#tiles) {
      const fits = (!language || [language, ""].includes(tile.dataset.language))
        && (!gender || tile.dataset.gender === gender)
        && wanted.every((word) => this.#words.get(tile).includes(word));
      tile.hidden = !fits;
      shown += fits ? 1 : 0;
    }
    this.#part("none").hidden = shown > 0;
    const count = this.querySelector("[data-field=count]");
    if (count) {
      count.textContent = fill(this.dataset.shown, { count: formatNumber(shown), total: formatNumber(this.#tiles.length) });
    }
  }

  /** The arrow down goes from the search field to the selected or the first voice. */
  #leaveSearch(event) {
    if (event.key === "ArrowDown" && !event.isComposing) {
      event.preventDefault();
      const visible = this.#tiles.filter((tile) => !tile.hidden);
      const chosen = visible.find((tile) => tile.querySelector(":checked"));
      (chosen ?? visible[0])?.querySelector("input").focus();
    }
  }

  #onChange(event) {
    const tile = event.target.closest(".voice-tile");
    if (tile) {
      this.setAttribute("value", tile.dataset.voice);
      this.#dispatch("voice-change", { voice: tile.dataset.voice, name: tile.querySelector(".voice-name").textContent });
    }
  }

  #onSampleClick(event) {
    const button = event.target.closest(".voice-sample");
    if (button) {
      const { voice } = button.closest(".voice-tile").dataset;
      this.#dispatch("voice-sample", { voice, playing: ["playing", "loading"].includes(button.dataset.sample) });
    }
  }

  /** Scrolls the list, not the page, to the selected voice. */
  #reveal() {
    const list = this.#part("list");
    const tile = this.querySelector(".voice-tile:has(:checked)");
    if (tile && !tile.hidden) {
      const top = tile.offsetTop - list.offsetTop;
      if (top < list.scrollTop || top + tile.offsetHeight > list.scrollTop + list.clientHeight) {
        list.scrollTop = top - tile.offsetHeight;
      }
    }
  }

  #tile(voice) {
    return this.#tiles.find((tile) => tile.dataset.voice === voice);
  }

  #part(role) {
    return this.querySelector(`[data-role="${role}"]`);
  }

  #dispatch(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { bubbles: true, detail }));
  }
}

/** Lower case and without accents, so that "espanol" finds "Español". */
function plain(text) {
  return text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
}

customElements.define("voice-picker", VoicePicker);
