// Keeps the newest words in view until the reader scrolls up to read in peace.

const NEAR = 48;

/** `changed(following, more)` is told when the view lets go or holds on again. */
export class Following {
  #on = true;
  #last = 0;
  #changed;
  #listening = new AbortController();

  constructor(content, changed) {
    this.#changed = changed;
    this.#last = scrollY;
    const { signal } = this.#listening;
    addEventListener("scroll", () => this.#scrolled(), { signal, passive: true });
    const observer = new ResizeObserver(() => this.#on && this.#toEnd());
    observer.observe(content);
    signal.addEventListener("abort", () => observer.disconnect());
  }

  hold() {
    this.#set(true);
    this.#toEnd();
  }

  release() {
    this.#set(false);
  }

  close() {
    this.#listening.abort();
  }

  #scrolled() {
    const page = document.documentElement;
    const near = page.scrollHeight - page.clientHeight - scrollY < NEAR;
    if (near || scrollY < this.#last) {
      this.#set(near);
    }
    this.#last = scrollY;
  }

  #toEnd() {
    scrollTo({ top: document.documentElement.scrollHeight, behavior: "instant" });
    this.#last = scrollY;
  }

  #set(on) {
    if (on !== this.#on) {
      this.#on = on;
      this.#changed(on);
    }
  }
}
