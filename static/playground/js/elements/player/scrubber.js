// Makes a slider of a box over a sound: arrows, Home, End, space, click and drag.

const STEP = 5;

/** `sound` has position, duration, axis (seconds the box is wide), state, seek and toggle. */
export function makeScrubber(box, sound) {
  box.addEventListener("keydown", (event) => {
    const target = keyTarget(event.key, sound);
    if (sound.state !== "empty" && (target !== null || event.key === " ")) {
      event.preventDefault();
      if (target === null) {
        sound.toggle();
      } else {
        sound.seek(Math.max(0, Math.min(sound.duration, target)));
      }
    }
  });
  box.addEventListener("pointerdown", (event) => {
    if (sound.state !== "empty" && sound.duration > 0 && event.button === 0) {
      drag(event, box, sound);
    }
  });
}

function keyTarget(key, { position, duration }) {
  const targets = {
    ArrowRight: position + STEP,
    ArrowUp: position + STEP,
    ArrowLeft: position - STEP,
    ArrowDown: position - STEP,
    PageUp: position + duration / 10,
    PageDown: position - duration / 10,
    Home: 0,
    End: duration,
  };
  return targets[key] ?? null;
}

function drag(event, box, sound) {
  const stop = new AbortController();
  const go = (move) => {
    const { left, width } = box.getBoundingClientRect();
    const share = Math.max(0, Math.min(1, (move.clientX - left) / width));
    sound.seek(Math.min(sound.duration, share * sound.axis));
  };
  box.setPointerCapture(event.pointerId);
  box.addEventListener("pointermove", go, { signal: stop.signal });
  for (const end of ["pointerup", "pointercancel"]) {
    box.addEventListener(end, () => stop.abort(), { signal: stop.signal });
  }
  go(event);
}
