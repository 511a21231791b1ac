// Zooms and moves what lies on a stage: by two fingers, and by the wheel. It never leaves its place uncovered.

const MOST = 8;

/** Sets `--zoom`, `--x` and `--y` on the stage; `canvas` is transformed by them, from its upper left corner. */
export class StageZoom {
  #stage;
  #canvas;
  #fingers = new Map();
  #scale = 1;
  #x = 0;
  #y = 0;

  constructor(stage, canvas) {
    this.#stage = stage;
    this.#canvas = canvas;
    this.#apply();
  }

  /** How many fingers are down. */
  get fingers() {
    return this.#fingers.size;
  }

  down(event) {
    this.#fingers.set(event.pointerId, event);
  }

  /** Follows a finger: with another one it zooms and moves, alone it does nothing. */
  move(event) {
    const earlier = this.#fingers.get(event.pointerId);
    if (!earlier) {
      return;
    }
    const other = [...this.#fingers.values()].find(({ pointerId }) => pointerId !== event.pointerId);
    this.#fingers.set(event.pointerId, event);
    if (other) {
      this.#zoom(distance(event, other) / Math.max(1, distance(earlier, other)), middle(earlier, other), middle(event, other));
    }
  }

  up(event) {
    this.#fingers.delete(event.pointerId);
  }

  wheel(event) {
    event.preventDefault();
    const point = [event.clientX, event.clientY];
    this.#zoom(Math.exp(-event.deltaY / 400), point, point);
  }

  /** What is at `from`, a point of the page, comes to `to`. */
  #zoom(factor, from, to) {
    const box = this.#canvas.getBoundingClientRect();
    const [left, top] = [box.left - this.#x, box.top - this.#y];
    const [width, height] = [box.width / this.#scale, box.height / this.#scale];
    const scale = Math.min(MOST, Math.max(1, this.#scale * factor));
    const grown = scale / this.#scale;
    this.#x = between(width * (1 - scale), to[0] - left - (from[0] - left - this.#x) * grown, 0);
    this.#y = between(height * (1 - scale), to[1] - top - (from[1] - top - this.#y) * grown, 0);
    this.#scale = scale;
    this.#apply();
  }

  #apply() {
    const { style } = this.#stage;
    style.setProperty("--zoom", this.#scale);
    style.setProperty("--x", `${this.#x}px`);
    style.setProperty("--y", `${this.#y}px`);
  }
}

function between(least, value, most) {
  return Math.min(most, Math.max(least, value));
}

/** Between two fingers, in pixels of the page. */
export function distance(one, other) {
  return Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
}

/** The point between two fingers. */
export function middle(one, other) {
  return [(one.clientX + other.clientX) / 2, (one.clientY + other.clientY) / 2];
}
