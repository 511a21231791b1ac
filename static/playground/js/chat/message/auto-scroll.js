// Keeps the end of the thread in view until the reader scrolls up.

/** Pixels from the end that count as being there. */
const NEAR = 48;
/** Milliseconds after a wheel or touch event in which scrolling is the reader's. */
const GESTURE = 500;

/** `changed(on)` is called when the scrolling to the end goes on or off; it begins with the first `start`. */
export class AutoScroll {
  #on = false;
  #last = 0;
  #height = 0;
  #gestureAt = 0;
  #changed;
  #listeners = new AbortController();

  constructor(content, changed) {
    this.#changed = changed;
    this.#last = scrollY;
    const { signal } = this.#listeners;
    addEventListener("scroll", () => this.#scrolled(), { signal, passive: true });
    for (const type of ["wheel", "touchmove"]) {
      addEventListener(type, () => { this.#gestureAt = performance.now(); }, { signal, passive: true });
    }
    const observer = new ResizeObserver(() => this.#on && this.#toEnd());
    observer.observe(content);
    signal.addEventListener("abort", () => observer.disconnect());
    visualViewport?.addEventListener("resize", () => this.#makeRoom(), { signal });
    visualViewport && this.#makeRoom();
  }

  start() {
    this.#set(true);
    this.#toEnd();
  }

  /** For a page that shows another conversation now. */
  stop() {
    this.#on = false;
  }

  close() {
    this.#listeners.abort();
  }

  /** A page that became shorter scrolls by itself: only a reader's scrolling turns it off. */
  #scrolled() {
    const page = document.documentElement;
    const near = page.scrollHeight - page.clientHeight - scrollY < NEAR;
    const byReader = page.scrollHeight === this.#height || performance.now() - this.#gestureAt < GESTURE;
    if (near || (byReader && scrollY < this.#last)) {
      this.#set(near);
    }
    this.#remember();
  }

  #remember() {
    this.#last = scrollY;
    this.#height = document.documentElement.scrollHeight;
  }

  #toEnd() {
    scrollTo({ top: document.documentElement.scrollHeight, behavior: "instant" });
    this.#remember();
  }

  /** Where an on-screen keyboard covers the page instead of shrinking it, the composer moves up. */
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
