// Draws a waveform as bars on a canvas: played, not yet played, not yet received.

const BAR = 3;
const GAP = 2;
const QUIET = 2;

export class Waveform {
  #canvas;
  #context;
  #colours = null;
  #key = "";

  constructor(canvas) {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d");
  }

  /** Calls `redraw` whenever the size or the theme's colours have changed, until `signal` aborts. */
  watch(signal, redraw) {
    const recolour = () => {
      this.#colours = null;
      this.#key = "";
      redraw();
    };
    document.addEventListener("theme-change", recolour, { signal });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolour, { signal });
    const observer = new ResizeObserver(() => { this.#resize(); redraw(); });
    observer.observe(this.#canvas);
    signal.addEventListener("abort", () => observer.disconnect());
  }

  /** Fits the canvas to its box on this screen. */
  #resize() {
    const scale = window.devicePixelRatio || 1;
    this.#canvas.width = Math.round(this.#canvas.clientWidth * scale);
    this.#canvas.height = Math.round(this.#canvas.clientHeight * scale);
    this.#context.setTransform(scale, 0, 0, scale, 0, 0);
    this.#key = "";
  }

  /** `position` and `total` in samples; skips the drawing where it would look the same. */
  draw(peaks, position, total) {
    const width = this.#canvas.clientWidth;
    const count = Math.floor((width + GAP) / (BAR + GAP));
    if (count <= 0) {
      return;
    }
    const head = total > 0 ? (position / total) * width : 0;
    const key = `${peaks.length}|${Math.round(head * 2)}|${Math.round(total)}|${width}`;
    if (key === this.#key) {
      return;
    }
    this.#key = key;
    this.#bars(peaks.columns(count, total), width, head, position > 0);
  }

  #bars(heights, width, head, withHead) {
    const paint = this.#context;
    const height = this.#canvas.clientHeight;
    const colours = this.#readColours();
    paint.clearRect(0, 0, width, height);
    heights.forEach((loud, column) => {
      const left = column * (BAR + GAP);
      const size = loud < 0 ? QUIET : Math.max(BAR, loud ** 0.7 * (height - 8));
      paint.fillStyle = loud < 0 ? colours.empty : left < head ? colours.played : colours.ready;
      paint.beginPath();
      paint.roundRect(left, (height - size) / 2, BAR, size, BAR / 2);
      paint.fill();
    });
    if (withHead) {
      paint.fillStyle = colours.head;
      paint.fillRect(Math.min(width - 1.5, Math.max(0, head - 0.75)), 0, 1.5, height);
    }
  }

  #readColours() {
    if (!this.#colours) {
      const style = getComputedStyle(this.#canvas);
      const read = (name) => style.getPropertyValue(name);
      this.#colours = { played: read("--wave-played"), ready: read("--wave-ready"), empty: read("--wave-empty"), head: style.color };
    }
    return this.#colours;
  }
}
