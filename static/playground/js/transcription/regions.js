// Who speaks when, as a strip of coloured regions under the waveform. Loaded with the first transcript that has times.

const COLOURS = 6;

/** Draws the rows of `transcript` onto the player; null removes the strip. */
export function drawRegions(player, transcript) {
  player.querySelector(".player-regions")?.remove();
  const length = player.duration || transcript?.rows.at(-1)?.end;
  if (!transcript || !length) {
    return;
  }
  const strip = document.createElement("div");
  strip.className = "player-regions";
  strip.setAttribute("aria-hidden", "true");
  for (const { start, end, speaker } of transcript.rows) {
    if (start !== null) {
      const region = document.createElement("span");
      region.style.insetInlineStart = `${(100 * start) / length}%`;
      region.style.inlineSize = `${(100 * Math.max(0, Math.min(end, length) - start)) / length}%`;
      region.dataset.speaker = speaker ? (Math.max(0, speaker.charCodeAt(0) - 65) % COLOURS) + 1 : 0;
      strip.append(region);
    }
  }
  player.querySelector(".player-display").append(strip);
}
