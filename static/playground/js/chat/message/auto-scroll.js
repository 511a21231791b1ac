// Keeps the newest words in view until the reader scrolls up to read in peace.

const NEAR = 48;
const MEANT = 500;

/** `changed(following)` is told when the view lets go or holds on again; it begins with the first `hold`. */
export class Following {
  #on = false;
  #last = 0;
  #height = 0;
  #moved = 0;
  #changed;
  #listening = new AbortController();

  constructor(content, changed) {
    this.#changed = changed;
    this.#last = scrollY;
    const { signal } = this.#listening;
    addEventListener("scroll", () => this.#scrolled(), { signal, passive: true });
    for (const type of ["wheel", "touchmove"]) {
      addEventListener(type, () => { this.#moved = performance.now(); }, { signal, passive: true });
    }
    const observer = new ResizeObserver(() => this.#on && this.#toEnd());
    observer.observe(content);
    signal.addEventListener("abort", () => observer.disconnect());
    visualViewport?.addEventListener("resize", () => this.#makeRoom(), { signal });
  }

  hold() {
    this.#set(true);
    this.#toEnd();
  }

  /** For a page that shows something else now. */
  release() {
    this.#on = false;
  }

  close() {
    this.#listening.abort();
  }

  /** A page that became shorter moves by itself: only a reader who scrolls lets go. */
  #scrolled() {
    const page = document.documentElement;
    const near = page.scrollHeight - page.clientHeight - scrollY < NEAR;
    const meant = page.scrollHeight === this.#height || performance.now() - this.#moved < MEANT;
    if (near || (meant && scrollY < this.#last)) {
      this.#set(near);
    }
    this.#keep();
  }

  #keep() {
    this.#last = scrollY;
    this.#height = document.documentElement.scrollHeight;
  }

  #toEnd() {
    scrollTo({ top: document.documentElement.scrollHeight, behavior: "instant" });
    this.#keep();
  }

  /** Where the keyboard covers the page instead of shrinking it, what is docked to its end moves up. */
  #makeRoom() {
    const covered = Math.max(0, innerHeight - visualViewport.height * visualViewport.scale);
    document.documentElement.style.setProperty("--keyboard", `${Math.round(covered)}px`);
    if (this.#on) {
      this.#toEnd();
    }
  }

  #set(on) {
    if (on !== this.#on) {
      this.#on = on;
      this.#changed(on);
    }
  }
}
