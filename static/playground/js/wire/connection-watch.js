// While a run is followed: a connection that says nothing is asked whether it is there, then it is said, then given up.
// Loaded with the first run.

/** In milliseconds. Counted in ticks, so that a page in the background, whose timers are slow, gives up nothing. */
const TICK = 500;
const PING = 2;
const SILENT = 5;
const DEAD = 20;

export function watch(socket) {
  let quiet = 0;
  setInterval(() => {
    quiet = socket.heard || !socket.busy ? 0 : quiet + 1;
    socket.heard = false;
    if (quiet === PING) {
      socket.ping();
    } else if (quiet === SILENT) {
      socket.setState("silent");
    } else if (quiet === DEAD) {
      quiet = 0;
      socket.reconnect();
    }
  }, TICK);
}
