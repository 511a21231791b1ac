// Makes a box the slider of a player: arrow keys, Home, End, space, click and drag.

const STEP = 5;

/** `player` has position, duration, axis (seconds the box is wide), state, seek and toggle. */
export function makeScrubber(box, player) {
  box.addEventListener("keydown", (event) => {
    const target = keyTarget(event.key, player);
    if (player.state !== "empty" && (target !== null || event.key === " ")) {
      event.preventDefault();
      if (target === null) {
        player.toggle();
      } else {
        player.seek(Math.max(0, Math.min(player.duration, target)));
      }
    }
  });
  box.addEventListener("pointerdown", (event) => {
    if (player.state !== "empty" && player.duration > 0 && event.button === 0) {
      drag(event, box, player);
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

function drag(event, box, player) {
  const stop = new AbortController();
  const go = (move) => {
    const { left, width } = box.getBoundingClientRect();
    const share = Math.max(0, Math.min(1, (move.clientX - left) / width));
    player.seek(Math.min(player.duration, share * player.axis));
  };
  box.setPointerCapture(event.pointerId);
  box.addEventListener("pointermove", go, { signal: stop.signal });
  for (const end of ["pointerup", "pointercancel"]) {
    box.addEventListener(end, () => stop.abort(), { signal: stop.signal });
  }
  go(event);
}
