// Keyboard shortcuts of the player: space, J, K, L and the arrow keys, except where a control has the focus.

const CONTROLS = "input, textarea, select, button, a, dialog, [contenteditable=plaintext-only], [role=slider]";
const MOVES = { j: -10, l: 10, ArrowLeft: -5, ArrowRight: 5 };

/** Handles a key event of the page where the player has audio. */
export function handlePlayerKey(event, player) {
  const modified = event.ctrlKey || event.metaKey || event.altKey;
  if (modified || event.defaultPrevented || event.target.closest?.(CONTROLS) || (player.state ?? "empty") === "empty") {
    return;
  }
  const move = MOVES[event.key] ?? MOVES[event.key.toLowerCase()];
  if (event.key === " " || event.key.toLowerCase() === "k") {
    event.preventDefault();
    player.toggle();
  } else if (move) {
    event.preventDefault();
    player.seek(Math.max(0, Math.min(player.duration, player.position + move)));
  }
}
